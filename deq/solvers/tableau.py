"""Runge–Kutta methods by name: torchdiffeq's coefficients, read once, for a loop of our own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torchdiffeq._impl.odeint import SOLVERS

# By name, in the order in which people should try them.
ADAPTIVE = ("dopri5", "dopri8", "bosh3", "adaptive_heun", "fehlberg2")

# With a fixed step: stages i = 1, 2, … as rows (a_i0, …, a_i,i−1), then the weights b. The same
# variants as torchdiffeq's methods of these names; its rk4 is the 3/8 rule.
_FIXED: dict[str, tuple[list[list[float]], list[float]]] = {
    "euler": ([], [1]),
    "midpoint": ([[1 / 2]], [0, 1]),
    "heun2": ([[1]], [1 / 2, 1 / 2]),
    "heun3": ([[1 / 3], [0, 2 / 3]], [1 / 4, 0, 3 / 4]),
    "rk4": ([[1 / 3], [-1 / 3, 1], [1, -1, 1]], [1 / 8, 3 / 8, 3 / 8, 1 / 8]),
}
FIXED = tuple(_FIXED)


@dataclass(frozen=True, slots=True, eq=False)
class Tableau:
    """An explicit Runge–Kutta method of s stages for an autonomous field k(y).

    ``k_i = k(y + dt Σ_j a_ij k_j)``, the step ends in ``y + dt Σ_j b_j k_j``, and the error of that
    is about ``dt Σ_j e_j k_j``.

    Attributes
    ----------
    coefficients : Tensor, shape (s + 2, s), float64, on the CPU
        The rows a_0 (empty), …, a_{s−1}, then b, then e; zero where nothing stands.
    stages : int
        s.
    order : int
        Of the step-size rule.
    free : bool
        Whether the last stage stands at the end of the step, so that it is the first of the next
        one and shows the residual there for nothing ("first same as last").
    """

    coefficients: Tensor
    stages: int
    order: int
    free: bool


@cache
def tableau(method: str) -> Tableau:
    """Return the method called `method`, one of `ADAPTIVE` or `FIXED`."""
    if method in _FIXED:
        rows, weights = _FIXED[method]
        return _tableau([[], *rows], weights, [0.0] * len(weights), order=1)
    solver = SOLVERS[method]
    given = solver.tableau
    rows = [[], *(beta.tolist() for beta in given.beta)]
    return _tableau(rows, given.c_sol.tolist(), given.c_error.tolist(), order=solver.order)


def _tableau(
    rows: list[list[float]], weights: list[float], error: list[float], order: int
) -> Tableau:
    stages = len(weights)
    padded = [[*row, *[0.0] * (stages - len(row))] for row in rows]
    return Tableau(
        # Kept for later callers, so not on what happens to be the default device.
        coefficients=torch.tensor([*padded, weights, error], dtype=torch.float64, device="cpu"),
        stages=stages,
        order=order,
        free=stages > 1 and padded[-1] == weights,
    )
