"""The norm of a convolution by power iteration, and the projection of its kernel."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def conv_norm(weight: Tensor, start: Tensor, steps: int = 1) -> tuple[Tensor, Tensor]:
    """Largest singular value of a zero-padded convolution, by power iteration on WᵀW.

    ``σ = max ‖W v‖₂ / ‖v‖₂`` over states v; each step maps v to WᵀW v / ‖WᵀW v‖₂. The estimate
    approaches σ from below. In training, start from the vector of the step before.

    Parameters
    ----------
    weight : Tensor (C, C, k, k)
        Kernel of a stride-1 convolution that keeps the size; k odd.
    start : Tensor (1, C, H, W)
        First guess of the leading singular vector, not zero. Because of the zero padding, the
        result is the norm on states of exactly this size H × W.
    steps : int
        Number of power-iteration steps.

    Returns
    -------
    sigma : Tensor ()
        The estimate of the norm.
    vector : Tensor (1, C, H, W)
        The estimate of the singular vector, to start from next time.

    Raises
    ------
    ValueError
        If `steps` is not positive.

    References
    ----------
    Gouk, Frank, Pfahringer, Cree (2021), "Regularisation of neural networks by enforcing
    Lipschitz continuity", Machine Learning 110.

    Examples
    --------
    >>> import torch
    >>> weight = torch.zeros(1, 1, 3, 3)
    >>> weight[0, 0, 1, 1] = -0.5
    >>> sigma, _ = conv_norm(weight, torch.ones(1, 1, 4, 4))
    >>> round(float(sigma), 6)
    0.5
    """
    if steps < 1:
        raise ValueError(f"steps must be positive, not {steps}")
    padding = weight.shape[-1] // 2
    vector = start / start.norm()
    for _ in range(steps):
        image = F.conv2d(vector, weight, padding=padding)  # (1, C, H, W)
        vector = F.conv_transpose2d(image, weight, padding=padding)  # (1, C, H, W)
        vector = vector / vector.norm().clamp(min=torch.finfo(vector.dtype).tiny)
    return F.conv2d(vector, weight, padding=padding).norm(), vector


@torch.no_grad()
def project_conv_(weight: Tensor, limit: float, start: Tensor, steps: int = 1) -> Tensor:
    """Scale a convolution's kernel in place so that the estimate of its norm is at most `limit`.

    ``W ← W · min(1, limit / σ(W))``, called after each optimiser step (projected gradient). The
    estimate is a lower bound, so with few steps the norm may stay a little above the limit.

    Parameters
    ----------
    weight, start, steps
        As for `conv_norm`; `start` is overwritten with the new vector.
    limit : float
        Largest norm allowed, positive.

    Returns
    -------
    Tensor ()
        The estimate of the norm before projection.

    Raises
    ------
    ValueError
        If `limit` is not positive.

    References
    ----------
    Gouk et al. (2021), as for `conv_norm`.
    """
    if not limit > 0:
        raise ValueError(f"limit must be positive, not {limit}")
    sigma, vector = conv_norm(weight, start, steps)
    start.copy_(vector)
    weight.mul_((limit / sigma).clamp(max=1.0))
    return sigma
