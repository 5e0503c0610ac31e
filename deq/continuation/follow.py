"""Follow an equilibrium along a parameter: secant predictor, corrector, steps that adapt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import S, State, parts, require_state
from deq.continuation.branch import Branch, BranchStatus
from deq.continuation.curve import Curve
from deq.continuation.record import Record
from deq.continuation.steps import arclength, natural
from deq.diagnostics.eigenvalues import DENSE_LIMIT
from deq.solution import Solution
from deq.solvers import Newton
from deq.solvers.base import Solver, require_count, require_number
from deq.status import ConvergenceError, Status


@eager
@torch.no_grad()
def continuation(
    f: Callable[[S, Tensor], S],
    z0: S,
    parameters: Sequence[float] | Tensor,
    *,
    step: float | None = None,
    solver: Solver | None = None,
    tol: float = 1e-6,
    max_evals: int | None = None,
    max_points: int = 500,
    stability: bool = True,
) -> Branch[S]:
    """Follow an equilibrium z = f(z, p) along a scalar parameter p, through folds if asked to.

    *Without step*, the values in ``parameters`` are visited one after the other (natural
    continuation). Where the branch folds back before the next value, it ends as LOST instead of
    jumping to another branch.

    *With step*, ``parameters`` are ``(start, stop)``, and the branch is followed by its length
    instead of by p (pseudo-arclength), hence through folds, until it reaches ``stop`` or comes back
    to ``start``.

    In both ways the line through the last two points, the secant, predicts the next one, and
    ``solver`` corrects the prediction. A step is halved if its correction fails or is longer than
    a quarter of the step, since it may lead to another branch; after a short correction the next
    step is twice as long. The corrector solves for z and p together: with the prediction (z₀, p₀)
    and the unit vector n along the secant, pseudo-arclength finds the equilibrium of::

        (z, p)  →  (f(z, p), p − n · (z − z₀, p − p₀))

    Parameters
    ----------
    f : callable
        ``f(z, p)`` takes a state like ``z0`` and p as a 0-D tensor of its dtype, and returns a
        state like ``z0``. With step it is differentiated by p as well: write ``torch.exp(p)``, not
        ``math.exp(p)``.
    z0 : Tensor of any shape, or tuple of such
        The start, near an equilibrium for the first parameter. It is one sample: there is no batch.
        float32 or float64.
    parameters : sequence of float, or Tensor, shape (N,)
        The values of p to visit, in any order, neighbours different; with step, (start, stop).
    step : float or None
        The first and longest step, in units of p. A step changes p by at most ``step``, and z by at
        most the fraction step/|stop − start| of its size: the largest ‖z‖ so far, or ‖dz/dp‖ at the
        start times |stop − start| if that is more.
    solver : Newton, Broyden, …
        ``Newton(dense_limit=512)`` unless given. With step it must find equilibria that are not
        stable. Without step, ``Anderson()`` is cheaper for large states.
    tol : float
        Each point has ``‖f(z, p) − z‖₂ ≤ tol + tol·‖z‖₂``. Folds are found to about this accuracy
        in p, and to about its square root in z.
    max_evals : int or None
        Cap on the evaluations of f for one correction. Unless given, twenty steps of a dense
        Newton's method, 20·(D + 2) for a state of D ≤ 512 numbers, and at least 100.
    max_points : int
        With step, end once there are so many points.
    stability : bool
        Compute the eigenvalues of ∂f/∂z at each point, with D backward passes for D ≤ 512, and
        some hundred above.

    Returns
    -------
    Branch
        ``parameter``, ``z``, ``residual``, ``nfe`` and ``stability`` of each point, ``folds``, and
        the ``status``, which says why it ended. Printing it gives a sentence. It is detached.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.
    ConvergenceError
        If no equilibrium was found for the first parameter: there is nothing to follow. Everything
        later is a status.

    Notes
    -----
    Fold means that p turns back. Where two branches cross, this one is followed straight on, and
    the change of stability shows the crossing. A step may pass over two folds that lie closer than
    it is long.

    References
    ----------
    Keller, "Numerical solution of bifurcation and nonlinear eigenvalue problems", 1977. Allgower &
    Georg, "Introduction to numerical continuation methods", SIAM, 2003. Seydel, "Practical
    bifurcation and stability analysis", 3rd edition 2010.

    Examples
    --------
    A neuron that excites itself has three equilibria between two folds, and the middle one is
    unstable. The folds are where 2·(1 − z²) = 1:

    >>> import torch, deq
    >>> f = lambda z, b: torch.tanh(2 * z + b)
    >>> z0 = torch.tensor([-1.0], dtype=torch.float64)
    >>> branch = deq.continuation(f, z0, (-1.0, 1.0), step=0.1, tol=1e-10)
    >>> branch.parameter[branch.folds]
    tensor([ 0.5328, -0.5328], dtype=torch.float64)
    >>> branch.z[branch.folds].flatten()
    tensor([-0.7071,  0.7071], dtype=torch.float64)
    >>> branch.stability.ode_stable[[0, len(branch) // 2, -1]]
    tensor([ True, False,  True])

    Without step, at given values, as far as the branch goes:

    >>> branch = deq.continuation(f, -torch.ones(1), [-1.0, 0.0, 0.5, 1.0])
    >>> print(branch.parameter, branch.status.name)
    tensor([-1.0000,  0.0000,  0.5000]) LOST
    """
    values = _checked(f, z0, parameters, step, tol, max_evals, max_points, stability)
    dim = sum(part.numel() for part in parts(z0))
    curve = Curve(
        f,
        z0,
        span=(max(values) - min(values)) or 1.0,
        solver=solver or Newton(dense_limit=DENSE_LIMIT),
        tol=tol,
        max_evals=max_evals or max(100, 20 * (min(dim, DENSE_LIMIT) + 2)),
    )
    record = Record(curve, stability)
    guess = torch.cat([curve.flat(z0), parts(z0)[0].new_tensor(values[:1])])  # (D + 1,)
    first = curve.correct(guess, None, math.inf)
    if first is None:
        raise _no_start(curve, values[0])
    record.keep(first)
    if len(values) == 1:
        status = BranchStatus.COMPLETE
    elif step is None:
        status = natural(curve, record, first, values[1:])
    else:
        status = arclength(curve, record, first, values[1], step, max_points)
    return record.branch(status)


def _no_start(curve: Curve[S], p: float) -> ConvergenceError:
    """The exception when no equilibrium was found for the first parameter."""
    failed = curve.failed
    return ConvergenceError(
        f"No equilibrium was found for the first parameter, {p:g}, so there is nothing to follow. "
        f"{Status(int(failed.status))}",
        Solution(curve.shaped(failed.z[0, :-1]), failed.residual, failed.nfe, failed.status),
    )


def _checked(
    f: object,
    z0: State,
    parameters: Sequence[float] | Tensor,
    step: float | None,
    tol: float,
    max_evals: int | None,
    max_points: int,
    stability: bool,
) -> list[float]:
    """Raise if an argument is unusable; return the parameters as numbers of the state's dtype."""
    if not callable(f):
        raise TypeError(f"f must be callable, not {f!r}.")
    alone = isinstance(z0, tuple) and all(isinstance(part, Tensor) for part in z0)
    require_state("z0", tuple(part[None] for part in z0) if alone else z0)  # one sample
    dtype = parts(z0)[0].dtype
    if dtype not in (torch.float32, torch.float64):
        raise TypeError(f"z0 must be float32 or float64, not {dtype}.")
    if not any(part.numel() for part in parts(z0)):
        raise ValueError("z0 must hold at least one number.")
    require_number("tol", tol, low=0.0)
    if max_evals is not None:
        require_count("max_evals", max_evals)
    require_count("max_points", max_points)
    if not isinstance(stability, bool):
        raise TypeError(f"stability must be True or False, not {stability!r}.")
    try:
        values: list[float] = torch.as_tensor(parameters, dtype=dtype).tolist()
        usable = bool(values) and all(map(math.isfinite, values))
    except (TypeError, ValueError, RuntimeError):  # no numbers, or not in one row
        usable = False
    if not usable:
        raise ValueError(f"parameters must be a row of finite numbers, not {parameters!r}.")
    rounding = 4 * torch.finfo(dtype).eps * max(map(abs, values))
    if any(abs(p - q) <= rounding for p, q in pairwise(values)):
        raise ValueError(
            f"Neighbouring parameters must differ by more than rounding, but they are {values}."
        )
    if step is not None:
        require_number("step", step, low=0.0)
        if len(values) != 2:
            raise ValueError(
                f"With step, parameters must be (start, stop), not {len(values)} values; without "
                "step, each of them is visited."
            )
    return values
