"""Maps under ``torch.autocast``: what they return comes back in the dtype of their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor

from deq.bookkeeping.layout import S, of_kind, parts


def recast(f: Callable[[S], S]) -> Callable[[S], S]:
    """``f``, whose output is cast back to the dtype of its state while autocast is on.

    Autocast lets a matrix product return bfloat16 for a float32 state, and a softmax float32 for a
    bfloat16 state. Without autocast another dtype stays as it is: an error, for the caller to find.
    """

    def evaluate(z: S) -> S:
        out: Any = f(z)
        like = parts(z)[0]
        if not torch.is_autocast_enabled(like.device.type):
            return cast(S, out)

        def back(part: Any) -> Any:
            numbers = isinstance(part, Tensor) and part.is_floating_point()
            return part.to(like.dtype) if numbers else part

        return cast(S, of_kind(type(out), map(back, out)) if isinstance(out, tuple) else back(out))

    return evaluate
