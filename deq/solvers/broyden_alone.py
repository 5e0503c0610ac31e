"""Broyden's method for one sample on a CPU: the same arithmetic, in NumPy.

As in `deq.solvers.anderson_alone`, what a step on one sample costs is the calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deq.solvers.anderson_alone import Floats


@dataclass(slots=True)
class AloneState:
    """History of a Broyden iteration on one sample; see `deq.solvers.broyden.BroydenState`."""

    rows: Floats  # (m, D)
    mix: Floats  # (m, m)
    bound: float  # how much a step may count vectors
    newest: int = -1  # row of the last move
    first: int = 0  # row of the first move
    tested: bool = False  # whether the last move has a test vector, one row further
    back: int = 0  # of how many moves before it the test vector lacks
    lack: float = 0.0  # this share
    trust: bool = True  # whether the last move was −H g
    slope: float | None = None  # after a restart: dᵀ(h·g) of the move that was kept


def begin(z0: Tensor, memory: int) -> AloneState:
    """Return an empty history for a state like ``z0`` (1, D)."""
    size, kind = memory + 4, z0.numpy().dtype
    return AloneState(
        rows=np.empty((size, z0.shape[1]), kind),  # rows never reached cost nothing
        mix=np.zeros((size, size), kind),
        bound=float(np.finfo(kind).eps) ** -0.75,
    )


def advance(
    state: AloneState, z: Tensor, fz: Tensor, memory: int, damping: float, overlap: float
) -> Tensor:
    """Return the next iterate (1, D); the history in ``state`` is updated in place."""
    here, new = z.numpy()[0], state.newest + 1
    g = state.rows[new]
    with np.errstate(all="ignore"):  # what overflows is not trusted
        np.subtract(fz.numpy()[0], here, out=g)
        if damping != 1.0:
            g *= damping
        if state.tested:
            d = _secant(state, new)
        elif state.slope is not None:
            d = _resume(state, g, state.slope)
        else:
            d = g.copy()
        if new == memory + state.first:
            _restart(state, d, g)
        else:
            g[:] = d
            state.newest = new
            _prepare(state, new, overlap)
        return torch.from_numpy((here + d)[None])


def _secant(state: AloneState, new: int) -> Floats:
    """Update the estimate and return the move −H g (D,) of the residual vector in row new."""
    w = new + 2
    rows, mix = state.rows[:w], state.mix[:w, :w]
    rows_g, rows_p = state.rows[new : new + 2] @ rows.T  # (w,), (w,)
    update = rows_p @ mix  # (w,) −pᵀH, and / pᵀd below
    update[new - 1] += 1
    update[new - 1 - state.back : new - 1] -= state.lack
    update /= rows_p[new - 1] if state.trust else np.inf
    share = mix @ rows_g  # (w,) c, and 1 for g itself
    share[new] += 1
    share /= 1 - update @ rows_g
    state.trust = bool(np.sqrt(share @ share) <= state.bound)  # not if NaN or infinite
    if not state.trust:
        share = np.zeros_like(share)
        share[new] = 1
    else:
        mix[new] = update
    move: Floats = share @ rows
    return move


def _prepare(state: AloneState, new: int, overlap: float) -> None:
    """Store the test vector of the move in row new, two rows further."""
    rows, d = state.rows, state.rows[new]
    state.tested, state.back = True, min(new - state.first, 2)
    if not state.back:
        rows[new + 2], state.lack = d, 0.0
        return
    before = rows[new - 1] + rows[new - 2] if state.back == 2 else rows[new - 1]  # (D,)
    along = before @ d / (before @ before + np.finfo(rows.dtype).tiny)
    state.lack = (1 - overlap) * along
    np.subtract(d, state.lack * before, out=rows[new + 2])


def _restart(state: AloneState, d: Floats, g: Floats) -> None:
    """Drop all updates; the last move ``d`` (D,) stays, and its residual vector h·g."""
    state.slope, state.tested = float(d @ g), False
    state.rows[0], state.rows[1] = d - g, d
    state.mix[:] = 0
    state.newest = state.first = 1


def _resume(state: AloneState, g: Floats, slope: float) -> Floats:
    """Update −h·I with the move that a restart kept; return the move −H g (D,)."""
    rest = state.rows[0]
    ratio = state.rows[1] @ g / slope
    short = 1 - ratio
    state.trust = bool(np.sqrt(ratio**2 + 1) / abs(short) <= state.bound)
    state.slope = None
    if not state.trust:
        rest[:] = 0
        return g.copy()
    move: Floats = (g + ratio * rest) / short
    rest[:] = (rest + g) / short
    state.mix[0, 1] = 1 / slope
    return move
