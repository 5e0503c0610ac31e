"""Eigenvalues of Jacobians, against known ones and against LAPACK."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import deq
from deq.diagnostics import eigenvalues, jacobian, spectral_radius, stability
from tests.problems import COS, COS_SLOPE, F64, rotation, scalar, symmetric, tanh_net


def linear(a: Tensor) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """The map z → A z, and a batch of one state."""
    return (lambda z: z @ a.T), torch.zeros(1, len(a), dtype=F64)


def gaussian(n: int, seed: int) -> Tensor:
    return torch.randn(n, n, dtype=F64, generator=torch.Generator().manual_seed(seed)) / n**0.5


def jordan(n: int, value: float) -> Tensor:
    ones = torch.ones(n - 1, dtype=F64)
    return value * torch.eye(n, dtype=F64) + torch.diag(ones, 1)


# --- spectral radius


@pytest.mark.parametrize("degrees", [10, 37, 90, 144])
def test_the_radius_of_a_complex_pair(degrees: float) -> None:
    """Also for a skewed rotation, where the norms of the iterates go up and down."""
    skew = torch.tensor([[1.0, 0.7], [0.0, 0.4]], dtype=F64)
    for a in (rotation(0.9, degrees), skew @ rotation(0.9, degrees) @ torch.linalg.inv(skew)):
        assert spectral_radius(*linear(a)).item() == pytest.approx(0.9, rel=5e-3)


@pytest.mark.parametrize(
    ("a", "radius", "error"),
    [
        (torch.zeros(3, 3, dtype=F64), 0.0, 0.0),
        (0.5 * torch.triu(torch.ones(20, 20, dtype=F64), diagonal=1), 0.0, 0.0),
        (torch.diag(torch.tensor([-0.9, 0.9, 0.2], dtype=F64)), 0.9, 1e-9),
        (torch.diag(torch.tensor([1.2, 0.9, -0.3], dtype=F64)), 1.2, 1e-6),
        (torch.block_diag(*(rotation(1.0, d) for d in (30, 90, 150))), 1.0, 1e-4),
        (jordan(2, 0.9), 0.9, 0.02),
        (symmetric(40, 0.99), 0.99, 0.01),
    ],
    ids=["zero", "nilpotent", "±", "real", "three pairs", "defective", "close"],
)
def test_radius_of_hard_matrices(a: Tensor, radius: float, error: float) -> None:
    assert spectral_radius(*linear(a)).item() == pytest.approx(radius, abs=error)


@given(n=st.integers(1, 30), seed=st.integers(0, 10_000))
def test_radius_of_random_matrices(n: int, seed: int) -> None:
    a = gaussian(n, seed)
    truth = torch.linalg.eigvals(a).abs().max().item()
    found = spectral_radius(*linear(a), steps=400).item()
    assert found == pytest.approx(truth, rel=0.03)


def test_more_steps_lower_the_error() -> None:
    f, z = linear(jordan(2, 0.9))
    errors = [spectral_radius(f, z, steps=steps).item() - 0.9 for steps in (10, 100, 1000)]
    assert errors[0] > 5 * errors[1] > 25 * errors[2] > 0


def test_a_sample_that_is_not_finite_does_not_affect_the_others() -> None:
    z = torch.tensor([[0.5], [math.nan], [2.0]], dtype=F64)
    radius = spectral_radius(lambda z: z * z / 2, z)
    assert radius[0].item() == pytest.approx(0.5)
    assert radius[1].isnan()
    assert radius[2].item() == pytest.approx(2.0)
    leading = eigenvalues(lambda z: z * z / 2, z)
    assert leading[[0, 2], 0].tolist() == [0.5, 2.0]
    assert leading[1].isnan().all()


# --- Jacobians and eigenvalues


def test_the_jacobian_is_that_of_the_formula() -> None:
    f, w, x = tanh_net(n=7, batch=3)
    z = torch.randn(3, 7, dtype=F64, generator=torch.Generator().manual_seed(1))
    slope = 1 - f(z) ** 2  # (3, 7)
    assert torch.allclose(jacobian(f, z), slope[:, :, None] * w, atol=1e-14)
    assert torch.equal(jacobian(lambda z, x: torch.tanh(z @ w.T + x), z, x), jacobian(f, z))


def test_components_are_in_reading_order_for_every_memory_format() -> None:
    z = torch.randn(2, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    scale = torch.arange(12.0).view(1, 3, 2, 2)
    for state in (z, z.to(memory_format=torch.channels_last)):
        diagonal = jacobian(lambda z: scale * z, state).diagonal(dim1=1, dim2=2)
        assert torch.equal(diagonal, torch.arange(12.0).expand(2, -1))


def test_states_of_other_shapes() -> None:
    assert jacobian(torch.cos, torch.tensor(0.5)).shape == (1, 1, 1)
    assert jacobian(torch.cos, torch.zeros(4)).shape == (4, 1, 1)
    pair = (torch.ones(2, 1, dtype=F64), torch.ones(2, 2, dtype=F64))
    j = jacobian(lambda z: (2 * z[1].sum(1, keepdim=True), z[1] * z[0]), pair)
    assert j[0].tolist() == [[0, 2, 2], [1, 1, 0], [1, 0, 1]]
    assert spectral_radius(torch.cos, torch.zeros(0, 3)).shape == (0,)
    assert eigenvalues(torch.cos, torch.zeros(0, 3)).shape == (0, 3)
    with torch.inference_mode():
        assert jacobian(torch.sin, torch.zeros(1)).item() == 1


def test_diagnostics_leave_no_gradients_and_no_graph() -> None:
    """Neither parameters nor the state get a gradient, and the result has no graph."""
    layer = torch.nn.Linear(3, 3)
    z = torch.zeros(2, 3, requires_grad=True)
    for out in (
        jacobian(layer, z),
        spectral_radius(layer, z),
        eigenvalues(layer, z),
        stability(layer, z).abscissa,
    ):
        assert not out.requires_grad
    assert z.grad is None
    assert layer.weight.grad is None


@given(n=st.integers(1, 12), k=st.integers(1, 15), seed=st.integers(0, 10_000))
def test_dense_eigenvalues_are_lapacks_in_order(n: int, k: int, seed: int) -> None:
    a = gaussian(n, seed)
    found = eigenvalues(*linear(a), k=k)[0].numpy()
    truth = np.linalg.eigvals(a.numpy())
    assert len(found) == min(k, n)
    assert np.allclose(np.abs(found), np.sort(np.abs(truth))[::-1][:k])
    assert all(np.abs(truth - value).min() < 1e-9 for value in found)
    for one, two in itertools.pairwise(found):
        if one == two.conjugate() and one.imag:
            assert one.imag > 0
    real = eigenvalues(*linear(a), k=k, by="real")[0].real.numpy()
    assert np.allclose(real, np.sort(truth.real)[::-1][:k])


@pytest.mark.parametrize("by", ["magnitude", "real"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_arnoldi_and_dense_eigenvalues_agree(by: str, dtype: torch.dtype) -> None:
    net, _, x = tanh_net(n=80, batch=3, gain=1.5)
    z = deq.solve(net, torch.zeros_like(x), solver=deq.ODE(), tol=1e-6, max_evals=2000).z

    def f(z: Tensor) -> Tensor:
        return net(z.double()).to(dtype)

    dense = eigenvalues(f, z.to(dtype), k=4, by=by)
    krylov = eigenvalues(f, z.to(dtype), k=4, by=by, dense_limit=10)
    assert torch.allclose(dense, krylov, atol=1e-8 if dtype is F64 else 1e-3)
    assert torch.equal(krylov, eigenvalues(f, z.to(dtype), k=4, by=by, dense_limit=10))


def test_arnoldi_on_degenerate_matrices() -> None:
    """A batch of zero, a matrix of low rank, a multiple of the identity, and one not finite."""
    n = 40
    low = torch.zeros(n, n, dtype=F64)
    low[:2, :2] = rotation(0.8, 60)
    a = torch.stack([torch.zeros(n, n, dtype=F64), low, 0.5 * torch.eye(n, dtype=F64)])
    a = torch.cat([a, torch.full((1, n, n), math.inf, dtype=F64)])

    def f(z: Tensor) -> Tensor:
        return (a @ z.unsqueeze(2)).squeeze(2)

    found = eigenvalues(f, torch.zeros(4, n, dtype=F64), k=3, dense_limit=5)
    assert (found[0] == 0).all()
    assert found[1, 0].item() == pytest.approx(complex(0.4, 0.8 * math.sin(math.pi / 3)))
    assert found[1, 2].abs() < 1e-9
    assert torch.allclose(found[2], torch.full((3,), 0.5 + 0j, dtype=torch.complex128))
    assert found[3].isnan().all()


# --- stability


def test_verdicts_of_known_equilibria() -> None:
    """Cosine: stable; −3z: stable only for the ODE; 2z: unstable for both."""
    slope = torch.tensor([COS_SLOPE, -3.0, 2.0, math.nan], dtype=F64)
    verdict = stability(lambda z, a: a * z, torch.zeros(4, dtype=F64), slope)
    assert torch.allclose(verdict.spectral_radius, slope.abs(), equal_nan=True)
    assert torch.allclose(verdict.abscissa, slope, equal_nan=True)
    assert verdict.picard_stable.tolist() == [True, False, False, False]
    assert verdict.ode_stable.tolist() == [True, True, False, False]
    assert verdict.known.tolist() == [True, True, True, False]
    lines = str(verdict).splitlines()
    assert [line[:13] for line in lines] == ["1 of 4 sample"] * 4
    words = ["Stable: ", "ODE dz/dt = f(z) − z only", "Unstable: ", "Not known: "]
    assert all(word in line for word, line in zip(words, lines, strict=True))


def test_an_unstable_equilibrium_found_by_anderson_is_flagged() -> None:
    sol = deq.solve(lambda z: 2 * z + 1, scalar(0.0), solver=deq.Anderson(), tol=1e-8)
    assert sol.converged.all()
    assert sol.z.item() == pytest.approx(-1)
    assert not stability(lambda z: 2 * z + 1, sol.z).ode_stable.item()
    assert stability(torch.cos, scalar(COS)).picard_stable.item()


@pytest.mark.parametrize("gain", [0.5, 1.5, 3.0])
def test_arnoldi_gives_the_same_verdict_for_large_states(gain: float) -> None:
    f, _, x = tanh_net(n=60, batch=2, gain=gain)
    dense, krylov = stability(f, 0 * x), stability(f, 0 * x, dense_limit=8)
    assert torch.allclose(dense.spectral_radius, krylov.spectral_radius)
    assert torch.allclose(dense.abscissa, krylov.abscissa)


# --- bad arguments


def test_bad_arguments_are_named() -> None:
    z = torch.zeros(1, 2)
    with pytest.raises(ValueError, match="steps"):
        spectral_radius(torch.cos, z, steps=0)
    with pytest.raises(TypeError, match="k must"):
        eigenvalues(torch.cos, z, k=1.5)
    with pytest.raises(ValueError, match="by must"):
        eigenvalues(torch.cos, z, by="size")
    with pytest.raises(TypeError, match="f must be callable"):
        jacobian(3, z)
    with pytest.raises(TypeError, match="z must be a tensor"):
        stability(torch.cos, [1.0])
    with pytest.raises(ValueError, match="keep the shape"):
        jacobian(lambda z: z.sum(1), z)
