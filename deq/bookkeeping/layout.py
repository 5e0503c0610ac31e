"""Flattening a batch of any shape to (B, D) and back, without copying where memory allows."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, cast

import torch
from torch import Tensor
from typing_extensions import TypeVar  # typing's own takes no default before Python 3.13

State = Tensor | tuple[Tensor, ...]
# One tensor or a tuple of tensors. The default makes a bare Solution one of a single tensor.
S = TypeVar("S", bound=State, default=Tensor)

_CHANNELS_LAST = (
    (4, torch.channels_last, (0, 2, 3, 1), (0, 3, 1, 2)),
    (5, torch.channels_last_3d, (0, 2, 3, 4, 1), (0, 4, 1, 2, 3)),
)


class Layout(ABC, Generic[S]):
    """How a state of the user's lies flattened.

    Attributes
    ----------
    batch_shape : tuple of int
        The shape of what there is one of for each sample.
    batch, dim : int
        Samples, and numbers in each: the flat state is (batch, dim).
    """

    batch_shape: tuple[int, ...]
    batch: int
    dim: int

    @abstractmethod
    def flat(self, z: S) -> Tensor:
        """Return ``z`` as (B, D)."""

    @abstractmethod
    def shaped(self, z: Tensor) -> S:
        """Return the flat state ``z`` (B, D) in the user's shape."""

    @abstractmethod
    def stacked(self, states: list[Tensor]) -> S:
        """Return T flat states (B, D) as one of the user's with T in front."""

    @abstractmethod
    def check(self, out: object) -> None:
        """Raise unless ``out`` is a state like the start.

        Raises
        ------
        TypeError
            If it is no tensor (or tuple of as many) or has another dtype.
        ValueError
            If it has another shape, or another number of tensors.
        """


class Single(Layout[Tensor]):
    """The shape, dtype and memory order of a state, remembered from its start.

    Solvers treat a sample's components alike, so their order does not matter to them: a
    channels-last state is flattened in the order in which it lies in memory, which is a view.

    Parameters
    ----------
    z : Tensor, shape (B, …) or ()
        The start.
    batch_dims : int
        How many of its first dimensions count samples.
    name : str
        What it is called in complaints.
    """

    def __init__(self, z: Tensor, batch_dims: int, name: str = "its state") -> None:
        self.name = name
        self.shape = z.shape
        self.dtype = z.dtype
        self.device = z.device
        self.to_memory: tuple[int, ...] | None = None
        self.from_memory: tuple[int, ...] | None = None
        self.batch_shape = _batch_shape(z, batch_dims)
        self.batch, self.dim = math.prod(self.batch_shape), math.prod(z.shape[batch_dims:])
        self.is_flat = z.ndim == 2 and batch_dims == 1
        if not z.is_contiguous() and batch_dims <= 1:
            for ndim, memory_format, there, back in _CHANNELS_LAST:
                if z.ndim == ndim and z.is_contiguous(memory_format=memory_format):
                    self.to_memory, self.from_memory = there, back
        order = self.to_memory or tuple(range(z.ndim))
        self.inner = tuple(z.shape[i] for i in order)

    def flat(self, z: Tensor) -> Tensor:
        """Return ``z`` as (B, D)."""
        if self.is_flat:
            return z
        if self.to_memory is not None:
            z = z.permute(self.to_memory)
        return z.reshape(self.batch, self.dim)

    def shaped(self, z: Tensor) -> Tensor:
        """Return the flat state ``z`` (B, D) in the user's shape."""
        if self.is_flat:
            return z
        z = z.view(self.inner)
        return z if self.from_memory is None else z.permute(self.from_memory)

    def stacked(self, states: list[Tensor]) -> Tensor:
        """Return T flat states (B, D) as one tensor (T, B, …)."""
        return torch.stack([self.shaped(state) for state in states])

    def check(self, out: object) -> None:
        """Raise unless ``out`` is a tensor like the start."""
        if not isinstance(out, Tensor):
            raise TypeError(f"f must return a tensor, not {type(out).__name__}.")
        if out.shape != self.shape:
            raise ValueError(
                f"f must keep the shape of {self.name}: "
                f"it was given {tuple(self.shape)} and returned {tuple(out.shape)}."
            )
        if out.dtype != self.dtype:
            raise TypeError(
                f"f must keep the dtype of {self.name}: it was given {self.dtype} "
                f"and returned {out.dtype}."
            )


