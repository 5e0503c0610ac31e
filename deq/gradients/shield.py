"""Two mechanisms of torch that would spoil an implicit gradient, and how a layer avoids it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


def without_checkpoint() -> AbstractContextManager[Any]:
    """A context in which ``torch.utils.checkpoint`` lets graphs keep their activations.

    A checkpoint drops them and computes everything in it again for each backward pass. An adjoint
    solve makes one pass for every product, and each would repeat the whole forward solve. Other
    hooks on saved tensors are left alone. Before torch 2.8 no one can tell which hooks are in
    force, so the repetition stays.
    """
    top = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)
    hooks = None if top is None else top(True)
    if hooks is None or hooks[0].__module__ != "torch.utils.checkpoint":
        return nullcontext()
    return torch.autograd.graph.saved_tensors_hooks(_same, _same)


def _same(tensor: Tensor) -> Tensor:
    return tensor


def fill_cache(module: nn.Module) -> None:
    """Within ``parametrize.cached()``, compute the parametrized weights of ``module`` with a graph.

    The solve runs without gradients. The weights that it computed first would stay in the cache
    without a graph, and the tracked evaluation would then find no way to their parameters.
    """
    if not parametrize._cache_enabled or not torch.is_grad_enabled():
        return
    for part in module.modules():
        if parametrize.is_parametrized(part):
            for name in part.parametrizations:  # type: ignore[union-attr]
                getattr(part, name)
