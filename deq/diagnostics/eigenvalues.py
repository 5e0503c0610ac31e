"""Jacobians of an equilibrium and their eigenvalues: dense when small, Arnoldi when large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.bookkeeping.layout import State
from deq.gradients.vjp import Pullback
from deq.solvers.base import require_count

Complex = npt.NDArray[np.complex128]

DENSE_LIMIT = 512
# Relative accuracy asked of Arnoldi's eigenvalues: this, or so many units of rounding of the state.
_ACCURACY, _ROUNDINGS = 1e-9, 1e3
_RESTARTS = 300
# Without a wide space and some spare eigenvalues ARPACK now and then misses the largest of all.
_SPARE, _SPACE = 4, 60
_ORDERS = {"magnitude": "LM", "real": "LR"}  # and ARPACK's words for them


def jacobian(f: Callable[..., Any], z: State, *args: Any) -> Tensor:
    """The Jacobian J = ∂f/∂z at z as a matrix, per sample: ``J[b, i, j] = ∂f(z)_{b,i}/∂z_{b,j}``.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where. Components are in the order of ``z.flatten(1)``.
    *args
        Handed to f after z.

    Returns
    -------
    Tensor, shape (B, D, D)
        J of each sample, detached. Costs one evaluation and D backward passes; meant for states
        of up to some hundred numbers.

    Raises
    ------
    TypeError, ValueError
        If f is not callable, z is no state, or f changes its shape or dtype.

    Examples
    --------
    >>> import torch
    >>> jacobian(lambda z: z.flip(1) * torch.tensor([2.0, 3.0]), torch.zeros(1, 2))
    tensor([[[0., 2.],
             [3., 0.]]])
    """
    return _dense(Pullback(f, z, args))


def eigenvalues(
    f: Callable[..., Any],
    z: State,
    *args: Any,
    k: int = 6,
    by: str = "magnitude",
    dense_limit: int = DENSE_LIMIT,
) -> Tensor:
    """Leading eigenvalues λ of the Jacobian J = ∂f/∂z at z, per sample.

    Picard iteration settles at an equilibrium where all |λ| < 1; the ODE dz/dt = f(z) − z, whose
    eigenvalues are λ − 1, where all Re λ < 1.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where to measure, usually an equilibrium.
    *args
        Handed to f after z.
    k : int
        How many.
    by : "magnitude" or "real"
        Leading in |λ| or in Re λ.
    dense_limit : int
        States of at most so many numbers D get a dense J and all its eigenvalues: D backward
        passes. Larger ones go to ARPACK by SciPy, sample by sample: some hundred passes a sample,
        each through the whole batch.

    Returns
    -------
    Tensor, complex, shape (B, min(k, D))
        Largest first; of a pair λ, λ̄ the one with positive imaginary part first. The last one may
        be half of a pair. NaN for a sample whose J is not finite, and in the last places where
        ARPACK did not converge in 300 restarts.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.

    Notes
    -----
    Exact to rounding when dense. ARPACK's residuals ‖J v − λ v‖ are below 1e-9·|λ|, in float32
    about 1e-4·|λ|; of moduli that nearly tie it may miss one. Eigenvalues of strongly non-normal J
    are sensitive: either answer is that of a matrix near J. Equal inputs give equal answers: the
    start is random with a fixed seed.

    References
    ----------
    Lehoucq, Sorensen & Yang, "ARPACK users' guide", SIAM, 1998.

    Examples
    --------
    >>> import torch
    >>> turn = torch.tensor([[0.0, -0.9], [0.9, 0.0]])
    >>> eigenvalues(lambda z: z @ turn.T, torch.zeros(1, 2))
    tensor([[0.+0.9000j, 0.-0.9000j]])
    """
    require_count("k", k)
    require_count("dense_limit", dense_limit)
    if by not in _ORDERS:
        raise ValueError(f'by must be "magnitude" or "real", not {by!r}.')
    return leading(Pullback(f, z, args), k, by, dense_limit)


def leading(pull: Pullback, k: int, by: str, dense_limit: int) -> Tensor:
    """The first k eigenvalues (B, min(k, D)) by an order of ``eigenvalues``."""
    k = min(k, pull.dim)
    if pull.dim <= max(dense_limit, k + 1):  # ARPACK gives at most D − 2
        found = _of_matrices(_dense(pull))  # (B, D)
    else:
        found = np.full((pull.batch, k), complex(np.nan, np.nan))
        for sample in range(pull.batch):
            some = _ordered(_arnoldi(pull, sample, k, _ORDERS[by]), by)[:k]
            found[sample, : len(some)] = some
    ordered = np.stack([_ordered(row, by) for row in found]) if len(found) else found
    kind = torch.promote_types(pull.z.dtype, torch.float32).to_complex()
    return torch.from_numpy(ordered[:, :k].copy()).to(pull.z.device, kind)


def _dense(pull: Pullback) -> Tensor:
    """J (B, D, D), row by row."""
    j = pull.z.new_empty(pull.batch, pull.dim, pull.dim)
    for i, unit in enumerate(torch.eye(pull.dim, dtype=j.dtype, device=j.device)):
        j[:, i] = pull(unit.expand(pull.batch, -1).contiguous())
    return j.detach()


def _of_matrices(j: Tensor) -> Complex:
    """All eigenvalues (B, D) of matrices (B, D, D); NaN for those that are not finite."""
    a = j.double().cpu().numpy()
    fine = np.isfinite(a).all(axis=(1, 2))  # (B,)
    found: Complex = np.linalg.eigvals(np.where(fine[:, None, None], a, 0.0)).astype(np.complex128)
    return np.where(fine[:, None], found, complex(np.nan, np.nan))


def _arnoldi(pull: Pullback, sample: int, k: int, which: str) -> Complex:
    """Leading eigenvalues of one sample's Jacobian: k or more, or as many as ARPACK finds."""
    from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigs

    def product(v: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        full = torch.zeros_like(pull.z)  # (B, D)
        full[sample] = torch.from_numpy(v.ravel()).to(full)
        out: npt.NDArray[np.float64] = pull(full)[sample].double().cpu().numpy()
        return out

    start = np.random.default_rng(0).standard_normal(pull.dim)
    image = product(start)
    if not np.isfinite(image).all():
        return np.empty(0, dtype=np.complex128)
    if not image.any():  # J is zero, which ARPACK calls an error
        return np.zeros(k, dtype=np.complex128)
    operator = LinearOperator((pull.dim, pull.dim), matvec=product, dtype=np.float64)
    more = min(k + _SPARE, pull.dim - 2)
    try:
        found: Complex = eigs(
            operator,
            more,
            which=which,
            ncv=min(max(_SPACE, 2 * more + 2), pull.dim),
            v0=start,
            tol=max(_ACCURACY, _ROUNDINGS * torch.finfo(pull.z.dtype).eps),
            maxiter=_RESTARTS,
            return_eigenvectors=False,
            rng=np.random.default_rng(1),
        )
    except ArpackNoConvergence as stop:
        found = stop.eigenvalues
    except ArpackError:
        return np.empty(0, dtype=np.complex128)
    return found


def _ordered(row: Complex, by: str) -> Complex:
    """The eigenvalues of one sample, the leading ones first and NaN last."""
    first = np.abs(row) if by == "magnitude" else row.real
    return row[np.lexsort((-row.imag, -row.real, -first))]
