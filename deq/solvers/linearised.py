"""The flow dz/dt = f(z) − z made linear about a state, and its implicit Euler steps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from deq.solvers.base import FlatMap
from deq.solvers.krylov import Arnoldi

# A mode whose growth is a smaller part of its speed than this counts as one that only turns.
_SPIRAL = 0.05


class Linearised:
    """The field f(z) − z near a state z, of which it knows ``J v`` by difference quotients.

    Making one evaluates f once, for J along the field itself.

    Parameters
    ----------
    f : callable
        The map, (B, D) to (B, D).
    z, fz, g : Tensor, shape (B, D)
        The state, f there, and f(z) − z.
    length, reach, alpha : Tensor, shape (B,)
        ‖g‖, how far the quotients look, and the rates 1/δ of the step that is asked for.
    norm : callable
        (B, D) to the norms (B,).
    """

    def __init__(
        self, f: FlatMap, z: Tensor, fz: Tensor, g: Tensor, *, length: Tensor, reach: Tensor,
        alpha: Tensor, norm: Callable[[Tensor], Tensor],
    ) -> None:  # fmt: skip
        self.f, self.z, self.fz, self.g = f, z, fz, g
        self.length, self.reach, self.alpha = length, reach, alpha
        scale = reach / length  # (B,)
        self.w = f(torch.addcmul(z, g, scale.unsqueeze(1))) - fz  # (B, D) reach·J v, v = g/‖g‖
        slope = torch.linalg.vecdot(self.w, g).div_(reach * length)  # (B,) of f along g
        slope.nan_to_num_(0.0, 0.0, 0.0)
        self.turned = norm(self.w).div_(reach)  # (B,) ‖J v‖
        speed = torch.rsub(slope, 1)  # (B,) −μ
        self.rate = torch.maximum(alpha, speed.mul(-2))  # (B,) as for a real mode in `fastest`
        self.pivot = speed.add_(self.rate)  # (B,)
        # What J v has outside of v is what a step along v leaves of its linear system.
        aside = torch.addcmul(self.turned.square(), slope, slope, value=-1).clamp_(min=0.0).sqrt_()
        self.left = aside.div_(self.pivot)  # (B,)

    def is_easy(self, most: float) -> bool:
        """Whether Picard steps z ← f(z), of length 1, promise more for their evaluations.

        Of g a Picard step leaves J g: no more than the part ``most``, and two of them no more than
        an implicit step in one dimension, which takes as many evaluations.
        """
        worst = float(self.turned.max())
        return (
            worst <= most and worst**2 <= float(self.left.max()) and bool((self.alpha <= 1).all())
        )

    def step(self, size: int, tol: float) -> tuple[Tensor, Tensor]:
        """Return the implicit step s (B, D) and the rates α (B,) that it took, no smaller ones.

        A sample's space stops growing when its linear system is solved to ``tol``, or when it has
        ``size`` dimensions.
        """
        growing = self.left > tol  # (B,)
        if size > 1 and growing.any():
            return self._longer(growing, size, tol)
        # One dimension, which is often enough, is done without a basis.
        return self.g / self.pivot.unsqueeze(1), self.rate

    def _longer(self, growing: Tensor, size: int, tol: float) -> tuple[Tensor, Tensor]:
        """Grow the spaces of samples for which one dimension is not enough."""
        alpha, reach = self.alpha, self.reach.unsqueeze(1)  # (B,), (B, 1)
        basis = Arnoldi(self.g, size, passes=1)
        basis.grow((self.w / reach).nan_to_num_(0.0, 0.0, 0.0))
        dims = growing.long().add_(1)  # (B,) of each sample's space
        for k in range(2, size + 1):
            ahead = self.f(torch.addcmul(self.z, basis.newest, reach))  # (B, D)
            column = basis.grow(ahead.sub(self.fz).div_(reach).nan_to_num_(0.0, 0.0, 0.0))
            if k < size:
                y = _galerkin(basis.h[:, :k, :k], self.length, alpha)  # (B, k)
                growing = growing & (column[:, k] * y[:, k - 1].abs() > tol * self.length)  # (B,)
                if not growing.any():
                    break
                dims += growing
        # H without what belongs to others' longer spaces, (B, k, k).
        k = basis.k
        inside = torch.arange(k, device=alpha.device) < dims[:, None]  # (B, k)
        h = torch.where(inside[:, None] & inside[:, :, None], basis.h[:, :k, :k], 0.0)
        if h.square().sum((1, 2)).max() > 1:  # else no eigenvalue can be
            wide = h.to(torch.promote_types(h.dtype, torch.float32)).nan_to_num()
            alpha = torch.maximum(alpha, fastest(torch.linalg.eigvals(wide) - 1).to(h.dtype))
        s = basis.combine(_galerkin(h, self.length, alpha))
        return s.nan_to_num_(0.0, 0.0, 0.0), alpha


def _galerkin(h: Tensor, length: Tensor, alpha: Tensor) -> Tensor:
    """Solve ``((1 + α)·I − H) y = ‖g‖ e₁`` for H (B, k, k), y (B, k)."""
    wide = torch.promote_types(h.dtype, torch.float32)  # half types have no solver
    matrix = h.neg().to(wide)  # (B, k, k)
    matrix.diagonal(dim1=1, dim2=2).add_((1 + alpha).unsqueeze(1))
    rhs = matrix.new_zeros(h.shape[0], h.shape[1], 1)  # (B, k, 1)
    rhs[:, 0, 0] = length
    y: Tensor = torch.linalg.solve_ex(matrix, rhs).result  # (B, k, 1)
    return y.squeeze(2).to(h.dtype)


def fastest(modes: Tensor) -> Tensor:
    """Rate (B,) at which the growing ones of the modes μ = λ − 1 (B, k) still grow, each step.

    An implicit step multiplies a mode by ``1/(1 − μ/α)``. That turns at ``α = |μ|²/Re μ``, and is 2
    for a real one at α = 2 μ.
    """
    real = modes.real
    growing = real > _SPIRAL * modes.abs()
    rate = torch.maximum(2 * real, modes.abs().square() / real)  # (B, k)
    return torch.where(growing, rate, 0.0).amax(1)
