"""The norm of a convolution, against SciPy's singular values of the same operator."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator, svds

from deq.stability import conv_norm, project_conv_


def exact_norm(weight: torch.Tensor, side: int) -> float:
    channels = weight.shape[0]
    size = channels * side * side

    def apply(v: np.ndarray, transposed: bool) -> np.ndarray:
        state = torch.from_numpy(v.reshape(1, channels, side, side).copy())
        conv = F.conv_transpose2d if transposed else F.conv2d
        return conv(state, weight, padding=1).numpy().ravel()

    operator = LinearOperator(
        (size, size),
        matvec=lambda v: apply(v, False),
        rmatvec=lambda v: apply(v, True),
        dtype=np.float64,
    )
    return float(svds(operator, k=1, return_singular_vectors=False, rng=0)[0])


def kernel(channels: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, channels, 3, 3, generator=generator, dtype=torch.float64)


@given(channels=st.integers(1, 5), side=st.integers(3, 8), seed=st.integers(0, 1000))
def test_norm_is_the_largest_singular_value(channels: int, side: int, seed: int) -> None:
    """From below, and within 2 % after 500 steps, even if the second singular value is close."""
    weight = kernel(channels, seed)
    start = torch.ones(1, channels, side, side, dtype=torch.float64)
    start += 0.1 * torch.randn(start.shape, generator=torch.Generator().manual_seed(seed))
    sigma, vector = conv_norm(weight, start, steps=500)
    truth = exact_norm(weight, side)
    assert 0.98 * truth <= float(sigma) <= truth * (1 + 1e-9)
    assert float(vector.norm()) == pytest.approx(1)


def test_every_step_raises_the_estimate_from_below() -> None:
    weight = kernel(3, 0)
    truth = exact_norm(weight, 6)
    start = torch.ones(1, 3, 6, 6, dtype=torch.float64)
    values = [float(conv_norm(weight, start, steps)[0]) for steps in (1, 2, 5, 20, 100)]
    assert values == sorted(values)
    assert values[-1] <= truth * (1 + 1e-9)


def test_projection_reaches_the_limit_and_keeps_kernels_below_it() -> None:
    weight = kernel(4, 1)
    start = torch.ones(1, 4, 7, 7, dtype=torch.float64)
    before = project_conv_(weight, 0.9, start, steps=300)
    assert float(before) > 0.9
    assert exact_norm(weight, 7) == pytest.approx(0.9, rel=1e-4)
    below = weight / 2
    kept = below.clone()
    project_conv_(below, 0.9, start, steps=10)
    assert torch.equal(below, kept)


def test_a_zero_kernel_has_norm_zero() -> None:
    sigma, vector = conv_norm(torch.zeros(2, 2, 3, 3), torch.ones(1, 2, 5, 5), 3)
    assert float(sigma) == 0
    assert bool(vector.isfinite().all())


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="steps"):
        conv_norm(torch.zeros(1, 1, 3, 3), torch.ones(1, 1, 3, 3), 0)
    with pytest.raises(ValueError, match="limit"):
        project_conv_(torch.zeros(1, 1, 3, 3), 0.0, torch.ones(1, 1, 3, 3))
