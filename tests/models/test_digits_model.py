"""The shipped digit network keeps what it promises: one equilibrium, three roads to it."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.sparse.linalg import LinearOperator, svds

import deq
from deq.digits import NotADrawing, prepare, render
from deq.digits.corpus import scribble_pictures
from deq.digits.mnist import load_subset
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import settle
from deq.models.verdict import Thresholds, judge
from deq.models.weights import SHIPPED, WeightsError, load_file, save, write_tensors

SOLVERS = [deq.Picard(), deq.Anderson(), deq.ODE()]


@pytest.fixture(scope="module")
def model() -> Digits:
    return deq.models.load("digits")


@pytest.fixture(scope="module")
def subset() -> tuple[torch.Tensor, torch.Tensor]:
    """Two hundred digits, twenty of a kind."""
    images, labels = load_subset()
    return torch.from_numpy(images[::25]), torch.from_numpy(labels[::25])


def test_the_cell_is_a_contraction(model: Digits) -> None:
    """The exact norm of its convolution, by SciPy, is below one."""
    weight, shape = model.cell.weight.detach(), (1, model.config.channels, 7, 7)

    def apply(v: np.ndarray, transposed: bool) -> np.ndarray:
        conv = F.conv_transpose2d if transposed else F.conv2d
        state = torch.from_numpy(v.astype(np.float32).reshape(shape))
        return conv(state, weight, padding=1).numpy().ravel()

    size = math.prod(shape)
    operator = LinearOperator(
        (size, size),
        matvec=lambda v: apply(v, False),
        rmatvec=lambda v: apply(v, True),
        dtype=np.float32,
    )
    norm = float(svds(operator, k=1, return_singular_vectors=False, rng=0)[0])
    assert norm <= 1.02 * model.config.contraction < 1


def test_every_road_leads_to_the_same_digit(
    model: Digits, subset: tuple[torch.Tensor, torch.Tensor]
) -> None:
    images, labels = subset
    named = []
    for solver in SOLVERS:
        probabilities, converged, relative, _ = settle(model, images, solver)
        assert bool(converged.all())
        assert float(relative.max()) <= 2e-3
        named.append(probabilities.argmax(1))
    assert bool((named[0] == named[1]).all())
    assert bool((named[0] == named[2]).all())
    assert float((named[0] == labels).float().mean()) >= 0.99


def test_the_equilibrium_is_unique(model: Digits) -> None:
    """Zeros and noise settle in the same state."""
    image = torch.from_numpy(load_subset()[0][0]).float() / 255
    here = model.predict(image, tol=1e-5).solution.z
    there = model.predict(image, tol=1e-5, z0=model.start(4)).solution.z
    assert float((here - there).norm() / here.norm()) < 1e-3


def test_one_prediction_tells_the_whole_story(model: Digits) -> None:
    images, labels = load_subset()
    seen = model.predict(images[7] / np.float32(255))
    path = seen.solution.trajectory
    assert path is not None
    assert seen.path_probabilities is not None
    assert seen.path_points is not None
    assert seen.digit == labels[7]
    assert seen.verdict == "digit"
    assert str(seen.digit) in seen.reason
    assert float(seen.probabilities.sum()) == pytest.approx(1, abs=1e-5)
    assert seen.path_probabilities.shape == (len(path.t), 10)
    assert seen.path_points.shape == (len(path.t), 3)
    torch.testing.assert_close(seen.path_probabilities[-1], seen.probabilities)
    torch.testing.assert_close(seen.path_points[-1], model.project(seen.solution.z)[0])
    # It ends among the known equilibria of its own digit.
    distance = (model.cloud_points - seen.path_points[-1]).norm(dim=1)
    nearest = model.cloud_labels[distance.argsort()[:15]]
    assert int(nearest.mode().values) == seen.digit


def test_without_recording_there_is_no_path(model: Digits) -> None:
    seen = model.predict(torch.zeros(28, 28), record=False)
    assert seen.solution.trajectory is None
    assert seen.path_points is None
    assert seen.path_probabilities is None


def test_a_state_that_has_not_settled_is_not_called_a_digit(model: Digits) -> None:
    image = torch.from_numpy(load_subset()[0][0]).float() / 255
    seen = model.predict(image, solver=deq.Picard(), max_evals=1)
    assert not bool(seen.solution.converged)
    assert seen.verdict != "digit"


def test_nonsense_is_not_called_a_digit(model: Digits) -> None:
    images, _ = scribble_pictures(150, seed=77)
    called = sum(
        judge(p, model.config.thresholds)[0] == "digit"
        for p in settle(model, images, deq.Picard())[0]
    )
    assert called / 150 <= 0.1
    assert model.predict(torch.zeros(28, 28)).verdict != "digit"
    assert model.predict(torch.ones(28, 28)).verdict != "digit"


def test_two_level_digits_need_the_mass_that_one_would() -> None:
    row = torch.tensor([0.0] * 8 + [0.45, 0.45])
    assert judge(row, Thresholds(reject=0.89, accept=0.95))[0] == "unsure"
    assert judge(row, Thresholds(reject=0.91, accept=0.95))[0] == "not a digit"


def test_ties_are_seen_among_digits_and_not_in_nonsense(model: Digits) -> None:
    def verdicts(images: torch.Tensor) -> list[tuple[str, str]]:
        shares = settle(model, images, deq.Picard())[0]
        return [judge(p, model.config.thresholds) for p in shares]

    digits, labels = (torch.from_numpy(part) for part in load_subset())
    fours, nines = (digits[labels == k][:150].float() for k in (4, 9))
    ties = [r for v, r in verdicts(((fours + nines) / 2).to(torch.uint8)) if r.startswith("Could")]
    assert any("a 4 or a 9" in reason or "a 9 or a 4" in reason for reason in ties)
    refused = [v for v, _ in verdicts(scribble_pictures(150, seed=77)[0])]
    assert refused.count("not a digit") / 150 >= 0.9


def test_dots_are_not_called_a_digit(model: Digits) -> None:
    rng = np.random.default_rng(5)
    for count in range(1, 9):
        pad = render([rng.uniform(30, 250, (1, 2)) for _ in range(count)], 280, 20)
        try:
            picture = prepare(pad)
        except NotADrawing:
            continue
        assert model.predict(picture).verdict != "digit", count


def test_starts_are_reproducible_and_all_over_the_map(model: Digits) -> None:
    assert not model.start().any()
    assert torch.equal(model.start(3), model.start(3))
    places = torch.cat([model.project(model.start(seed)) for seed in range(200)])  # (200, 3)
    torch.testing.assert_close(places.std(0), model.cloud_points.std(0), rtol=0.2, atol=0)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (torch.zeros(27, 28), r"not of shape \(27, 28\)"),
        (torch.full((28, 28), math.nan), "from 0"),
        (np.full((28, 28), 255, np.uint8), "from 0"),  # MNIST's own grey levels
        (torch.full((28, 28), -0.1), "from 0"),
    ],
)
def test_bad_pictures_are_refused(
    model: Digits, image: torch.Tensor | np.ndarray, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        model.predict(image)


def test_any_array_will_do_and_none_is_changed(model: Digits) -> None:
    image = load_subset()[0][0] / np.float32(255)
    expected = model.predict(image).probabilities
    read_only = image.copy()
    read_only.setflags(write=False)
    turned = np.ascontiguousarray(image[::-1])[::-1]  # negative strides
    for same in (read_only, turned, image.astype(np.float64), torch.from_numpy(image).double()):
        assert torch.equal(model.predict(same).probabilities, expected)


def test_a_network_in_training_does_not_guess() -> None:
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    with pytest.raises(RuntimeError, match="eval"):
        model.predict(torch.zeros(28, 28))


def test_a_random_start_needs_a_map() -> None:
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    assert not model.start().any()
    with pytest.raises(ValueError, match="fit_projection"):
        model.start(0)


def test_the_file_tells_where_it_comes_from(model: Digits) -> None:
    assert sum(p.numel() for p in model.parameters()) <= 250_000
    assert {"format", "config", "run", "figures"} <= set(model.metadata)


def test_gradients_are_those_of_the_unrolled_network() -> None:
    torch.manual_seed(0)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4), contraction=0.5, dropout=0.0)).double()
    model.eval()
    model.equilibrium.tol = 1e-12
    model.equilibrium.gradient = deq.Implicit(solver=deq.Picard(), tol=1e-12)
    images = torch.rand(2, 28, 28, dtype=torch.float64)
    model(images).square().sum().backward()
    implicit = {name: p.grad for name, p in model.named_parameters()}
    model.zero_grad()
    x = model.encode(images)
    z = torch.zeros_like(x)
    for _ in range(60):
        z = model.cell(z, x)
    model.logits(z).square().sum().backward()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(implicit[name], parameter.grad, rtol=1e-7, atol=1e-9)


def test_weights_survive_a_round_trip(tmp_path: Path) -> None:
    torch.manual_seed(0)
    thresholds = Thresholds(temperature=0.7, reject=0.3, accept=0.6)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4), thresholds=thresholds)).eval()
    save(model, tmp_path / "weights.safetensors", {"run": "a test"})
    again = load_file(tmp_path / "weights.safetensors")
    assert again.config == model.config
    assert again.metadata["run"] == "a test"
    assert not again.training
    torch.testing.assert_close(again(torch.ones(1, 28, 28)), model(torch.ones(1, 28, 28)))


def test_weights_may_be_read_by_whoever_may_read_other_files(tmp_path: Path) -> None:
    """An app may run as another user than the one who trained."""
    write_tensors(tmp_path / "weights.safetensors", {"a": torch.zeros(1)}, {})
    (tmp_path / "other").touch()
    modes = [path.stat().st_mode for path in tmp_path.iterdir()]
    assert len(set(modes)) == 1


def test_weights_that_cannot_be_written_are_an_error_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors.part").mkdir()
    with pytest.raises(OSError, match=r"weights\.safetensors\.part"):
        write_tensors(tmp_path / "weights.safetensors", {"a": torch.zeros(1)}, {})


def test_weights_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    path = tmp_path / "digits.safetensors"
    with pytest.raises(WeightsError, match=r"missing.*rebuild"):
        load_file(path)
    whole = SHIPPED.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"not safetensors at all", whole[8:]):
        path.write_bytes(broken)
        with pytest.raises(WeightsError, match=r"damaged.*rebuild"):
            load_file(path)
    write_tensors(path, {"a": torch.zeros(1)}, {"format": "something else"})
    with pytest.raises(WeightsError, match=r"does not hold.*rebuild"):
        load_file(path)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    save(model, path, {})
    tensors = model.state_dict()
    del tensors["readout.bias"]
    write_tensors(path, tensors, load_file(path).metadata)
    with pytest.raises(WeightsError, match=r"do not fit.*rebuild"):
        load_file(path)
    with torch.no_grad():
        model.readout.bias[3] = math.nan
    save(model, path, {})
    with pytest.raises(WeightsError, match=r"readout.bias.*no number.*rebuild"):
        load_file(path)


def test_unknown_models_are_refused() -> None:
    with pytest.raises(ValueError, match='"digits"'):
        deq.models.load("letters")


@pytest.mark.parametrize(
    ("probabilities", "converged", "verdict", "words"),
    [
        ({4: 0.95, 9: 0.05}, True, "digit", "Looks like a 4."),
        ({8: 0.85, 3: 0.15}, True, "digit", "Looks like an 8 — could be a 3."),
        ({4: 0.6, 9: 0.4}, True, "unsure", "Perhaps a 4 — could be a 9, but I am not sure."),
        ({4: 0.48, 9: 0.47, 1: 0.05}, True, "unsure", "Could be a 4 or a 9."),
        ({8: 0.45, 3: 0.4, 5: 0.15}, True, "unsure", "Could be an 8 or a 3."),
        ({8: 0.48, 3: 0.32, 5: 0.2}, True, "not a digit", "not a digit I know"),
        ({4: 0.4, 9: 0.3, 1: 0.3}, True, "not a digit", "not a digit I know"),
        (dict.fromkeys(range(10), 0.1), True, "not a digit", "not a digit I know"),
        ({4: 0.48, 9: 0.47}, False, "unsure", "not settled yet; so far a 4 — could be a 9"),
        ({4: 0.95, 9: 0.05}, False, "unsure", "not settled"),
        ({4: math.nan}, True, "not a digit", "not a digit I know"),
    ],
)
def test_verdicts(
    probabilities: dict[int, float], converged: bool, verdict: str, words: str
) -> None:
    row = torch.zeros(10)
    for digit, share in probabilities.items():
        row[digit] = share
    said, reason = judge(row, Thresholds(), converged)
    assert said == verdict
    assert words in reason
