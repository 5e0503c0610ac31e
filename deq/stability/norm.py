"""A parametrisation that keeps the norm of a linear layer or a convolution within a limit."""

from __future__ import annotations

from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from deq.solvers.base import require_count, require_number

M = TypeVar("M", nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class NormLimit(nn.Module):
    """``W ↦ κ W / max(κ, σ(W))``: scales the weight if its norm σ is above κ.

    Parameters
    ----------
    limit : float
        κ, positive.
    size : tuple of int
        Points along each axis of the Fourier transform of a convolution; empty for a matrix.
    groups : int
        Groups of the convolution.

    Notes
    -----
    σ and its gradient are exact, by singular values. Both come from G = ∂σ/∂W, with σ = ⟨G, W⟩. G
    is cached until W changes, so that each access of the weight within a solve costs one
    comparison, one inner product and one scaling. torch's ``spectral_norm`` does not fit here: in
    training mode it changes the weight at every access, so the map would change during the solve.

    Second derivatives with respect to W treat G as a constant.
    """

    def __init__(self, limit: float, size: tuple[int, ...] = (), groups: int = 1) -> None:
        super().__init__()
        require_number("limit", limit, low=0.0)
        self.limit = limit
        self.size = size
        self.groups = groups
        self._cached: tuple[Tensor, Tensor] | None = None  # the last W and its G

    def sigma(self, weight: Tensor) -> Tensor:
        """σ(W): the largest singular value, over all frequencies of a convolution."""
        if not self.size:
            return cast(Tensor, torch.linalg.matrix_norm(weight, ord=2))
        axes = tuple(range(2, weight.ndim))
        waves = torch.fft.rfftn(weight, s=self.size, dim=axes)  # (out, in/groups, n, …)
        waves = waves.flatten(2).permute(2, 0, 1)  # (F, out, in/groups)
        waves = waves.unflatten(1, (self.groups, -1))  # (F, groups, out/groups, in/groups)
        return cast(Tensor, torch.linalg.matrix_norm(waves, ord=2)).amax()

    def forward(self, weight: Tensor) -> Tensor:
        """Return the limited weight, of the same shape."""
        sigma = (self._sigma_gradient(weight.detach()) * weight).sum()
        return weight * (self.limit / sigma.clamp(min=self.limit))

    def right_inverse(self, weight: Tensor) -> Tensor:
        """The weight to store: the assigned one, which is limited when it is read."""
        return weight

    @torch.no_grad()
    def _sigma_gradient(self, weight: Tensor) -> Tensor:
        """G = ∂σ/∂W at ``weight``, from the cache if W has not changed."""
        if self._cached is not None:
            before, slope = self._cached
            same = before.dtype == weight.dtype and before.device == weight.device
            if same and torch.equal(before, weight):
                return slope
        if not weight.isfinite().all():  # then σ is not finite; the weight is not scaled
            return torch.zeros_like(weight)
        with torch.inference_mode(False), torch.enable_grad():
            wide = torch.promote_types(weight.dtype, torch.float32)  # half types have no SVD
            copy = weight.to(wide, copy=True).requires_grad_()
            (slope,) = torch.autograd.grad(self.sigma(copy), copy)
            self._cached = (weight.clone(), slope.to(weight.dtype))
        return self._cached[1]

    def extra_repr(self) -> str:
        """Show the options."""
        return f"limit={self.limit:g}" + (f", size={self.size}" if self.size else "")


def limit_norm(module: M, limit: float, *, size: int | tuple[int, ...] | None = None) -> M:
    """Keep ‖W‖₂ ≤ κ for the weight of a linear layer or a convolution during training.

    Registers ``W ↦ κ W / max(κ, σ(W))`` as a parametrisation of ``module.weight``. With κ < 1 and
    an activation φ with a slope of at most 1, z ↦ φ(W z + x) is a contraction with constant κ.

    Parameters
    ----------
    module : Linear, Conv1d, Conv2d or Conv3d
        A convolution must have stride 1, dilation 1 and padding mode "zeros" or "circular", with
        a padding below its kernel's size.
    limit : float
        κ, positive.
    size : int, tuple of int or None
        Sides of the grid that the convolution acts on; needed for convolutions only.

    Returns
    -------
    Module
        The same module. ``torch.nn.utils.parametrize.remove_parametrizations(module, "weight")``
        replaces it by a parameter that has the limited value.

    Raises
    ------
    TypeError, ValueError
        If the module or an option cannot be used; the message names it.

    Notes
    -----
    For a linear layer and for circular padding σ is exactly ‖W‖₂. For zero padding on n points per
    side, σ is the norm of the circular convolution on n + k − 1 points (k: side of the kernel),
    which is an upper bound. For random 3×3 kernels it is 3 to 7 % too large on 7×7 and less than
    1 % on 28×28; for 5×5 kernels on 7×7 up to 30 %. torch's ``spectral_norm``, the norm of the
    reshaped kernel, may be too small.

    A change of W costs one singular value decomposition, for a convolution one per frequency; see
    ``NormLimit`` for the cost within a solve. Do not use ``torch.nn.utils.parametrize.cached``
    around a ``DEQ``: it would keep the weight that the solver used, which has no graph.

    References
    ----------
    Gouk, Frank, Pfahringer & Cree, "Regularisation of neural networks by enforcing Lipschitz
    continuity", Machine Learning 110, 2021. Sedghi, Gupta & Long, "The singular values of
    convolutional layers", 2019.

    Examples
    --------
    >>> import torch
    >>> linear = limit_norm(torch.nn.Linear(2, 2), 0.9)
    >>> linear.weight = torch.diag(torch.tensor([3.0, 1.0]))
    >>> linear.weight.detach()
    tensor([[0.9000, 0.0000],
            [0.0000, 0.3000]])
    """
    require_number("limit", limit, low=0.0)
    if isinstance(module, nn.Linear):
        if size is not None:
            raise TypeError("size must not be given for a linear layer.")
        rule = NormLimit(limit)
    elif isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        rule = NormLimit(limit, _grid(module, size), module.groups)
    else:
        raise TypeError(
            f"module must be a Linear or a Conv1d, 2d or 3d, not {type(module).__name__}."
        )
    parametrize.register_parametrization(module, "weight", rule)
    return module


def _grid(
    conv: nn.Conv1d | nn.Conv2d | nn.Conv3d, size: int | tuple[int, ...] | None
) -> tuple[int, ...]:
    """Points per side of the circular convolution that contains this one on a grid ``size``."""
    kernel = conv.kernel_size
    if size is None:
        raise TypeError("size must be given for a convolution: the sides of the grid it acts on.")
    sides = (size,) * len(kernel) if isinstance(size, int) else tuple(size)
    if len(sides) != len(kernel):
        raise ValueError(f"size must have {len(kernel)} sides, not {len(sides)}.")
    for side in sides:
        require_count("size", side)
    if set(conv.stride) != {1} or set(conv.dilation) != {1}:
        raise ValueError("module must have stride 1 and dilation 1 for its norm to be limited.")
    if conv.padding_mode == "circular":
        if any(n < k for n, k in zip(sides, kernel, strict=True)):
            raise ValueError(f"size must be at least the kernel's, {kernel}, not {sides}.")
        return sides
    if conv.padding_mode != "zeros":
        raise ValueError(f'module must pad with "zeros" or "circular", not {conv.padding_mode!r}.')
    return tuple(n + k - 1 for n, k in zip(sides, kernel, strict=True))