class Several(Layout[tuple[Tensor, ...]]):
    """Several tensors side by side: a sample's state is all that belongs to it, in one row.

    Parameters
    ----------
    z : tuple or namedtuple of Tensors, shapes (B, …)
        The start; states keep its names.
    batch_dims : int
        How many of the first dimensions of each count samples.
    """

    def __init__(self, z: tuple[Tensor, ...], batch_dims: int) -> None:
        self.members = [Single(part, batch_dims, f"state {i}") for i, part in enumerate(z)]
        self.batch_shape, self.batch = self.members[0].batch_shape, self.members[0].batch
        self.kind = type(z)  # perhaps with names
        self.widths = [member.dim for member in self.members]
        self.dim = sum(self.widths)

    def flat(self, z: tuple[Tensor, ...]) -> Tensor:
        """Return ``z`` as (B, D), its tensors one after the other."""
        return torch.cat([m.flat(part) for m, part in zip(self.members, z, strict=True)], dim=1)

    def shaped(self, z: Tensor) -> tuple[Tensor, ...]:
        """Return the flat state ``z`` (B, D) as the user's tensors."""
        pieces = torch.split(z, self.widths, dim=1)
        # Contiguous, as a cell may rely on; at batch 1 they already are.
        shaped = (m.shaped(p.contiguous()) for m, p in zip(self.members, pieces, strict=True))
        return of_kind(self.kind, shaped)

    def stacked(self, states: list[Tensor]) -> tuple[Tensor, ...]:
        """Return T flat states (B, D) as tensors (T, B, …)."""
        return of_kind(self.kind, map(torch.stack, zip(*map(self.shaped, states), strict=True)))

    def check(self, out: object) -> None:
        """Raise unless ``out`` is a tuple of tensors like the start's."""
        if not isinstance(out, tuple):
            raise TypeError(
                f"f must return a tuple of {len(self.members)} tensors, like its state, "
                f"not {type(out).__name__}."
            )
        if len(out) != len(self.members):
            raise ValueError(
                f"f must keep the number of its states: it was given {len(self.members)} "
                f"and returned {len(out)}."
            )
        for member, part in zip(self.members, out, strict=True):
            member.check(part)


def layout_of(z: S, batch_dims: int = 1) -> Layout[S]:
    """Return the layout of states like ``z``, one tensor or a tuple of tensors."""
    if isinstance(z, Tensor):
        return cast(Layout[S], Single(z, batch_dims))
    return cast(Layout[S], Several(z, batch_dims))


def require_state(name: str, z: object, batch_dims: int = 1) -> None:
    """Raise unless ``z`` is a floating-point tensor, or a tuple of such that belong together.

    Raises
    ------
    TypeError
        If it is something else, or holds several dtypes.
    ValueError
        If it is an empty tuple, its tensors differ in batch size or device, or one has fewer than
        ``batch_dims`` dimensions. A 0-D tensor may stand for a batch of one.
    """
    if isinstance(z, Tensor):
        dense = z.layout == torch.strided and not z.is_nested
        if dense and z.is_floating_point() and z.dtype.itemsize > 1:
            if z.ndim < batch_dims != 1:
                raise ValueError(
                    f"{name} must have batch_dims = {batch_dims} dimensions or more, "
                    f"not the shape {tuple(z.shape)}."
                )
            return
        kind = f"{z.dtype}" if dense else "sparse or nested"
    else:
        kind = type(z).__name__
    if not isinstance(z, tuple):
        raise TypeError(
            f"{name} must be a tensor of floating point numbers, or a tuple of them, not {kind}."
        )
    if not z:
        raise ValueError(f"{name} must hold at least one tensor.")
    for i, part in enumerate(z):
        if isinstance(part, tuple):
            raise TypeError(f"{name}[{i}] must be a tensor, not a tuple of its own.")
        require_state(f"{name}[{i}]", part, batch_dims)
    first = _batch_shape(z[0], batch_dims)
    for i, part in enumerate(z[1:], start=1):
        if part.dtype != z[0].dtype:
            raise TypeError(
                f"{name} must be of one dtype: [0] is {z[0].dtype}, [{i}] {part.dtype}."
            )
        if part.device != z[0].device:
            raise ValueError(
                f"{name} must be on one device: [0] is on {z[0].device}, [{i}] on {part.device}."
            )
        shape = _batch_shape(part, batch_dims)
        if shape != first:
            raise ValueError(
                f"{name} must be of one batch size: [0] has {_times(first)} samples, "
                f"[{i}] has {_times(shape)}."
            )


def _batch_shape(z: Tensor, batch_dims: int) -> tuple[int, ...]:
    """The first ``batch_dims`` dimensions; a 0-D tensor is a batch of one."""
    return tuple(z.shape[:batch_dims]) if z.ndim >= batch_dims else (1,)


def _times(shape: tuple[int, ...]) -> str:
    """``(2, 3)`` in words: 2 × 3."""
    return " × ".join(map(str, shape))


def parts(z: State) -> tuple[Tensor, ...]:
    """The tensors of a state."""
    return (z,) if isinstance(z, Tensor) else z


def packed(tensors: tuple[Tensor, ...], like: S) -> S:
    """The inverse of ``parts``: ``tensors`` as a state of the same kind as ``like``."""
    state: Any = tensors[0] if isinstance(like, Tensor) else of_kind(type(like), tensors)
    return cast(S, state)


def of_kind(kind: type[tuple[Tensor, ...]], tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """``tensors`` as a tuple, with its names if ``kind`` is a namedtuple."""
    make: Callable[[Iterable[Tensor]], tuple[Tensor, ...]] = getattr(kind, "_make", tuple)
    return make(tensors)
