"""Which tensors a solver can work on."""

from __future__ import annotations

from torch import Tensor
from torch.autograd.forward_ad import unpack_dual


def require_concrete(z: Tensor) -> None:
    """Raise unless ``z`` holds numbers that a solver can look at, and nothing beside them.

    Raises
    ------
    NotImplementedError
        Inside of ``torch.func.grad``, ``vmap`` and the like, in forward-mode differentiation, and
        for tensors without numbers. As torch does where a rule is missing, so a caller that
        has another way takes it.
    """
    try:
        z.data_ptr()
        tangent = unpack_dual(z).tangent  # type: ignore[no-untyped-call]
        concrete = tangent is None and not z.is_meta
    except RuntimeError:  # what torch.func hands out stands for numbers that lie elsewhere
        concrete = False
    if not concrete:
        raise NotImplementedError(
            "A solver has to look at the numbers of its state, and differentiates in reverse mode "
            "only: torch.func.grad, vmap, jvp and the like, batched gradients, forward-mode "
            "differentiation and meta tensors do not go through it. Use backward() or "
            "torch.autograd.grad, for one vector at a time."
        )
