"""The experiments of `deq.inside`, against closed forms and against each other."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

import deq
from deq.diagnostics import jacobian
from deq.digits.mnist import load_subset
from deq.inside import (
    SMUDGES,
    Scene,
    Smudge,
    depth,
    flow,
    kick,
    sensitivity,
    smudge,
    spectrum,
    starts,
)
from deq.inside.flow import stop_diverged
from deq.models import load
from deq.models.digits import Digits, DigitsConfig
from deq.training.calibrate import fit_projection

UNSTABLE = 8.0


@pytest.fixture(scope="module")
def model():
    return load("digits")


@pytest.fixture(scope="module")
def image():
    return load_subset()[0][4700].astype(np.float32) / 255


@pytest.fixture(scope="module")
def scene(model, image):
    return Scene.of(model, image)


@pytest.fixture(scope="module")
def unstable(model, image):
    """The same picture with a gain at which no equilibrium is stable."""
    return Scene.of(model, image, UNSTABLE)


@pytest.fixture(scope="module")
def small_model():
    """A network whose whole Jacobian can be computed, with its map of digits."""
    torch.manual_seed(1)
    model = Digits(DigitsConfig(channels=4, stem=(4, 4), contraction=0.9)).eval()
    images, labels = (torch.from_numpy(part[::50]) for part in load_subset())
    fit_projection(model, images, labels)
    return model


def test_the_map_of_a_scene_is_the_cell_of_the_network(model, image, scene):
    x = model.encode(torch.from_numpy(image)[None]).detach()
    assert torch.equal(scene.f(scene.z), model.cell(scene.z, x))
    assert scene.converged
    expected = model.predict(image, solver=deq.Anderson(), tol=1e-6).solution.z
    assert torch.allclose(scene.z, expected, atol=1e-4)
    doubled = Scene.of(model, image, 2.0)
    assert torch.allclose(doubled.f(scene.z), model.cell(2 * scene.z, x))
    assert scene.double().z.dtype == torch.float64


@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_eigenvalues_are_those_of_the_whole_jacobian(small_model, image, gain):
    scene = Scene.of(small_model, image, gain)
    found = spectrum(scene, count=8)
    exact = scene.double()
    whole = jacobian(exact.f, exact.z)[0]
    expected = np.sort(np.abs(np.linalg.eigvals(whole.numpy())))[::-1][:8]
    assert np.allclose(found.values.abs().numpy(), expected, rtol=1e-6)
    assert found.radius == pytest.approx(expected[0])


def test_the_predicted_rate_is_the_observed_one(scene):
    found = spectrum(scene)
    assert found.converged
    assert found.radius < 0.95
    assert found.observed == pytest.approx(found.radius, rel=0.1)
    ratios = found.distances[1:] / found.distances[:-1]
    assert float(ratios[-2]) == pytest.approx(found.radius, rel=0.15)


def test_the_flow_decays_as_its_linear_part_says(scene):
    found = flow(scene, until=6.0, frames=13)
    assert found.t.tolist() == [k / 2 for k in range(13)]
    assert torch.equal(found.z[0], torch.zeros_like(found.z[0]))
    late = (
        math.log(float(found.distances[4] / found.distances[10])) / 3
    )  # the rate from t = 2 to t = 5
    slowest = 1 - spectrum(scene).abscissa
    assert slowest - 0.1 < late < 1.3
    again = scene.f(found.z[5:6]) - found.z[5:6]
    assert float(again.detach().norm()) == pytest.approx(float(found.residuals[5]), rel=1e-4)


@pytest.mark.parametrize("when", [0.0, 4.0])
@pytest.mark.parametrize("size", [0.0, 0.5, 3.0])
def test_a_kick_has_the_wanted_size_and_the_state_returns(scene, when, size):
    found = kick(scene, when=when, size=size, seed=5)
    assert len(found.t) == len(found.z) == len(found.distances)
    assert float(found.t[found.index]) == float(found.t[found.index - 1]) == when
    push = float((found.z[found.index] - found.z[found.index - 1]).norm())
    assert push == pytest.approx(size * float(scene.z.norm()), rel=0.2)
    assert found.returned
    assert float(found.distances[-1]) < 0.02 * float(scene.z.norm())


def test_the_rate_of_return_does_not_depend_on_the_size_of_the_kick(scene):
    rates = []
    for size in (0.2, 1.0, 3.0):
        found = kick(scene, size=size)
        later = int((found.t <= 8).sum()) - 1
        gone = math.log(float(found.separation[found.index] / found.separation[later]))
        rates.append(gone / float(found.t[later] - found.t[found.index]))
    assert rates == pytest.approx([1.0] * 3, abs=0.03)  # the rate of a mode with λ near 0
    still = kick(scene, size=0.0)
    assert still.remaining == 0
    assert still.returned


def test_the_same_seed_gives_the_same_kick(scene):
    one, two, other = (kick(scene, seed=seed).z[-40] for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_depth_is_iteration_and_ends_at_the_equilibrium(scene):
    found = depth(scene, max_depth=20)
    assert len(found.z) == 21
    assert torch.allclose(found.z[3:4], scene.f(scene.f(scene.f(torch.zeros_like(scene.x)))))
    assert float(found.distances[-1]) < 1e-4
    assert torch.allclose(found.probabilities[-1], found.final, atol=1e-4)
    named = found.probabilities.argmax(1)
    assert (named[found.decided :] == found.final.argmax()).all()
    assert found.decided == 0 or named[found.decided - 1] != found.final.argmax()


def test_no_digit_is_an_answer_but_has_no_sensitivity_of_its_own(small_model, image):
    model = Digits(replace(small_model.config, other=True)).eval()
    with torch.no_grad():
        model.readout.weight.zero_()
        model.readout.bias.copy_(torch.tensor([0.0] * 7 + [1.0, 0.0, 0.0, 9.0]))
        model.cloud_points, model.basis = small_model.cloud_points, small_model.basis
    scene = Scene.of(model, image)
    found = depth(scene, max_depth=3)
    assert found.probabilities.shape == (4, 11)
    assert (found.answer, found.decided) == ("no digit", 0)
    assert starts(scene, count=2).answers == ["no digit"] * 2
    assert set(smudge(scene, "fading").answers) == {"no digit"}
    assert sensitivity(scene).digit == 7


def test_the_answer_that_changes_may_be_no_digit():
    shares = torch.eye(11)[[3, 3, 10, 3]]
    found = replace(Smudge(*torch.zeros(8, 4)), probabilities=shares)
    assert found.answers == ["3", "3", "no digit", "3"]
    assert found.flip == 2


def test_twenty_starts_end_at_one_equilibrium(scene):
    found = starts(scene, seed=2)
    assert found.points.shape == (31, 20, 3)
    assert found.same_equilibrium
    assert len(set(found.answers)) == 1
    assert found.target is not None
    assert torch.allclose(found.points[-1], found.target.expand(20, 3), atol=0.1)
    assert not torch.allclose(found.points[0, 0], found.points[0, 1])


@pytest.mark.parametrize("kind", SMUDGES)
def test_equilibria_move_continuously(scene, model, kind):
    found = smudge(scene, kind)
    assert found.converged.all()
    assert torch.allclose(found.images[0], scene.image)
    assert found.images.min() >= 0
    assert found.images.max() <= 1
    # ‖Δz*‖ ≤ ‖Δx‖/(1 − κ), with κ = 0.95
    assert (found.z_shift <= found.x_shift / (1 - 0.95) + 1e-3).all()
    # The steps between amounts obey the triangle inequality.
    assert (found.steps >= found.z_shift.diff(prepend=found.z_shift[:1]).abs() - 1e-3).all()
    assert (found.steps.cumsum(0) >= found.z_shift - 1e-3).all()
    for k in (0, 12, 24):
        single = model.predict(found.images[k], solver=deq.Anderson(), tol=1e-6)
        assert torch.allclose(single.probabilities, found.probabilities[k], atol=1e-3)


def test_the_erased_quarter_is_the_named_one():
    white = torch.ones(28, 28)
    half = torch.tensor([0.5])
    erased = SMUDGES["top left erased"](white, half, 0)[0]
    assert erased[:14, :14].sum() == 0
    assert erased.sum() == 28 * 28 - 14 * 14
    assert SMUDGES["bottom right erased"](white, half, 0)[0, 14:, 14:].sum() == 0
    with pytest.raises(ValueError, match="noise"):
        smudge(Scene(load("digits"), white), "coffee")


@pytest.mark.parametrize("digit", [None, 7])
def test_the_sensitivity_is_the_derivative(small_model, image, digit):
    scene = Scene.of(small_model, image).double()
    found = sensitivity(scene, digit, steps=60)
    assert found.converged
    assert found.difference < 1e-3
    row, column = divmod(int(found.implicit.abs().argmax()), 28)

    def logit(step: float) -> float:
        moved = scene.image.clone()
        moved[row, column] += step
        return float(small_logits(scene, moved)[found.digit])

    slope = (logit(1e-5) - logit(-1e-5)) / 2e-5
    assert float(found.implicit[row, column]) == pytest.approx(slope, rel=1e-3)


def small_logits(scene, image):
    with torch.no_grad():
        return scene.model.logits(scene.equilibria(scene.encode(image[None])).z)[0]


def test_a_few_unrolled_steps_give_a_different_gradient(scene):
    gaps = [sensitivity(scene, steps=steps).difference for steps in (1, 4, 12)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-3


def test_with_too_much_gain_no_experiment_converges(unstable):
    assert not unstable.converged
    assert not spectrum(unstable).converged
    assert spectrum(unstable).radius > 1
    assert not kick(unstable).returned
    assert not starts(unstable).same_equilibrium
    assert starts(unstable).target is None
    assert not smudge(unstable, "noise").converged.all()
    assert not sensitivity(unstable).converged
    deep = depth(unstable)
    assert torch.isfinite(deep.distances).all()


def test_a_diverging_flow_stays_at_its_last_finite_state():
    states = torch.tensor([[[1.0], [1.0]], [[2.0], [1e9]], [[3.0], [float("nan")]]])  # (T, B, 1)
    assert stop_diverged(states)[:, :, 0].tolist() == [[1, 1], [2, 1], [3, 1]]
