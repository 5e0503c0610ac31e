"""Dropout for the cell of an equilibrium: one mask for a whole solve."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch
from torch import Tensor, nn

from deq.bookkeeping.eager import eager

P = ParamSpec("P")
M = TypeVar("M", bound=nn.Module)
R = TypeVar("R")

_REMEMBERED = 1000  # forwards whose seeds are kept for a checkpoint inside the cell
_in_layer: ContextVar[bool] = ContextVar("in_layer", default=False)


class FixedDropout(nn.Module):
    """Dropout whose mask stays the same for one forward of a ``deq.DEQ`` and its backward.

    In training ``z ↦ m ⊙ z/(1 − p)``, where each number of the mask m is 0 with probability p and
    else 1; in evaluation mode ``z ↦ z``. ``torch.nn.Dropout`` draws m anew at every evaluation, so
    a cell that uses it has no equilibrium.

    Parameters
    ----------
    p : float
        Probability that a number becomes 0, at least 0 and less than 1.
    shared : int or tuple of int
        Axes along which all numbers share one draw. For states (B, T, D) ``shared=1`` drops the
        same features at all steps ("variational dropout"); for states (B, C, H, W)
        ``shared=(2, 3)`` drops whole channels. Samples have masks of their own unless 0 is given.

    Raises
    ------
    RuntimeError
        In training, by a forward before the first ``redraw()``.

    Notes
    -----
    A ``deq.DEQ`` draws new masks at the start of every forward, for all ``FixedDropout`` that are
    submodules of its cell or start. Elsewhere, call ``redraw()``, or ``deq.dropout.redraw(module)``
    for all in a module, before every solve.

    The mask is a function of a seed, which ``redraw`` takes from torch's generator, and of the
    shape, so ``torch.manual_seed`` decides it and tensors of several shapes can use one module. It
    is no part of ``state_dict``. A layer inside the cell of another keeps its masks for the whole
    solve of the outer one.

    ``torch.utils.checkpoint`` with ``preserve_rng_state=True``, its default, repeats the mask,
    around the layer and inside its cell, if nothing else in the cell draws random numbers.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019. Gal & Ghahramani, "A theoretically
    grounded application of dropout in recurrent neural networks", 2016.

    Examples
    --------
    >>> import torch, deq
    >>> drop = deq.FixedDropout(0.5)
    >>> cell = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), drop)
    >>> drop.redraw()
    >>> z = torch.randn(3, 4)
    >>> torch.equal(cell(z), cell(z))
    True
    """

    def __init__(self, p: float = 0.5, *, shared: int | tuple[int, ...] = ()) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p must be at least 0 and less than 1, not {p!r}.")
        self.p = p
        self.shared = (shared,) if isinstance(shared, int) else tuple(shared)
        self._seed: int | None = None
        self._masks: dict[Any, Tensor] = {}  # (seed, shape, dtype, device) → m/(1 − p)
        self._seeds: dict[int, int] = {}  # number that the generator would give next → seed

    def redraw(self) -> None:
        """Take a new mask from torch's generator; does nothing in evaluation mode."""
        if self.training:
            self._seed = int(torch.randint(2**62, (), device="cpu"))
            self._masks.clear()

    def forward(self, z: Tensor) -> Tensor:
        """Return m ⊙ z/(1 − p), or z itself in evaluation mode; the shape of z is free."""
        return z * self._mask(z) if self.training and self.p else z

    @eager
    def _mask(self, z: Tensor) -> Tensor:
        seed = self._seed
        if seed is None:
            raise RuntimeError(
                "FixedDropout has no mask yet. deq.DEQ draws it when the dropout is a submodule of "
                "its cell; elsewhere call redraw() before every solve."
            )
        if torch._C._current_graph_task_id() >= 0:
            # A backward pass evaluates the cell again: a checkpoint in the cell, which has put the
            # generator back. Other forwards may have drawn since; find the seed of this one.
            seed = self._seeds.get(_next_number(), seed)
        key = (seed, z.shape, z.dtype, z.device)
        if key not in self._masks:
            self._seeds[_next_number()] = seed
            if len(self._seeds) > _REMEMBERED:
                self._seeds.pop(next(iter(self._seeds)))
            shape = list(z.shape)
            for axis in self.shared:
                shape[axis] = 1
            with torch.inference_mode(False), torch.no_grad():
                generator = torch.Generator(z.device).manual_seed(seed)
                kept = torch.rand(shape, generator=generator, device=z.device) >= self.p
                self._masks[key] = kept.to(z.dtype) / (1 - self.p)
        return self._masks[key]

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles go without the masks, which the seed gives again."""
        return {**self.__dict__, "_masks": {}}

    def extra_repr(self) -> str:
        """Show the options."""
        return f"p={self.p:g}" + (f", shared={self.shared}" if self.shared else "")


def redraw(module: nn.Module) -> None:
    """Draw new masks for all ``FixedDropout`` in ``module`` that are in training mode."""
    for part in module.modules():
        if isinstance(part, FixedDropout):
            part.redraw()


def redraws(method: Callable[Concatenate[M, P], R]) -> Callable[Concatenate[M, P], R]:
    """Make a method of a layer draw new masks first, unless it runs inside another layer's cell."""

    @wraps(method)
    def call(layer: M, /, *args: P.args, **options: P.kwargs) -> R:
        if _in_layer.get():
            return method(layer, *args, **options)
        redraw(layer)
        token = _in_layer.set(True)
        try:
            return method(layer, *args, **options)
        finally:
            _in_layer.reset(token)

    return call


def _next_number() -> int:
    """The number that torch's generator gives next, without taking it."""
    copy = torch.Generator("cpu")
    copy.set_state(torch.get_rng_state())
    return int(torch.randint(2**62, (), generator=copy, device="cpu"))
