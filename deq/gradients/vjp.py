"""Vector–Jacobian products of a map at a state, from one tracked evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.autocast import recast
from deq.bookkeeping.layout import State, layout_of, packed, parts, require_state


class Pullback:
    """``v → Jᵀ v`` with J = ∂f/∂z at z, for each sample of a batch alone.

    Reverse mode works with whatever autograd can differentiate, and Jᵀ has the eigenvalues, the
    norm and the diagonal of J. Costs one evaluation of f, then one backward pass a product.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape and dtype; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where; it is detached. A 0-D tensor is one sample.
    args : tuple
        What else f is given.

    Attributes
    ----------
    batch, dim : int
        B samples of D numbers each: vectors are (B, D), components in the order of ``z.flatten(1)``
        (a tuple's tensors one after the other).
    z : Tensor, shape (B, D)
        The state.

    Raises
    ------
    TypeError, ValueError
        If f is not callable, z is no state, or f changes its shape or dtype.
    """

    def __init__(self, f: Callable[..., Any], z: State, args: tuple[Any, ...] = ()) -> None:
        if not callable(f):
            raise TypeError(f"f must be callable, not {f!r}.")
        require_state("z", z)
        # In rows, whatever its memory format: then the flat order is the one that a reader expects.
        z = packed(tuple(part.detach().contiguous() for part in parts(z)), z)
        layout = layout_of(z)
        self.batch, self.dim = layout.batch, layout.dim
        with torch.inference_mode(False), torch.enable_grad():
            self.z = layout.flat(z).clone().requires_grad_()  # (B, D)
            out = recast(lambda z: f(z, *args))(layout.shaped(self.z))
            layout.check(out)
            self._out = layout.flat(out)  # (B, D)

    def __call__(self, v: Tensor, *, create_graph: bool = False) -> Tensor:
        """Return Jᵀ v (B, D) for ``v`` (B, D); with ``create_graph``, as a function of parameters.

        Zero where f does not depend on z.
        """
        if not self._out.requires_grad:
            return torch.zeros_like(v)
        with torch.inference_mode(False):
            (product,) = torch.autograd.grad(
                self._out,
                self.z,
                v,
                retain_graph=True,
                create_graph=create_graph,
                allow_unused=True,
            )
        return torch.zeros_like(v) if product is None else product
