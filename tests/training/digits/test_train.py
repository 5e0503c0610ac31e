"""Training runs on a hundred pictures: they learn, stop, resume, and are reproducible."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from deq.digits.classes import NO_DIGIT
from deq.digits.corpus import Corpus
from deq.digits.mnist import load_subset
from deq.models.digits import Digits, DigitsConfig
from deq.models.weights import WeightsError, read_tensors, write_tensors
from deq.training import Progress, TrainConfig
from deq.training.calibrate import fit_projection, set_thresholds
from deq.training.digits.trainer import Trainer, objective

CONFIG = TrainConfig(
    epochs=2,
    batch=20,
    model=DigitsConfig(channels=6, stem=(4, 6), other=True),
    pen_copies=1,
    others=1,
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    images, labels = (torch.from_numpy(part) for part in load_subset())
    noise = torch.randint(256, (20, 28, 28), generator=torch.Generator().manual_seed(0))
    nonsense = (noise.to(torch.uint8), torch.full((20,), NO_DIGIT))
    few = slice(None, None, 50)
    return Corpus(
        mnist=(images[few], labels[few]),
        pen=(images[1::125], labels[1::125]),
        others=nonsense,
        mnist_validation=(images[2::100], labels[2::100]),
        pen_validation=(images[3::100], labels[3::100]),
    )


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in trainer.model.state_dict().items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=0, atol=0, msg=name)


def test_a_run_reports_every_step_and_epoch(corpus: Corpus, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, corpus, tmp_path / "run.safetensors")
    lines = list(trainer.run())
    steps = [line for line in lines if line.stage == "step"]
    assert [line.step for line in steps] == list(range(1, trainer.steps + 1))
    assert [line.stage for line in lines].count("epoch") == CONFIG.epochs
    assert lines[-1].stage == "done"
    assert {"mnist", "pen"} == set(next(x for x in lines if x.stage == "epoch").accuracy)
    assert all(line.evals >= 1 and line.adjoint_evals >= 1 for line in steps)
    assert steps[-1].rate < steps[len(steps) // 2].rate
    # The cell is projected after every step, so the norm stays near its limit.
    assert all(line.norm < 2 * CONFIG.model.contraction for line in steps)


def test_the_loss_falls(corpus: Corpus, tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=12)
    steps = [
        line
        for line in Trainer(config, corpus, tmp_path / "run.safetensors").run()
        if line.stage == "step"
    ]
    first, last = (sum(x.loss for x in part) / 6 for part in (steps[:6], steps[-6:]))
    assert last < 0.75 * first


def test_the_same_seed_gives_the_same_weights(corpus: Corpus, tmp_path: Path) -> None:
    runs = []
    for name in ("one", "two"):
        torch.manual_seed(len(runs))  # the global generator must not matter
        trainer = Trainer(CONFIG, corpus, tmp_path / name)
        list(trainer.run())
        runs.append(weights(trainer))
    assert_same(*runs)
    other = Trainer(replace(CONFIG, seed=1), corpus, tmp_path / "three")
    assert not torch.equal(other.model.cell.weight, runs[0]["equilibrium.cell.weight"])


@pytest.mark.parametrize("at", [3, 7])
def test_a_resumed_run_equals_an_uninterrupted_one(corpus: Corpus, tmp_path: Path, at: int) -> None:
    straight = Trainer(CONFIG, corpus, tmp_path / "straight")
    list(straight.run())
    stop = threading.Event()
    broken = Trainer(CONFIG, corpus, tmp_path / "broken")
    last: Progress | None = None
    for last in broken.run(stop):
        if last.step == at:
            stop.set()
    assert last is not None
    assert last.stage == "stopped"
    resumed = Trainer(CONFIG, corpus, tmp_path / "broken")
    assert resumed.step == at
    list(resumed.run())
    assert_same(weights(resumed), weights(straight))


def test_a_finished_run_started_again_ends_the_same(corpus: Corpus, tmp_path: Path) -> None:
    """This happens after Ctrl-C between the last step and the writing of the weights."""
    first = Trainer(CONFIG, corpus, tmp_path / "run")
    list(first.run())
    again = Trainer(CONFIG, corpus, tmp_path / "run")
    assert [line.stage for line in again.run()] == ["done"]
    assert_same(weights(again), weights(first))


def test_a_checkpoint_of_another_run_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    stop = threading.Event()
    stop.set()
    list(Trainer(CONFIG, corpus, path).run(stop))
    with pytest.raises(WeightsError, match="--fresh"):
        Trainer(replace(CONFIG, rate=1.0), corpus, path)
    tensors, metadata = read_tensors(path)
    for lost in ("model.basis", "step"):
        write_tensors(
            path,
            {name: tensor for name, tensor in tensors.items() if name != lost},
            {name: text for name, text in metadata.items() if name != lost},
        )
        with pytest.raises(WeightsError, match=rf"damaged.*{lost.removeprefix('model.')}.*--fresh"):
            Trainer(CONFIG, corpus, path)
    write_tensors(path, tensors, metadata)
    Trainer(CONFIG, corpus, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match=r"damaged.*--fresh"):
        Trainer(CONFIG, corpus, path)


def test_the_loss_is_cross_entropy_over_eleven_classes() -> None:
    logits = torch.tensor([[3.0] + [0.0] * 10, [0.0] * 11, [0.0] * 10 + [5.0]])
    digit = -torch.log_softmax(logits[0], 0)[0]
    value = objective(logits[:2], torch.tensor([0, NO_DIGIT]), smoothing=0, exposure=0.5)
    assert float(value) == pytest.approx(float((digit + 0.5 * torch.tensor(11.0).log()) / 2))
    undecided = objective(logits[1:2], torch.tensor([NO_DIGIT]), 0, 1)
    refused = objective(logits[2:], torch.tensor([NO_DIGIT]), 0, 1)
    assert float(refused) < float(undecided)


def test_a_network_without_an_eleventh_logit_is_not_trained() -> None:
    with pytest.raises(ValueError, match="other"):
        TrainConfig(model=DigitsConfig())


def test_the_second_cycle_is_half_as_high(corpus: Corpus, tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=4, restart=2)
    trainer = Trainer(config, corpus, tmp_path / "run.safetensors")
    rates = [line.rate for line in trainer.run() if line.stage == "step"]
    half = trainer.steps // 2
    first, second = rates[:half], rates[half:]
    assert max(first) == pytest.approx(config.rate, rel=0.3)
    assert max(second) == pytest.approx(max(first) / 2)
    assert first[-1] < max(first) / 5  # it falls before the second cycle
    # A run of one cycle has the same rates as the first cycle.
    short = Trainer(replace(config, epochs=2), corpus, tmp_path / "short.safetensors")
    assert [line.rate for line in short.run() if line.stage == "step"] == first


@pytest.mark.parametrize("name", ["epochs", "restart", "batch", "pen_copies", "others"])
def test_a_zero_in_the_configuration_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        TrainConfig(**{name: 0})


def test_the_map_groups_equal_digits() -> None:
    """States on the map are nearest to the mean of their own class far more often than by luck."""
    images, labels = (torch.from_numpy(part)[::10] for part in load_subset())
    torch.manual_seed(0)
    model = Digits(DigitsConfig(channels=8, stem=(4, 8)))
    fit_projection(model, images, labels)
    points, kinds = model.cloud_points, model.cloud_labels
    assert points.shape == (500, 3)
    means = torch.stack([points[kinds == k].mean(0) for k in range(10)])
    own = torch.cdist(points, means).argmin(1)
    assert float((own == kinds).float().mean()) > 0.4  # 0.1 by chance
    assert float(model.explained.sum()) <= 1
    assert (model.explained.diff() <= 0).all()
    # The variance within a class is one by construction, up to the random choice of digits.
    within = torch.cov((points - means[kinds]).T)
    assert 0.5 < float(within.diagonal().mean()) < 1.5
    first = points.clone()
    fit_projection(model, images, labels)
    torch.testing.assert_close(model.cloud_points, first)


def test_thresholds_keep_the_wanted_shares() -> None:
    images, labels = (torch.from_numpy(part)[::25] for part in load_subset())
    torch.manual_seed(0)
    model = Digits(DigitsConfig(channels=8, stem=(4, 8))).eval()
    limits = set_thresholds(model, (images, labels), keep=0.9, name=0.7)
    with torch.no_grad():
        best = model.probabilities(model.equilibria(images.float() / 255)).amax(1)
    assert model.config.thresholds == limits
    assert limits.reject <= limits.accept
    assert float((best >= limits.reject).float().mean()) == pytest.approx(0.9, abs=0.02)
    assert float((best >= limits.accept).float().mean()) == pytest.approx(0.7, abs=0.02)
