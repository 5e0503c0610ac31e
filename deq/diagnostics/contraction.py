"""The contraction constant that a recorded run shows."""

from __future__ import annotations

import torch
from torch import Tensor

# Residuals this many units of rounding below the largest one are noise.
_NOISE = 32.0


def contraction(
    residuals: Tensor, *, count: Tensor | None = None, floor: float | Tensor | None = None
) -> Tensor:
    """Factor by which the residual shrinks per step, late in a recorded run.

    ``exp(slope)``, where the slope is that of the least-squares line through log ‖f(zₜ) − zₜ‖ over
    the last half of the usable rows. For Picard iteration it approaches the spectral radius of the
    Jacobian at the equilibrium (|f′| in one dimension), and is at most a contraction constant of f;
    with damping h that of (1 − h) I + h J. Above 1 the run went away.

    Parameters
    ----------
    residuals : Tensor, shape (T, B) or (T,)
        One row a step: ``sol.trajectory.residual``.
    count : Tensor of int, shape (B,), or None
        How many rows belong to each sample: ``sol.nfe`` for an iteration. Without it, a tail that
        repeats one value exactly is taken for a finished sample that waits for its mates, not for
        a cycle; a column of one single value comes out as 1.
    floor : float, Tensor of shape (B,), or None
        Rows from the first residual at or below it do not count, because rounding speaks there.
        32 units of rounding of the column's largest residual unless given; when the run starts near
        the equilibrium of a large state, about 10·eps·‖z‖ is better.

    Returns
    -------
    Tensor, shape (B,) or ()
        The factor. 0 where one step fell from above the floor to below it; NaN where fewer than two
        rows are usable.

    Raises
    ------
    TypeError
        If residuals are no floating-point tensor.
    ValueError
        If they are not (T, B) or (T,), or a count or floor does not fit.

    Examples
    --------
    >>> import torch, deq
    >>> start = torch.tensor([-1.0], dtype=torch.float64)
    >>> sol = deq.solve(torch.cos, start, solver=deq.Picard(), tol=1e-6, record=True)
    >>> round(contraction(sol.trajectory.residual).item(), 3)  # sin 0.739… is 0.674
    0.674
    """
    if not isinstance(residuals, Tensor) or not residuals.is_floating_point():
        raise TypeError("residuals must be a tensor of floating point numbers.")
    if residuals.ndim == 1:
        return contraction(residuals[:, None], count=count, floor=floor)[0]
    if residuals.ndim != 2 or not len(residuals):
        raise ValueError(f"residuals must be (T, B) with T > 0, not {tuple(residuals.shape)}.")
    eps = torch.finfo(residuals.dtype).eps
    r = residuals.detach().double()  # (T, B)
    rows = torch.arange(len(r), device=r.device)[:, None]  # (T, 1)
    count = (
        _rows_until_constant(r)
        if count is None
        else _per_sample("count", count, r).clamp(0, len(r))
    )
    r = torch.where(rows < _without_last_return(rows, count, r), r, torch.nan)
    if floor is None:
        finite = torch.where(r.isfinite(), r, 0.0)
        low = _NOISE * eps * finite.amax(0)  # (B,)
    else:
        low = _per_sample("floor", floor, r)
    bad = ~r.isfinite() | (r <= low)  # (T, B) the first one ends the usable rows
    usable = (bad.cumsum(0) == 0).sum(0)  # (B,)
    length = torch.maximum((usable + 1) // 2, torch.tensor(2, device=r.device))  # (B,)
    chosen = (rows < usable) & (rows >= usable - length)  # (T, B)
    factor = _slope(torch.where(chosen, r, 1.0).log(), chosen).exp()
    # From above the floor to below it, in one step.
    end = r.gather(0, usable.clamp(max=len(r) - 1)[None])[0]  # (B,) first row that is not usable
    fell = (usable == 1) & (end <= low)
    return torch.where(fell, 0.0, torch.where(usable >= 2, factor, torch.nan)).to(residuals.dtype)


def _rows_until_constant(r: Tensor) -> Tensor:
    """Rows (B,) of each column of r (T, B) until it repeats its last value to the end."""
    last = r[-1]
    moving = (r != last) & ~(r.isnan() & last.isnan())  # (T, B)
    rows = torch.arange(1, len(r) + 1, device=r.device)[:, None]  # (T, 1)
    before = torch.where(moving, rows, 0).amax(0)  # (B,) rows up to the last that differs
    return torch.where(before == 0, len(r), before + 1)


def _without_last_return(rows: Tensor, count: Tensor, r: Tensor) -> Tensor:
    """``count`` (B,), less one where the last row was no step: a failed run returns to its best.

    Its residual then falls onto a value from before, exactly.
    """
    count = count.expand(r.shape[1])
    last = r.gather(0, (count - 1).clamp(min=0)[None])  # (1, B)
    fell = r.gather(0, (count - 2).clamp(min=0)[None]) > last  # (1, B)
    known = ((r == last) & (rows < count - 1)).any(0)  # (B,)
    return torch.where(fell[0] & known, count - 1, count)


def _per_sample(name: str, value: float | Tensor, r: Tensor) -> Tensor:
    """``value`` as one number a column of r (T, B)."""
    out = torch.as_tensor(value, device=r.device)
    if out.ndim > 1 or (out.ndim == 1 and len(out) != r.shape[1]):
        raise ValueError(f"{name} must be one number a sample, ({r.shape[1]},).")
    return out


def _slope(y: Tensor, chosen: Tensor) -> Tensor:
    """Slope (B,) of the least-squares line through the chosen rows of y (T, B)."""
    w = chosen.to(y.dtype)
    t = torch.arange(len(y), dtype=y.dtype, device=y.device)[:, None]  # (T, 1)
    t = w * (t - (w * t).sum(0) / w.sum(0))  # (T, B) centred
    slope: Tensor = (t * y).sum(0) / (t * t).sum(0)
    return slope
