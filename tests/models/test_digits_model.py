"""The shipped digit network: one equilibrium that all solvers find, and its predictions."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.sparse.linalg import LinearOperator, svds

import deq
from deq.digits.mnist import load_subset
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import solve_pictures

SOLVERS = [deq.Picard(), deq.Anderson(), deq.ODE()]


@pytest.fixture(scope="module")
def model() -> Digits:
    return deq.models.load("digits")


@pytest.fixture(scope="module")
def subset() -> tuple[torch.Tensor, torch.Tensor]:
    """Two hundred digits, twenty of each class."""
    images, labels = load_subset()
    return torch.from_numpy(images[::25]), torch.from_numpy(labels[::25])


def test_the_cell_is_a_contraction(model: Digits) -> None:
    """The norm of its convolution, from SciPy, is below one."""
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


def test_every_solver_finds_the_same_digit(
    model: Digits, subset: tuple[torch.Tensor, torch.Tensor]
) -> None:
    images, labels = subset
    named = []
    for solver in SOLVERS:
        probabilities, converged, relative, _ = solve_pictures(model, images, solver)
        assert bool(converged.all())
        assert float(relative.max()) <= 2e-3
        named.append(probabilities.argmax(1))
    assert bool((named[0] == named[1]).all())
    assert bool((named[0] == named[2]).all())
    assert float((named[0] == labels).float().mean()) >= 0.99


def test_the_equilibrium_is_unique(model: Digits) -> None:
    """From zeros and from a random start, the solve ends at the same state."""
    image = torch.from_numpy(load_subset()[0][0]).float() / 255
    here = model.predict(image, tol=1e-5).solution.z
    there = model.predict(image, tol=1e-5, z0=model.start(4)).solution.z
    assert float((here - there).norm() / here.norm()) < 1e-3


def test_a_prediction_has_digit_verdict_probabilities_and_path(model: Digits) -> None:
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
    assert seen.path_probabilities.shape == (len(path.t), 11)
    assert seen.path_points.shape == (len(path.t), 3)
    torch.testing.assert_close(seen.path_probabilities[-1], seen.probabilities)
    torch.testing.assert_close(seen.path_points[-1], model.project(seen.solution.z)[0])
    # The path ends among the known equilibria of its own digit.
    distance = (model.cloud_points - seen.path_points[-1]).norm(dim=1)
    nearest = model.cloud_labels[distance.argsort()[:15]]
    assert int(nearest.mode().values) == seen.digit


def test_without_recording_a_prediction_has_no_path(model: Digits) -> None:
    seen = model.predict(torch.zeros(28, 28), record=False)
    assert seen.solution.trajectory is None
    assert seen.path_points is None
    assert seen.path_probabilities is None


def test_random_starts_are_reproducible_and_spread_over_the_map(model: Digits) -> None:
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


def test_every_kind_of_array_is_accepted_and_left_unchanged(model: Digits) -> None:
    image = load_subset()[0][0] / np.float32(255)
    expected = model.predict(image).probabilities
    read_only = image.copy()
    read_only.setflags(write=False)
    turned = np.ascontiguousarray(image[::-1])[::-1]  # negative strides
    for same in (read_only, turned, image.astype(np.float64), torch.from_numpy(image).double()):
        assert torch.equal(model.predict(same).probabilities, expected)


def test_a_network_in_training_mode_does_not_predict() -> None:
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    with pytest.raises(RuntimeError, match="eval"):
        model.predict(torch.zeros(28, 28))


def test_a_random_start_needs_a_map() -> None:
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    assert not model.start().any()
    with pytest.raises(ValueError, match="fit_projection"):
        model.start(0)


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


def test_with_half_only_the_stem_is_coarser_and_only_in_training() -> None:
    """Against float32: gradients of the same direction, equilibria as exact, nothing in eval."""
    images, labels = (torch.from_numpy(part[::100]) for part in load_subset())
    images = images.float() / 255
    config = DigitsConfig(channels=16, stem=(8, 16), dropout=0)
    models = [Digits(config, half=half) for half in (False, True)]
    models[1].load_state_dict(models[0].state_dict())
    exact, coarse = (model.eval().encode(images) for model in models)
    torch.testing.assert_close(coarse, exact, rtol=0, atol=0)
    exact, coarse = (model.train().encode(images).detach() for model in models)
    assert coarse.dtype == torch.float32
    assert 1e-4 < float((coarse - exact).norm() / exact.norm()) < 0.02
    gradients = []
    for model in models:
        F.cross_entropy(model(images), labels).backward()
        assert bool(model.equilibrium.last.forward.converged.all())
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
    assert float(F.cosine_similarity(*gradients, dim=0)) > 0.99
