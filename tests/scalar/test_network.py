"""The weight-tied tanh network: depth against equilibrium, eigenvalues, contraction."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize

import deq
from deq.scalar import Network, random_network
from tests.problems import F64


def turning(gain: float, degrees: float = 90.0) -> Network:
    """W is a rotation times gain, and the equilibrium is zero: eigenvalues gain·e^{±i·angle}."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    w = gain * torch.tensor([[c, -s], [s, c]], dtype=F64)
    return Network(w, torch.eye(2, dtype=F64), torch.zeros(2, dtype=F64), torch.zeros(2, dtype=F64))


@pytest.mark.parametrize("n", [2, 16])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_deep_layers_approach_the_equilibrium_that_scipy_finds(n: int, seed: int) -> None:
    net = random_network(n, gain=0.9, seed=seed)
    sol = net.equilibrium()
    assert sol.converged.all()
    oracle = optimize.root(
        lambda z: net(torch.from_numpy(z)[None])[0].numpy() - z, np.zeros(n), tol=1e-13
    )
    assert oracle.success
    np.testing.assert_allclose(sol.z[0].numpy(), oracle.x, atol=1e-9)
    far = net.distances(50, sol.z)
    assert far.shape == (51,)
    assert far[0].item() == pytest.approx(sol.z.norm().item())
    assert (far[1:] <= 0.9 * far[:-1] + 1e-9).all()
    # Late layers shrink the distance by the spectral radius.
    rho = net.spectral_radius(sol.z)
    assert rho <= 0.9
    late = net.distances(60, net.equilibrium(tol=1e-14).z)
    steady = late[(late > 1e-10) & (late < 1e-5)]
    if len(steady) > 8:
        rate = (steady[-1] / steady[0]) ** (1 / (len(steady) - 1))
        assert rate.item() == pytest.approx(rho, rel=0.2)


def test_unrolled_applies_the_layer_repeatedly() -> None:
    net = random_network(3, seed=4)
    z = np.zeros(3)
    outputs = net.unrolled(5)
    for row in outputs.numpy():
        np.testing.assert_allclose(row, z, atol=1e-14)
        z = np.tanh(net.w.numpy() @ z + net.u.numpy() @ net.x.numpy() + net.b.numpy())
    with pytest.raises(ValueError, match="depth"):
        net.unrolled(0)


def test_the_jacobian_is_autograds() -> None:
    net = random_network(5, gain=1.4, seed=3)
    z = torch.randn(5, dtype=F64, generator=torch.Generator().manual_seed(0))
    expected = torch.autograd.functional.jacobian(lambda v: net(v[None])[0], z)
    assert torch.allclose(net.jacobian(z), expected)
    assert torch.equal(net.jacobian(z[None]), net.jacobian(z))
    expected = np.linalg.eigvals(expected.numpy())
    found = net.eigenvalues(z)
    np.testing.assert_allclose(np.sort(found.abs().numpy()), np.sort(np.abs(expected)))
    assert (found.abs().diff() <= 1e-12).all()
    assert net.spectral_radius(z) == pytest.approx(np.abs(expected).max())


def test_beyond_a_spectral_radius_of_one_only_the_flow_converges() -> None:
    zero = torch.zeros(1, 2, dtype=F64)
    start = torch.tensor([[0.5, 0.0]], dtype=F64)
    for gain, settles in ((0.8, True), (1.3, False)):
        net = turning(gain)
        assert net.spectral_radius(zero) == pytest.approx(gain)
        assert sorted(net.eigenvalues(zero).imag.tolist()) == pytest.approx([-gain, gain])
        sol = deq.solve(net, start, solver=deq.Picard(), tol=1e-6)
        assert bool(sol.converged) is settles
        [course] = net.trajectories(start, tol=1e-6)  # Re λ = 0 < 1
        assert course.z[-1].norm() < 1e-5
    # Re λ > 1: the flow does not converge either.
    [course] = turning(2.5, degrees=40).trajectories(start)
    assert course.residual[-1] > 0.1


def test_the_equilibrium_of_many_gains_is_exact_or_not_converged() -> None:
    for gain in np.linspace(0.2, 4, 12):
        for seed in range(4):
            net = random_network(2, gain=float(gain), seed=seed)
            sol = net.equilibrium()
            if sol.converged.all():
                assert (net(sol.z) - sol.z).norm() < 1e-9
            else:
                assert gain > 1


def test_the_field_points_along_the_flow() -> None:
    net = random_network(2, gain=1.2)
    xs, ys = torch.linspace(-1, 1, 5), torch.linspace(-2, 2, 7)
    field = net.vector_field(xs, ys)
    assert field.shape == (7, 5, 2)
    z = torch.tensor([[float(xs[3]), float(ys[1])]], dtype=F64)
    assert torch.allclose(field[1, 3], (net(z) - z)[0])
    with pytest.raises(ValueError, match="2 numbers"):
        random_network(3).vector_field(xs, ys)


def test_trajectories_begin_at_their_start_and_end_at_the_equilibrium() -> None:
    net = random_network(2, gain=0.9)
    starts = torch.tensor([[1.5, -1.0], [-2.0, 2.0], [0.0, 0.0]])
    end = net.equilibrium().z
    for start, course in zip(starts, net.trajectories(starts), strict=True):
        assert torch.equal(course.z[0, 0], start.double())
        assert (course.z[-1] - end).norm() < 1e-2
        assert course.z.shape[1:] == (1, 2)


def test_seed_and_gain() -> None:
    a, b = random_network(4, gain=0.5, seed=7), random_network(4, gain=1.5, seed=7)
    assert torch.allclose(3 * a.w, b.w)
    assert torch.equal(a.u, b.u)
    assert torch.equal(a.x, b.x)
    assert torch.linalg.matrix_norm(a.w, 2).item() == pytest.approx(0.5)
    assert not torch.equal(a.w, random_network(4, gain=0.5, seed=8).w)
    for bad in ({"n": 0}, {"gain": 0.0}, {"gain": math.nan}, {"seed": 0.5}):
        with pytest.raises((TypeError, ValueError), match=next(iter(bad))):
            random_network(**bad)  # type: ignore[arg-type]
