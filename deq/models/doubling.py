"""The article's first network: an equilibrium that learns y = 2x from ten numbers.

f(u) = W₂ φ(W₁ u + b₁) + b₂ with five hidden units, and the equilibrium of z = f(z + x). Without a
nonlinearity f(u) = a u + b is a straight line and z* = (a x + b)/(1 − a). The flow
dz/dt = f(z + x) − z converges to z* only if a < 1. Then the slope a/(1 − a) of the answer is above
−1, so a line that falls more steeply cannot be learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.layer import DEQ
from deq.solvers import Anderson, Solver

Variant = Literal["linear", "tanh"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
HIDDEN = 5
SCALE: dict[Variant, float] = {"linear": 1.0, "tanh": 10.0}
"""Numbers are divided by it before the hidden units: tanh saturates, and x and z go up to 30."""
MAX_SLOPE = 0.98
"""Largest slope of f after `Doubling.constrain_`; the slope of the answer is then at most 49."""


class DoublingCell(nn.Module):
    """The cell f(z, x) = s (W₂ φ(W₁ (z + x)/s + b₁) + b₂) on states of one number, (B, 1).

    The scale s is 1 for the straight line.
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.inside, self.outside = nn.Linear(1, HIDDEN), nn.Linear(HIDDEN, 1)
        self.variant = variant
        for layer in (self.inside, self.outside):  # as in the article
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z, x (B, 1) → (B, 1)."""
        scale = SCALE[self.variant]
        hidden = self.inside((z + x) / scale)  # (B, 5)
        out: Tensor = self.outside(torch.tanh(hidden) if self.variant == "tanh" else hidden)
        return scale * out


class Doubling(nn.Module):
    """x ↦ z*, the equilibrium of z = f(z + x), with the start z = f(x).

    Parameters
    ----------
    variant : ``"linear"`` or ``"tanh"``
        φ.
    solver : Solver
        Solver of the equilibrium.
    gradient : Gradient
        Gradient through the equilibrium.
    tol, max_evals
        As for `deq.solve`.

    Examples
    --------
    >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
    <torch...>
    >>> model = Doubling()
    >>> sum(p.numel() for p in model.parameters())
    16
    """

    def __init__(
        self,
        variant: Variant = "linear",
        *,
        solver: Solver | None = None,
        gradient: Gradient | None = None,
        tol: float = 1e-6,
        max_evals: int = 500,
    ) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}.")
        self.variant: Variant = variant
        self.layer = DEQ(
            DoublingCell(variant),
            solver=solver or Anderson(),
            tol=tol,
            max_evals=max_evals,
            gradient=gradient or Implicit(tol=tol, max_evals=max_evals),
        )

    @property
    def cell(self) -> DoublingCell:
        """The cell."""
        cell: DoublingCell = self.layer.cell  # type: ignore[assignment]
        return cell

    def forward(self, x: Tensor) -> Tensor:
        """The equilibria z* (B, 1) of inputs x (B, 1)."""
        with torch.no_grad():
            start = self.cell(torch.zeros_like(x), x)
        z: Tensor = self.layer(x, z0=start)
        return z

    @property
    def slope(self) -> float:
        """The slope a of the straight line f, or for tanh an upper bound of the slope of f.

        For tanh ``f′(u) = Σ vᵢ wᵢ (1 − tanh²(…)) ≤ Σ max(0, vᵢ wᵢ)``. If it is below 1, every x has
        exactly one equilibrium, and the flow converges to it.
        """
        with torch.no_grad():
            products = self.cell.outside.weight[0] * self.cell.inside.weight[:, 0]  # (5,)
            if self.variant == "tanh":
                products = products.clamp(min=0)
            return float(products.sum())

    @property
    def intercept(self) -> float:
        """f(0), which is b for the straight line."""
        with torch.no_grad():
            zero = torch.zeros(1, 1, dtype=self.cell.inside.weight.dtype)
            return float(self.cell(zero, zero))

    @torch.no_grad()
    def constrain_(self, max_slope: float = MAX_SLOPE) -> None:
        """Scale W₂ so that the slope of f is at most ``max_slope``; called after each step."""
        slope = self.slope
        if slope > max_slope:
            self.cell.outside.weight.mul_(max_slope / slope)

    def parameter_list(self) -> list[float]:
        """All sixteen numbers, in the order of ``parameters()``."""
        return torch.cat([p.detach().flatten() for p in self.parameters()]).tolist()

    @torch.no_grad()
    def set_parameters(self, values: Sequence[float]) -> None:
        """Set all parameters from a list, as `parameter_list` gives it.

        Raises
        ------
        ValueError
            If they are not sixteen numbers.
        """
        count = sum(p.numel() for p in self.parameters())
        if len(values) != count:
            raise ValueError(f"values must be {count} numbers, not {len(values)}.")
        vector = torch.tensor(values, dtype=self.cell.inside.weight.dtype)
        nn.utils.vector_to_parameters(vector, self.parameters())


def cell_line(slope: float, intercept: float) -> tuple[float, float]:
    """The line f(u) = a u + b with the equilibria z* = slope·x + intercept, as (a, b).

    ``a = s/(1 + s)`` and ``b = c/(1 + s)``.

    Raises
    ------
    ValueError
        If the slope is not above −1: a stable equilibrium cannot have it.

    Examples
    --------
    >>> a, b = cell_line(2.0, 0.0)
    >>> round(a, 4), b
    (0.6667, 0.0)
    """
    if not slope > -1:
        raise ValueError(
            f"slope must be above −1, not {slope:g}: a stable equilibrium has no less."
        )
    return slope / (1 + slope), intercept / (1 + slope)
