"""Anderson acceleration of one sample on a CPU: the same arithmetic, in NumPy.

A step on one sample is a dozen operations on a few numbers. What it costs is the calls, and NumPy's
cost a third of a tensor's; the history needs no batch dimension either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Floats = npt.NDArray[np.floating[Any]]
Many = tuple[Floats, ...]


def fits(z: Tensor) -> bool:
    """Whether states like ``z`` (B, D) are one sample of a type that NumPy knows, on a CPU."""
    return len(z) == 1 and z.device.type == "cpu" and z.dtype in (torch.float32, torch.float64)


@dataclass(slots=True)
class AloneState:
    """History of an Anderson iteration on one sample; slots are reused in a ring.

    The constants are those of `deq.solvers.anderson`.
    """

    factors: Many  # (m + 1, m + 1) of the Gram matrix, by the newest slot
    floors: Many  # (m + 1, m + 1) added to it, by the slots in use
    g: Floats  # (m + 1, D) residual vectors f(z) − z
    e: Floats  # (m + 1, D) damped steps z + h·g
    gram: Floats  # (m + 1, m + 1) g gᵀ
    ones: Floats  # (m + 1,)
    count: int = field(default=0)  # states taken so far


def begin(z0: Tensor, factors: Many, floors: Many) -> AloneState:
    """Return an empty history for a state like ``z0`` (1, D)."""
    n, kind = len(factors), factors[0].dtype
    return AloneState(
        factors=factors,
        floors=floors,
        g=np.zeros((n, z0.shape[1]), kind),
        e=np.zeros((n, z0.shape[1]), kind),
        gram=np.zeros((n, n), kind),
        ones=np.ones(n, kind),
    )


def advance(
    state: AloneState, z: Tensor, fz: Tensor, damping: float, restart: float | None
) -> Tensor:
    """Return the accelerated iterate (1, D); the history in ``state`` is updated in place."""
    g, e, gram, n = state.g, state.e, state.gram, len(state.g)
    slot = state.count % n
    state.count += 1
    here, there = z.numpy()[0], fz.numpy()[0]  # (D,)
    with np.errstate(all="ignore"):  # what overflows is noticed in the weights
        np.subtract(there, here, out=g[slot])
        e[slot] = there if damping == 1.0 else here + damping * g[slot]
        row = g @ g[slot]  # (n,)
        gram[slot] = row
        gram[:, slot] = row
        if state.count == 1:
            return torch.from_numpy(e[slot : slot + 1].copy())
        last = (slot - 1) % n
        if restart is not None and row[slot] > restart**2 * gram[last, last]:
            g[:], e[:], gram[:] = g[slot], e[slot], row[slot]
        system = gram * state.factors[slot] + state.floors[min(state.count, n)]
        return torch.from_numpy(_weights(system, state.ones, slot) @ e)


def _weights(gram: Floats, ones: Floats, newest: int) -> Floats:
    """Solve ``G α ∝ 1`` with Σ α = 1, for α (1, n); all of it on the newest slot where it fails."""
    *_, alpha, singular = _lapack(gram.dtype.char)(gram, ones)
    share = 1 / np.add.reduce(alpha)
    if not singular and 0 < share < np.inf:
        weights: Floats = (alpha * share)[None]
        return weights
    fallback = np.zeros_like(ones)
    fallback[newest] = 1
    return fallback[None]


@cache
def _lapack(kind: str) -> Callable[[Floats, Floats], tuple[Any, ...]]:
    """LAPACK's gesv. ``numpy.linalg.solve`` calls it, too, and takes five times as long."""
    from scipy.linalg.lapack import dgesv, sgesv  # 0.2 s, for those who need it

    found: Callable[[Floats, Floats], tuple[Any, ...]] = sgesv if kind == "f" else dgesv
    return found
