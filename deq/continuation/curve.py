"""The curve of all (z, p) with z = f(z, p), and the correction of a guess to a point on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import torch
from torch import Tensor

from deq.bookkeeping.layout import S, layout_of, packed, parts
from deq.solution import Solution
from deq.solve import solve
from deq.solvers.base import Solver

# A correction longer than this part of the step may lead to another branch.
_BEND = 0.25


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve.

    Attributes
    ----------
    y : Tensor, shape (D + 1,)
        The state, flattened, and the parameter behind it.
    residual : Tensor, shape ()
        ‖f(z, p) − z‖₂.
    bend : float
        Length of the correction, relative to the length of the step.
    """

    y: Tensor
    residual: Tensor
    bend: float

    @property
    def p(self) -> float:
        """The parameter."""
        return self.y[-1].item()


class Curve(Generic[S]):
    """All (z, p) with z = f(z, p), as vectors y (D + 1,): the flat state, and p behind it.

    Lengths on the curve are those of ``scaled`` vectors (dz/size, dp/span).

    Parameters
    ----------
    f : callable
        ``f(z, p)``, with a state like ``z0`` and a 0-D tensor p.
    z0 : Tensor or tuple of Tensors
        What a state looks like.
    span : float
        The unit of p.
    solver : Solver
        Corrects guesses.
    tol : float
        A point has ‖f(z, p) − z‖₂ ≤ tol + tol·‖z‖₂.
    max_evals : int
        Cap on the evaluations of f for one correction.

    Attributes
    ----------
    size : float
        The unit of z, of the order of ‖z‖₂; it grows while the curve is followed.
    nfe : int
        Calls of f so far.
    failed : Solution
        Of the last correction that failed; its state is (1, D + 1).
    """

    def __init__(
        self,
        f: Callable[[S, Tensor], S],
        z0: S,
        span: float,
        solver: Solver,
        tol: float,
        max_evals: int,
    ) -> None:
        self._f, self._like, self._layout = f, z0, layout_of(z0)
        self._widths = [part.numel() for part in parts(z0)]
        self.span, self.solver, self.tol, self.max_evals = span, solver, tol, max_evals
        self.nfe = 0
        self.failed: Solution[Tensor]
        # Below √tol a state counts as zero, which has no length of its own.
        self.size = (tol * sum(self._widths)) ** 0.5

    def flat(self, z: S) -> Tensor:
        """Return ``z`` as (D,)."""
        return torch.cat([part.reshape(-1) for part in parts(z)])

    def shaped(self, z: Tensor) -> S:
        """Return the flat states ``z`` (…, D) in the user's shape, (…) in front."""
        pieces = zip(torch.split(z, self._widths, dim=-1), parts(self._like), strict=True)
        return packed(tuple(x.reshape(z.shape[:-1] + like.shape) for x, like in pieces), self._like)

    def f(self, z: Tensor, p: Tensor) -> Tensor:
        """Evaluate f at the flat state ``z`` (1, D) and the parameter ``p`` (), (1, D)."""
        self.nfe += 1
        out = self._f(self.shaped(z[0]), p)
        self._layout.check(out)
        return self.flat(out)[None]

    def length(self, dy: Tensor) -> float:
        """Length of the difference ``dy`` (D + 1,) of two points."""
        return float(torch.linalg.vector_norm(self.scaled(dy)))

    def scaled(self, dy: Tensor) -> Tensor:
        """Return the difference ``dy`` (D + 1,) of two points in the units of length."""
        return torch.cat([dy[:-1] / self.size, dy[-1:] / self.span])

    def correct(self, guess: Tensor, normal: Tensor | None, step: float) -> Point | None:
        """Solve z = f(z, p) in the hyperplane through ``guess`` (D + 1,) across ``normal``.

        With the scaled unit vector n = ``normal`` (D + 1,) and δ = (p − guess)/span this is the
        equilibrium of::

            (z, δ)  →  (f(z, p), δ − n · (dz/size, δ))

        Without a normal p stays as it is. None if the correction fails, or is longer than a part of
        ``step``, the length of the step: then it may lie on another branch.
        """
        z0, p0 = guess[:-1], guess[-1]
        if normal is None:
            normal = torch.zeros_like(guess)
            normal[-1] = 1.0

        # p and the last row of the map are affine in x = (z, δ): one product gives both, which
        # forward-mode differentiation takes far less time for than for sums and products.
        across = normal / self.size  # (D + 1,)
        across[-1] = normal[-1]
        a = torch.stack([torch.zeros_like(guess), -across], dim=1)  # (D + 1, 2)
        a[-1] += a.new_tensor([self.span, 1.0])
        c = torch.stack([p0, across[:-1] @ z0])  # (2,)

        def extended(x: Tensor) -> Tensor:
            """The map above, for x (1, D + 1)."""
            row = torch.addmm(c, x, a)  # (1, 2)
            return torch.cat([self.f(x[:, :-1], row[0, 0]), row[:, 1:]], dim=1)

        start = torch.cat([z0, torch.zeros_like(guess[-1:])])[None]  # (1, D + 1)
        found = solve(extended, start, solver=self.solver, tol=self.tol, max_evals=self.max_evals)
        x = found.z
        y = torch.cat([x[0, :-1], torch.addmm(c, x, a)[0, :1]])
        residual = torch.linalg.vector_norm(self.f(x[:, :-1], y[-1]) - x[:, :-1])
        bend = self.length(y - guess) / step
        small = residual <= self.tol * (1 + torch.linalg.vector_norm(x[:, :-1]))
        if found.converged and small and bend <= _BEND:
            return Point(y, residual, bend)
        self.failed = found
        return None
