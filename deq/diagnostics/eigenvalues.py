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
# Relative tolerance of ARPACK: 1e-9, or 1000 eps of the state if that is larger.
_ACCURACY, _ROUNDINGS = 1e-9, 1e3
_RESTARTS = 300
# With a smaller space or no spare eigenvalues, ARPACK sometimes missed the largest eigenvalue.
_SPARE, _SPACE = 4, 60
_ORDERS = {"magnitude": "LM", "real": "LR"}  # ARPACK's names


def jacobian(f: Callable[..., Any], z: State, *args: Any) -> Tensor:
    """The Jacobian J = ∂f/∂z at z as a matrix, per sample: ``J[b, i, j] = ∂f(z)_{b,i}/∂z_{b,j}``.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where to differentiate. Components are in the order of ``z.flatten(1)``.
    *args
        Further arguments of f.

    Returns
    -------
    Tensor, shape (B, D, D)
        J of each sample, detached. It costs one evaluation and D backward passes, so it is meant
        for D up to some hundreds.

    Raises
    ------
    TypeError, ValueError
        If f is not callable, z is not a state, or f changes its shape or dtype.

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

    Picard iteration converges to an equilibrium if all |λ| < 1. The ODE dz/dt = f(z) − z has the
    eigenvalues λ − 1, so it converges if all Re λ < 1.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where to measure, usually an equilibrium.
    *args
        Further arguments of f.
    k : int
        Number of eigenvalues.
    by : "magnitude" or "real"
        Leading means largest in |λ| or in Re λ.
    dense_limit : int
        Up to this D, all eigenvalues of a dense J are computed, with D backward passes. Above it,
        SciPy's ARPACK is used for one sample after the other, with some hundred backward passes
        for each sample, each pass through the whole batch.

    Returns
    -------
    Tensor, complex, shape (B, min(k, D))
        Largest first; of a pair λ, λ̄ the one with positive imaginary part first. The last one may
        be one half of a pair. NaN for a sample whose J is not finite, and in the last places if
        ARPACK did not converge in 300 restarts.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.

    Notes
    -----
    The dense result is exact up to rounding. ARPACK's residuals ‖J v − λ v‖ are below 1e-9·|λ|, in
    float32 about 1e-4·|λ|; if moduli are almost equal it may miss one. Eigenvalues of a strongly
    non-normal J are sensitive: both results are those of a matrix near J. Equal inputs give equal
    results, because the random start has a fixed seed.

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
    """The first k eigenvalues (B, min(k, D)) in the order ``by``; see `eigenvalues`."""
    k = min(k, pull.dim)
    if pull.dim <= max(dense_limit, k + 1):  # ARPACK computes at most D − 2
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
    """Leading eigenvalues of one sample's Jacobian: k or more, or those that ARPACK found."""
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
    if not image.any():  # J = 0 is an error for ARPACK
        return np.zeros(k, dtype=np.complex128)
    operator = LinearOperator((pull.dim, pull.dim), matvec=product, dtype=np.float64)
    wanted = min(k + _SPARE, pull.dim - 2)
    try:
        found: Complex = eigs(
            operator,
            wanted,
            which=which,
            ncv=min(max(_SPACE, 2 * wanted + 2), pull.dim),
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
