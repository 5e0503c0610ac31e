"""Krylov spaces, one a sample: a shared Arnoldi basis, and GMRES on top of it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from deq.bookkeeping.norms import norm

Apply = Callable[[Tensor], Tensor]

# What is left of a direction after orthogonalisation, in units of rounding, that counts as nothing.
_NOTHING = 10.0


class Arnoldi:
    """Orthonormal bases of the Krylov spaces ``b, A b, A² b, …`` of the samples of a batch.

    ``A V_k = V_{k+1} H_k`` with V_k the first k basis vectors as columns, for each sample alone.

    Parameters
    ----------
    b : Tensor, shape (B, D)
        The first directions, of any length. A sample that is zero has a basis of zeros.
    size : int
        m, the largest number of times that the basis may grow.
    passes : int
        Rounds of classical Gram–Schmidt: 2 is orthogonal to rounding, 1 does for a rough answer.

    Attributes
    ----------
    length : Tensor, shape (B,)
        ‖b‖₂ of each sample.
    k : int
        How often the basis has grown.
    v : Tensor, shape (B, m + 1, D)
        Basis vectors as rows; the first k + 1 of them are set. When a sample's space is exhausted,
        or A gave no finite value, the vectors that follow are zero, hence harmless.
    h : Tensor, shape (B, m + 1, m)
        H, zero where it is not set yet.

    Notes
    -----
    Costs ``2·passes`` batched products of (k, D) with a vector each time; stores m + 1 states.

    References
    ----------
    Arnoldi, "The principle of minimized iterations", Quart. Appl. Math., 1951.
    """

    def __init__(self, b: Tensor, size: int, *, passes: int = 2) -> None:
        batch, dim = b.shape
        self.k = 0
        self.passes = passes
        self.v = b.new_empty(batch, size + 1, dim)
        self.h = b.new_zeros(batch, size + 1, size)
        self.length = norm(b)  # (B,)
        self.v[:, 0] = _unit(b, self.length)

    @property
    def newest(self) -> Tensor:
        """The basis vector to which A is applied next, (B, D)."""
        return self.v[:, self.k]

    def grow(self, w: Tensor) -> Tensor:
        """Grow the basis by ``w = A·newest`` (B, D); returns H's new column, (B, k + 2).

        A column that is not finite is returned as it is, and H gets it too.
        """
        k = self.k
        known = self.v[:, : k + 1]  # (B, k + 1, D)
        w = w.unsqueeze(1)  # (B, 1, D)
        before = torch.linalg.vector_norm(w, dim=2)  # (B, 1)
        column = torch.bmm(w, known.mT)  # (B, 1, k + 1)
        w = torch.baddbmm(w, column, known, alpha=-1)
        for _ in range(self.passes - 1):
            more = torch.bmm(w, known.mT)
            w = torch.baddbmm(w, more, known, alpha=-1)
            column = column + more
        after = torch.linalg.vector_norm(w, dim=2)  # (B, 1)
        nothing = after <= _NOTHING * torch.finfo(w.dtype).eps * before
        after = after.masked_fill(nothing, 0.0)
        column = torch.cat([column.squeeze(1), after], dim=1)  # (B, k + 2)
        self.h[:, : k + 2, k] = column
        self.v[:, k + 1] = _unit(w.squeeze(1), after.squeeze(1))
        self.k = k + 1
        return column

    def combine(self, y: Tensor) -> Tensor:
        """Return ``V y`` (B, D) for the coefficients ``y`` (B, j), j ≤ k + 1."""
        return torch.bmm(y.unsqueeze(1), self.v[:, : y.shape[1]]).squeeze(1)


def gmres(apply: Apply, b: Tensor, *, tol: float | Tensor, max_iters: int) -> Tensor:
    """Solve ``A x = b`` by GMRES from zero, matrix-free, for each sample of a batch alone.

    In step k a sample's x minimises ``‖b − A x‖₂`` over its own Krylov space of dimension k. It
    stops, and its coefficients stay what they are, when::

        ‖b − A x‖₂ ≤ tol·‖b‖₂

    by GMRES's own running count of the residual, or when its space is exhausted ("happy
    breakdown"), or when A gives no finite value.

    Parameters
    ----------
    apply : callable
        v (B, D) → A v (B, D), linear and sample by sample. It is called once a step, for the whole
        batch, with vectors of length 1 (or zero, for some that have stopped).
    b : Tensor, shape (B, D)
        Right-hand sides. Zero gives zero, and so does one that is not finite.
    tol : float or Tensor of shape (B,)
        Relative tolerance.
    max_iters : int
        Cap on the steps; more than D are never needed.

    Returns
    -------
    Tensor, shape (B, D)
        x: always finite as long as its numbers can be represented, and the best of its space. Where
        A is singular, a direction in which it does nothing, but for rounding, is left out.

    Notes
    -----
    Stores ``min(max_iters, D) + 1`` states. The least-squares problem is kept triangular by Givens
    rotations, whose product is accumulated, so that a step costs the same number of small
    operations however many went before.

    References
    ----------
    Saad & Schultz, "GMRES: a generalized minimal residual algorithm for solving nonsymmetric
    linear systems", SIAM J. Sci. Stat. Comput., 1986.

    Examples
    --------
    >>> import torch
    >>> a = torch.tensor([[[2.0, 1.0], [0.0, 4.0]]])
    >>> apply = lambda v: (a @ v[:, :, None]).squeeze(2)
    >>> gmres(apply, torch.tensor([[4.0, 8.0]]), tol=1e-6, max_iters=2)
    tensor([[1., 2.]])
    """
    batch, dim = b.shape
    m = min(max_iters, dim)
    basis = Arnoldi(b, m)
    wide = torch.promote_types(b.dtype, torch.float32)  # half types have no triangular solver
    left = basis.length.to(wide)  # (B,) residual, up to its sign
    goal = left * tol  # (B,)
    active = (left > goal) & (left < torch.finfo(b.dtype).max)  # (B,), not beyond what b can hold
    if not active.any():
        return torch.zeros_like(b)
    turned = torch.eye(m + 1, dtype=wide, device=b.device).repeat(batch, 1, 1)  # (B, m + 1, m + 1)
    triangle = torch.eye(m, dtype=wide, device=b.device).repeat(batch, 1, 1)  # (B, m, m)
    rhs = torch.zeros(batch, m, dtype=wide, device=b.device)  # (B, m)
    for k in range(m):
        column = basis.grow(apply(basis.newest)).to(wide)  # (B, k + 2)
        column = torch.einsum("bij,bj->bi", turned[:, : k + 2, : k + 2], column)
        corner, below = column[:, k], column[:, k + 1]  # (B,)
        radius = torch.hypot(corner, below)  # (B,)
        noise = _NOTHING * (k + 1) * torch.finfo(b.dtype).eps
        active = active & (radius > noise * torch.linalg.vector_norm(column, dim=1))  # NaN is not
        # A sample that has stopped gets columns of the identity and zeros to the right of them.
        cosine = torch.where(active, corner / radius, 1.0)
        sine = torch.where(active, below / radius, 0.0)
        triangle[:, :k, k] = torch.where(active[:, None], column[:, :k], 0.0)
        triangle[:, k, k] = torch.where(active, radius, 1.0)
        rhs[:, k] = torch.where(active, cosine * left, 0.0)
        left = torch.where(active, -sine * left, left)
        upper, lower = turned[:, k].clone(), turned[:, k + 1].clone()  # (B, m + 1)
        turned[:, k] = cosine[:, None] * upper + sine[:, None] * lower
        turned[:, k + 1] = cosine[:, None] * lower - sine[:, None] * upper
        active = active & (left.abs() > goal) & (below != 0)
        if not active.any():
            break
    k = basis.k
    y = torch.linalg.solve_triangular(triangle[:, :k, :k], rhs[:, :k, None], upper=True)
    return basis.combine(y.squeeze(2).to(b.dtype))


def _unit(w: Tensor, length: Tensor) -> Tensor:
    """``w`` (B, D) over its lengths (B,); zero where that is zero or not finite."""
    inverse = length.reciprocal().nan_to_num_(0.0, 0.0, 0.0)  # (B,)
    return torch.mul(w, inverse.unsqueeze(1)).nan_to_num_(0.0, 0.0, 0.0)
