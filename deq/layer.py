"""DEQ: a layer whose output is the equilibrium of a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from deq.implicit import Implicit, Report, Statistics
from deq.solve import solve
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, require_number


class DEQ(nn.Module):
    """Deep equilibrium layer: ``layer(x)`` is the z with z = cell(z, x).

    Parameters
    ----------
    cell : Module or callable
        ``cell(z, x)`` returns the new z, of the same shape (B, …) and dtype. Use the same weights
        and no fresh randomness at every call, or there is no equilibrium to find.
    solver : Picard, Anderson, ODE, …
        Forward solver, ``Anderson()`` unless given.
    tol : float
        A sample has converged when ‖cell(z, x) − z‖₂ ≤ tol + tol·‖z‖₂.
    max_evals : int
        Cap on the evaluations of the cell.
    gradient : Implicit
        How gradients are found, ``Implicit()`` unless given.

    Attributes
    ----------
    last : Statistics or None
        What happened in the last forward pass, and in its backward pass once it has run. One
        per layer: threads that share a layer overwrite each other's.

    Notes
    -----
    The output requires grad exactly when ``x`` or a parameter does, in training and in evaluation
    mode. Memory: the activations of one evaluation of the cell, however many steps were taken.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019.

    Examples
    --------
    z = z/2 + x has the equilibrium 2x, so the gradient is 2.

    >>> import torch, deq
    >>> layer = deq.DEQ(lambda z, x: 0.5 * z + x, tol=1e-6)
    >>> x = torch.ones(1, 1, requires_grad=True)
    >>> z = layer(x)
    >>> z.backward()
    >>> round(z.item(), 4), round(x.grad.item(), 4)
    (2.0, 2.0)
    """

    def __init__(
        self,
        cell: Callable[[Tensor, Any], Tensor],
        *,
        solver: Solver | None = None,
        tol: float = 1e-4,
        max_evals: int = 100,
        gradient: Implicit | None = None,
    ) -> None:
        super().__init__()
        if not callable(cell):
            raise TypeError(f"cell must be callable as cell(z, x), not {cell!r}.")
        if solver is not None and not isinstance(solver, Solver):
            raise TypeError(f"solver must be a solver such as deq.Anderson(), not {solver!r}.")
        if gradient is not None and not isinstance(gradient, Implicit):
            raise TypeError(f"gradient must be deq.Implicit(…), not {gradient!r}.")
        require_number("tol", tol, low=0.0)
        require_count("max_evals", max_evals)
        self.cell = cell
        self.solver = solver if solver is not None else Anderson()
        self.tol = tol
        self.max_evals = max_evals
        self.gradient = gradient if gradient is not None else Implicit()
        self.last: Statistics | None = None

    def forward(self, x: Any, z0: Tensor | None = None) -> Tensor:
        """Return the equilibrium z = cell(z, x), (B, …).

        Parameters
        ----------
        x : Tensor, or tuple of tensors
            The input, handed to the cell as it is.
        z0 : Tensor or None, shape (B, …)
            Where the solver starts. Zeros like ``x`` unless given; it must be given when the state
            has another shape than ``x``, or when ``x`` is a tuple. No gradient flows into it: an
            equilibrium does not depend on the start.
        """
        if z0 is None:
            if not isinstance(x, Tensor):
                raise TypeError("z0 must be given when x is not a single tensor.")
            z0 = torch.zeros_like(x)
        solution = solve(
            lambda z: self.cell(z, x),
            z0,
            solver=self.solver,
            tol=self.tol,
            max_evals=self.max_evals,
        )
        z = solution.z
        self.last = statistics = Statistics(Report.of(solution))
        if not torch.is_grad_enabled() or not self._needs_grad(z, x):
            return z
        z_in = z.detach().requires_grad_()
        fz = self.cell(z_in, x)  # the one tracked evaluation
        return self.gradient.attach(z, z_in, fz, statistics)

    def _needs_grad(self, z: Tensor, x: Any) -> bool:
        """Whether anything the cell uses, other than z, requires grad."""
        tensors = x if isinstance(x, tuple | list) else (x,)
        if any(isinstance(t, Tensor) and t.requires_grad for t in tensors):
            return True
        if any(p.requires_grad for p in self.parameters()):
            return True
        # A cell may use tensors from elsewhere; one plain evaluation tells.
        return self.cell(z, x).requires_grad

    def extra_repr(self) -> str:
        """Show the options."""
        return f"solver={self.solver}, tol={self.tol:g}, max_evals={self.max_evals}"
