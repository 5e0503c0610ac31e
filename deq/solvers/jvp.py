"""Jacobian–vector products of a map at a state: forward mode, or a difference quotient."""

from __future__ import annotations

import threading
import warnings
from functools import cache

import torch
import torch.autograd.forward_ad as forward_ad
from torch import Tensor

from deq.solvers.base import FlatMap

# torch has one forward level for all threads, and refuses it to a second thread meanwhile.
_LEVEL = threading.RLock()


class Pushforward:
    """``v → J v`` with J = ∂f/∂z at z, one evaluation of f each.

    Forward-mode differentiation gives it exactly. Where f has no such rule (a custom function
    without ``jvp``, a detour through NumPy, inference mode), the difference quotient::

        (f(z + ε v) − f(z))/ε,      ε = √eps·(1 + ‖z‖₂)/‖v‖₂

    stands in for it from then on, which is good to about half of the digits.

    Parameters
    ----------
    f : callable
        Maps flat states (B, D), sample by sample: samples that f mixes would mix their derivatives.
    z, fz : Tensor, shape (B, D)
        A state, and f there.

    Attributes
    ----------
    exact : bool
        Whether forward mode has worked so far.

    Notes
    -----
    What f cuts off itself, by ``detach()``, counts as constant in forward mode.
    """

    def __init__(self, f: FlatMap, z: Tensor, fz: Tensor, *, exact: bool = True) -> None:
        self.f = f
        self.z = z
        self.fz = fz
        self.exact = exact

    def __call__(self, v: Tensor) -> Tensor:
        """Return J v (B, D) for ``v`` (B, D)."""
        if self.exact:
            tangent = self._forward(v)
            if tangent is not None:
                return tangent
            self.exact = False  # or f is constant, of which the quotient is exact
        size = torch.linalg.vector_norm(self.z, dim=1, keepdim=True)  # (B, 1)
        length = torch.linalg.vector_norm(v, dim=1, keepdim=True)  # (B, 1)
        epsilon = torch.finfo(v.dtype).eps ** 0.5 * (1 + size) / length  # (B, 1)
        epsilon = torch.where(epsilon.isfinite(), epsilon, 1.0)
        return (self.f(torch.addcmul(self.z, v, epsilon)) - self.fz) / epsilon

    def _forward(self, v: Tensor) -> Tensor | None:
        _load_rules()
        try:
            with _LEVEL, forward_ad.dual_level():
                dual = forward_ad.make_dual(self.z, v)  # type: ignore[no-untyped-call]
                out = forward_ad.unpack_dual(self.f(dual))  # type: ignore[no-untyped-call]
                tangent: Tensor | None = out.tangent
        except (RuntimeError, NotImplementedError):
            return None  # no rule; an error of f's own comes again with the quotient
        return tangent


@cache
def _load_rules() -> None:
    """Let torch load its forward-mode rules, without the deprecation warning that they cause.

    Only once: each change of the warning filters makes Python show again what it has shown.
    """
    with _LEVEL, warnings.catch_warnings(), forward_ad.dual_level():
        warnings.simplefilter("ignore", DeprecationWarning)
        forward_ad.make_dual(torch.zeros(()), torch.zeros(()))  # type: ignore[no-untyped-call]
