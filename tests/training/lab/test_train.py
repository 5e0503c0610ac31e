"""The lab's runs learn, are reproducible, can be resumed, and record what pages show."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import deq
from deq.models import DenseClassifier, Digits, WeightsError
from deq.models.weights import load_file
from deq.training.errors import TrainingError
from deq.training.lab.config import GRADIENTS, SOLVERS, LabConfig, build
from deq.training.lab.curves import COLUMNS, Log, in_order, to_csv
from deq.training.lab.data import lab_data
from deq.training.lab.progress import LabProgress
from deq.training.lab.train import CHECKPOINT, WEIGHTS, LabTrainer, train_lab
from deq.training.lab.validation import _projected, confusion, mistakes

SHORT = LabConfig(epochs=1, batch=256, vary=False)


def losses(records: list[LabProgress]) -> dict[int, float]:
    """Loss by step. A record with stage "look" has the loss of the step before it."""
    return {r.step: r.loss for r in records if r.step}


def test_two_epochs_learn_most_digits_and_the_last_record_is_complete() -> None:
    first, *_, last = train_lab(LabConfig(epochs=2))
    assert (first.stage, first.step) == ("look", 0)
    assert first.accuracy < 0.3
    assert first.cloud is not None
    assert len(first.cloud) == 200
    assert (last.stage, last.step) == ("done", last.steps)
    assert last.accuracy > 0.88
    assert last.confusion is not None
    assert sum(map(sum, last.confusion)) == 1000
    assert sum(last.confusion[k][k] for k in range(10)) == round(1000 * last.accuracy)
    assert last.mistakes is not None
    truth = lab_data("subset").held_out[1]
    assert all(truth[int(m["place"])] == m["truth"] != m["guess"] for m in last.mistakes)


def test_losses_depend_only_on_the_seed() -> None:
    one, two = (losses(list(train_lab(SHORT))) for _ in range(2))
    other = losses(list(train_lab(replace(SHORT, seed=1))))
    assert [one[k] for k in sorted(one)] == [two[k] for k in sorted(two)]
    assert one[16] != other[16]


@pytest.mark.parametrize("model", ["article", "convolutional"])
def test_where_all_solves_have_settled_the_residual_is_at_most_the_tolerance(model: str) -> None:
    config = LabConfig.of({"model": model, "width": 4, "batch": 100, "tol": 1e-1})
    step = next(r for r in train_lab(config) if r.stage == "step")
    assert step.settled == 1
    assert 0 < step.residual <= 1e-1 * (1 + 1e-6)


@pytest.mark.parametrize("model", ["article", "convolutional"])
def test_a_resumed_run_equals_an_uninterrupted_one(model: str, tmp_path: Path) -> None:
    config = LabConfig.of({"model": model, "width": 4, "epochs": 2, "batch": 500})
    whole = LabTrainer(config)
    list(whole.run())
    calls = iter(range(1000))
    *_, stopped = train_lab(config, folder=tmp_path, stop=lambda: next(calls) >= 5)
    assert (stopped.stage, stopped.step) == ("stopped", 5)
    resumed = LabTrainer(config, tmp_path)
    assert resumed.step == 5
    *_, last = resumed.run()
    assert last.stage == "done"
    for (name, a), b in zip(
        whole.model.named_parameters(), resumed.model.parameters(), strict=True
    ):
        assert torch.allclose(a, b, atol=1e-6), name


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_every_gradient_learns(gradient: str) -> None:
    *_, last = train_lab(replace(SHORT, gradient=gradient, solver="Picard"))
    assert last.accuracy > 0.6


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_gives_nearly_the_same_losses(solver: str) -> None:
    records = losses(list(train_lab(replace(SHORT, solver=solver, tol=1e-5))))
    usual = losses(list(train_lab(replace(SHORT, tol=1e-5))))
    assert records[16] == pytest.approx(usual[16], rel=1e-2)


def test_the_penalty_lowers_the_spectral_radius() -> None:
    config = replace(SHORT, contained=False, epochs=2)
    *_, free = train_lab(config)
    *_, held = train_lab(replace(config, penalty=30.0))
    assert held.radius < 0.9 * free.radius


def test_the_contraction_limit_holds_only_when_switched_on() -> None:
    def bound(config: LabConfig) -> float:
        lab = LabTrainer(config)
        list(lab.run())
        cell = lab.model.cell
        norms = [torch.linalg.matrix_norm(p.detach(), 2) for p in cell.parameters() if p.ndim == 2]
        return float(norms[0] * norms[1])

    assert bound(SHORT) <= 1.02 * SHORT.contraction
    assert bound(replace(SHORT, contained=False)) > 1.2


def test_a_loss_of_nan_gives_a_sentence_and_keeps_the_checkpoint(
    tmp_path: Path,
) -> None:
    lab = LabTrainer(replace(SHORT, epochs=3), tmp_path)
    run = lab.run()
    for record in run:
        if record.step >= 20:
            break
    before = (tmp_path / CHECKPOINT).read_bytes()
    with torch.no_grad():
        lab.model.readout.weight.fill_(torch.nan)
    with pytest.raises(TrainingError, match="smaller learning rate"):
        list(run)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert LabTrainer(lab.config, tmp_path).step == 16


@pytest.mark.parametrize(
    ("model", "kind"), [("article", DenseClassifier), ("convolutional", Digits)]
)
def test_the_saved_weights_predict_like_the_trained_network(
    model: str, kind: type, tmp_path: Path
) -> None:
    config = LabConfig.of({"model": model, "width": 8, "epochs": 1, "rate": 3e-3})
    *_, last = train_lab(config, folder=tmp_path)
    network = load_file(tmp_path / WEIGHTS)
    assert isinstance(network, kind)
    assert len(network.cloud_points) == 600
    images, labels = lab_data("subset").held_out
    right = [
        network.predict(image.float() / 255, solver=deq.Anderson()).digit == label
        for image, label in zip(images[::20], labels[::20], strict=True)
    ]
    assert np.mean(right) == pytest.approx(last.accuracy, abs=0.12)


def test_another_run_in_the_folder_is_not_overwritten(tmp_path: Path) -> None:
    list(train_lab(SHORT, folder=tmp_path))
    with pytest.raises(WeightsError, match="another configuration"):
        LabTrainer(replace(SHORT, seed=5), tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": 1e9}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 10_000}, "at most 200"),
        ({"batch": 5000}, "all there are to learn from"),
        ({"batch": 0}, "batch"),
        ({"tol": 0}, "tol"),
        ({"contraction": 1}, "contraction"),
        ({"penalty": -1}, "penalty"),
        ({"model": "other"}, "article, convolutional"),
        ({"data": "cifar"}, "subset, mnist"),
        ({"seed": -1}, "seed"),
        ({"width": 1000}, "at most 64"),
    ],
)
def test_values_that_cannot_be_trained_with_are_refused_with_a_sentence(
    options: dict, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        LabConfig.of(options)


def test_unknown_options_and_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match="there is no option 'speed'"):
        LabConfig.of({"speed": 3})
    with pytest.raises(TypeError, match="vary"):
        LabConfig.of({"vary": 1})


def test_the_subset_holds_out_a_fifth_of_every_digit() -> None:
    data = lab_data("subset")
    assert torch.bincount(data.held_out[1]).tolist() == [100] * 10
    assert torch.bincount(data.train[1]).tolist() == [400] * 10
    assert torch.bincount(data.held_out[1][data.shown]).tolist() == [30] * 10
    assert data.held_out[1][data.shown][:10].tolist() == list(range(10))


def test_the_projection_is_aligned_with_the_previous_one() -> None:
    """States that are rotated and reflected together give the same points."""
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 10
    states = rng.normal(size=(10, 7))[labels] * 3 + rng.normal(size=(200, 7))
    first = _projected(states, labels, None)
    turned, _ = np.linalg.qr(rng.normal(size=(7, 7)))
    again = _projected(states @ turned + 5.0, labels, first)
    assert np.allclose(again, first, atol=1e-8)


def test_confusion_and_mistakes_of_three_digits() -> None:
    shares = torch.zeros(3, 10)
    shares[0, 4] = shares[1, 9] = shares[2, 7] = 1.0
    labels = torch.tensor([4, 4, 7])
    table = confusion(shares, labels)
    assert (table[4][4], table[4][9], table[7][7]) == (1, 1, 1)
    assert sum(map(sum, table)) == 3
    assert mistakes(shares, labels) == [{"place": 1, "truth": 4, "guess": 9, "share": 1.0}]


def test_a_log_replaces_steps_that_a_resumed_run_repeats() -> None:
    def record(step: int, loss: float | None) -> dict:
        known = dict.fromkeys((*COLUMNS, "adjoint_evals"))
        return {**known, "step": step, "steps": 4, "epoch": 0, "epochs": 1, "loss": loss}

    records = [record(0, None), record(1, 3.0), record(2, 9.0), record(1, 2.5), record(2, 2.0)]
    assert [r["loss"] for r in in_order(records)] == [None, 3.0, 2.5, 2.0]
    assert Log.of(records).x.tolist() == [0.25, 0.25, 0.5]
    assert to_csv(records).splitlines()[-1].startswith("2,0,2.0")


def test_networks_depend_only_on_the_seed_and_leave_the_global_generator_unchanged() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, two = build(LabConfig()), build(LabConfig())
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
