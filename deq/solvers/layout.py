"""Flattening a batch of any shape to (B, D) and back, without copying where memory allows."""

from __future__ import annotations

import torch
from torch import Tensor

_CHANNELS_LAST = (
    (4, torch.channels_last, (0, 2, 3, 1), (0, 3, 1, 2)),
    (5, torch.channels_last_3d, (0, 2, 3, 4, 1), (0, 4, 1, 2, 3)),
)


class Layout:
    """The shape, dtype and memory order of a state, remembered from its start.

    Solvers treat a sample's components alike, so their order does not matter to them: a
    channels-last state is flattened in the order in which it lies in memory, which is a view.

    Parameters
    ----------
    z : Tensor, shape (B, …) or ()
        The start. A 0-D state is one sample, a 1-D state is B scalars.
    """

    def __init__(self, z: Tensor) -> None:
        self.shape = z.shape
        self.dtype = z.dtype
        self.device = z.device
        self.to_memory: tuple[int, ...] | None = None
        self.from_memory: tuple[int, ...] | None = None
        if not z.is_contiguous():
            for ndim, memory_format, there, back in _CHANNELS_LAST:
                if z.ndim == ndim and z.is_contiguous(memory_format=memory_format):
                    self.to_memory, self.from_memory = there, back
        self.batch = z.shape[0] if z.ndim else 1
        order = self.to_memory or tuple(range(z.ndim))
        self.inner = tuple(z.shape[i] for i in order)
        self.dim = z[:1].numel() if z.ndim and self.batch else 1

    def flat(self, z: Tensor) -> Tensor:
        """Return ``z`` as (B, D)."""
        if self.to_memory is not None:
            z = z.permute(self.to_memory)
        return z.reshape(self.batch, self.dim)

    def shaped(self, z: Tensor) -> Tensor:
        """Return the flat state ``z`` (B, D) in the user's shape."""
        z = z.view(self.inner)
        return z if self.from_memory is None else z.permute(self.from_memory)

    def check(self, out: object) -> None:
        """Raise unless ``out`` is a state like the start.

        Raises
        ------
        TypeError
            If it is no tensor or has another dtype.
        ValueError
            If it has another shape.
        """
        if not isinstance(out, Tensor):
            raise TypeError(f"f must return a tensor, not {type(out).__name__}.")
        if out.shape != self.shape:
            raise ValueError(
                "f must keep the shape of its state: "
                f"it was given {tuple(self.shape)} and returned {tuple(out.shape)}."
            )
        if out.dtype != self.dtype:
            raise TypeError(
                f"f must keep the dtype of its state: it was given {self.dtype} "
                f"and returned {out.dtype}."
            )
