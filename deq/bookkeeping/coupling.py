"""Whether f couples the samples of a batch, which solvers take for independent."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import S, layout_of

# The change of every second sample, relative to its numbers and to their mean.
_STEP = 1 / 16

COUPLED = (
    "f couples the samples of the batch: what it gives for one depends on others, but solvers take "
    "each sample alone. Where the whole tensor is one sample (a vector of unknowns, the nodes of a "
    "graph, sequences with time first), pass batch_dims=0. Batch normalisation in training mode "
    "couples samples too."
)


@eager
@torch.no_grad()
def coupling_hint(f: Callable[[S], S], z: S, batch_dims: int) -> str:
    """Return ``COUPLED`` if f is seen to couple the samples of ``z``, else an empty string.

    It evaluates f at z, and at z with every second sample changed. Where that has changed the
    others, it evaluates f at z once more, to rule out that f is random. Torch's random numbers are
    put back.

    Parameters
    ----------
    f : callable
        The map that was solved.
    z : Tensor, shape (B, …), or tuple of such
        The states that a solve returned.
    batch_dims : int
        As for ``deq.solve``.
    """
    layout = layout_of(z, batch_dims)
    if layout.batch < 2:
        return ""
    flat = layout.flat(z)  # (B, D)
    size = flat.abs()
    step = _STEP * (size + torch.where(size.any(), size.mean(), 1.0))  # a positive z stays positive
    same = torch.arange(layout.batch, device=flat.device) % 2 == 1  # (B,)
    changed = torch.where(same[:, None], flat, flat + step)

    def differ(one: Tensor, other: Tensor) -> bool:
        """Whether unchanged samples do, by more than rounding."""
        noise = torch.finfo(flat.dtype).eps ** 0.75 * (one.norm(dim=1) + flat.norm(dim=1))  # (B,)
        return bool((((one - other).norm(dim=1) > noise) & same).any())  # not where both are NaN

    def at(z: Tensor) -> Tensor:
        return layout.flat(f(layout.shaped(z.clone())))

    with torch.random.fork_rng(devices=[flat.device] if flat.is_cuda else []):
        try:
            here = at(flat)
            coupled = differ(here, at(changed)) and not differ(here, at(flat))
        except Exception:  # f may refuse the changed state
            return ""
    return COUPLED if coupled else ""
