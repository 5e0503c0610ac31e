"""Bratu's equation u″ + λ eᵘ = 0, u(0) = u(1) = 0: a hot rod, up to where it ignites and back.

Two solutions meet at λ* = 3.513830719 (Bratu, 1914; Doedel, Keller & Kernévez, 1991).
"""

import torch
from torch import Tensor

import deq


def test_the_rod_ignites_at_the_turning_point() -> None:
    n = 31
    h = 1 / (n + 1)
    second = torch.diag(torch.full((n,), -2.0, dtype=torch.float64))
    off = torch.ones(n - 1, dtype=torch.float64)
    # Inverse of the second derivative.
    inverse = torch.linalg.inv(second + off.diag(1) + off.diag(-1)) * h**2

    def heat(u: Tensor, p: Tensor) -> Tensor:
        """The temperature u (31,) that u's own heat, p·eᵘ, would keep up."""
        return -inverse @ (p * u.exp())

    start = torch.zeros(n, dtype=torch.float64)
    branch = deq.continuation(heat, start, (0.0, 4.0), step=0.5, max_points=30)
    (fold,) = branch.folds
    # Second differences are exact up to O(h²).
    assert abs(branch.parameter[fold] - 3.513830719) < 4 * h**2
    stable = branch.stability.ode_stable
    assert stable[:fold].all()
    assert not stable[fold + 1 :].any()
    assert branch.parameter[-1] < 2  # back on the hot side
    assert branch.z[-1].max() > 3
