"""Peaceman–Rachford splitting: the equilibrium of a monotone cell by a contraction."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from deq.gradients.base import Gradient, Statistics
from deq.gradients.implicit import Implicit
from deq.layer import DEQ
from deq.solvers.base import Solver, require_number
from deq.solvers.picard import Picard
from deq.stability.monotone.cells import Activation, MonotoneCell, MonotoneConvCell, is_relu


class PeacemanRachford(nn.Module):
    """Layer ``layer(x)``: the z with z = φ(W z + U x + b), by Peaceman–Rachford splitting.

    With c = U x + b and the Cayley transform C of α(I − W), each evaluation is one product::

        C = 2 (I + α(I − W))⁻¹ − I,     u ↦ C (2 φ(u) − u) + α(C c + c),     z* = φ(u*)

    I − W ≥ m I gives ‖C‖₂ < 1, and φ has slopes between 0 and 1. So the map of u is a contraction
    for every α > 0 and all parameters. Its constant is ‖C‖₂ ≤ √(1 − 4αm/(1 + αL)²), L = ‖I − W‖₂.
    The inverse is computed once a forward: (D, D), or for a convolution one (C, C) a frequency.

    Parameters
    ----------
    cell : MonotoneCell or MonotoneConvCell
        Gives W, U, b and φ.
    alpha : float
        α, positive; it must be 1 unless φ is relu, or the equilibrium would be another. It changes
        the number of evaluations only; 1/√(mL) is best for a symmetric W.
    solver : Picard, Anderson, …
        Solver of u. ``Picard()``, unless given, converges from every start. ``Anderson()`` usually
        takes fewer evaluations, without that guarantee.
    max_evals : int
        Cap on the evaluations.
    gradient : Implicit, Phantom or Unrolled
        ``Implicit(solver=solver, max_evals=max_evals)`` unless given.
    options
        Other options of ``DEQ``: tol, …

    Attributes
    ----------
    cell : MonotoneCell or MonotoneConvCell
        The cell, with all parameters.
    layer : DEQ
        The layer that finds u.

    Notes
    -----
    Residual and tolerance are those of u: ‖z − z*‖₂ ≤ ‖u − u*‖₂ ≤ residual/(1 − ‖C‖₂). Gradients
    are exact with ``Implicit``, also with respect to A and B, through the inverse. The adjoint is
    a contraction as well. Under autocast the solve runs in the dtype of the parameters.

    For m = 0.1, tol 1e-4 and L from 1.5 to 17 it takes 23 to 40 evaluations and its adjoint 27 to
    52; with ``Anderson`` 20 to 32, and 26 to 39. On the map of the cell, ``ODE`` takes 211 to 349,
    and ``Anderson`` fails for half of the cells; ``forward_backward`` takes more than 400
    (``python -m tests.benchmarks.core monotone``).

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020. Ryu & Boyd, "A primer on
    monotone operator methods", 2016.

    Examples
    --------
    >>> import torch, deq
    >>> cell = deq.monotone.MonotoneCell(2, 5)
    >>> layer, x = deq.monotone.PeacemanRachford(cell, tol=1e-6), torch.ones(3, 2)
    >>> z = layer(x)
    >>> torch.allclose(z, cell(z, x), atol=1e-4)
    True
    """

    def __init__(
        self,
        cell: MonotoneCell | MonotoneConvCell,
        *,
        alpha: float = 1.0,
        solver: Solver | None = None,
        max_evals: int = 1000,
        gradient: Gradient | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        if not isinstance(cell, MonotoneCell | MonotoneConvCell):
            raise TypeError(f"cell must be a MonotoneCell or a MonotoneConvCell, not {cell!r}.")
        require_number("alpha", alpha, low=0.0)
        if alpha != 1 and not is_relu(cell.activation):
            raise ValueError(f"alpha must be 1 when the activation is not relu, not {alpha!r}.")
        self.cell = cell
        self.alpha = alpha
        self.activation = cell.activation
        solver = solver if solver is not None else Picard()
        if gradient is None:
            gradient = Implicit(solver=solver, max_evals=max_evals)
        self.layer: DEQ[Tensor] = DEQ(
            _Splitting(cell), solver=solver, max_evals=max_evals, gradient=gradient, **options
        )

    @property
    def last(self) -> Statistics | None:
        """Statistics of the last forward pass, as of a ``DEQ``."""
        return self.layer.last

    def forward(self, x: Tensor, z0: Tensor | None = None) -> Tensor:
        """Return z*, (B, D) or (B, C, H, W).

        Parameters
        ----------
        x : Tensor
            The input of the cell.
        z0 : Tensor or None
            Where to start, like z*; zeros unless given. No gradient flows into it.
        """
        state, alpha = self.cell.state, self.alpha
        c = self.cell.inject(x).to(state.a.dtype)
        with torch.autocast(c.device.type, enabled=False):  # bfloat16 is too coarse for the inverse
            matrix = state.cayley(alpha, c)
            k = alpha * (state.multiply(matrix, c) + c)
            with torch.no_grad():  # at the equilibrium u = z + α (W z + c − z)
                u0 = alpha * c if z0 is None else z0 + alpha * (state(z0) + c - z0)
            return self.activation(self.layer((matrix, k), z0=u0))

    def extra_repr(self) -> str:
        """Show the options."""
        return f"alpha={self.alpha:g}"


class _Splitting(nn.Module):
    """``u ↦ C (2 φ(u) − u) + k``; it has no parameters, C and k are its input."""

    def __init__(self, cell: MonotoneCell | MonotoneConvCell) -> None:
        super().__init__()
        self.activation: Activation = cell.activation
        self.multiply = cell.state.multiply

    def forward(self, u: Tensor, x: tuple[Tensor, Tensor]) -> Tensor:
        matrix, k = x
        return self.multiply(matrix, 2 * self.activation(u) - u) + k
