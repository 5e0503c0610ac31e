"""A parametrisation that keeps the norm of a linear layer or a convolution within a limit."""

from __future__ import annotations

from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from deq.solvers.base import require_count, require_number

M = TypeVar("M", nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class NormLimit(nn.Module):
    """``W ↦ κ W / max(κ, σ(W))``: the weight itself where its norm σ is small, scaled where not.

    Parameters
    ----------
    limit : float
        κ, positive.
    size : tuple of int
        Points along each axis over which the frequencies of a convolution are taken; empty for a
        matrix.
    groups : int
        Groups of the convolution.

    Notes
    -----
    σ is exact, by singular values, and so is the gradient. Both come from one tensor G = ∂σ/∂W with
    σ = ⟨G, W⟩, which is kept until W changes: within a solve, which asks for the weight at every
    evaluation, it costs one comparison, one inner product and one scaling. (torch's own
    ``spectral_norm`` is no good here: in training mode it moves the weight a little at every
    access, so that the map whose equilibrium is sought changes under way.)

    Second derivatives by W are those of a constant G.
    """

    def __init__(self, limit: float, size: tuple[int, ...] = (), groups: int = 1) -> None:
        super().__init__()
        require_number("limit", limit, low=0.0)
        self.limit = limit
        self.size = size
        self.groups = groups
        self._cached: tuple[Tensor, Tensor] | None = None  # W as it was, and its G

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
        """Start from the weight that is there; what is assigned later is limited when read."""
        return weight

    @torch.no_grad()
    def _sigma_gradient(self, weight: Tensor) -> Tensor:
        """G = ∂σ/∂W at ``weight``, remembered."""
        if self._cached is not None:
            before, slope = self._cached
            alike = before.dtype == weight.dtype and before.device == weight.device
            if alike and torch.equal(before, weight):
                return slope
        if not weight.isfinite().all():  # σ is not finite either; the weight stays what it is
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
    """Keep ‖W‖₂ ≤ κ for the weight of a linear layer or a convolution, whatever training does.

    Registers ``W ↦ κ W / max(κ, σ(W))`` as a parametrisation of ``module.weight``. With κ < 1 and
    an activation φ that stretches nothing, z ↦ φ(W z + x) is a contraction with constant κ.

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
        turns the limited weight into a plain one.

    Raises
    ------
    TypeError, ValueError
        If the module is of another kind, or an option is unusable; the sentence names it.

    Notes
    -----
    For a linear layer and for circular padding σ is exactly ‖W‖₂. A zero-padded convolution on n
    points a side is part of a circular one on n + k − 1 (k the kernel's side), whose norm is used:
    a bound from above. For random 3×3 kernels it is 3 to 7 % too large on 7×7 and below 1 % on
    28×28; for 5×5 on 7×7 up to 30 %. The norm of the reshaped kernel, torch's ``spectral_norm``,
    may be too small.

    A change of W costs one singular value decomposition, for a convolution one per frequency; see
    ``NormLimit`` for the cost within a solve. Do not use ``torch.nn.utils.parametrize.cached``
    around a ``DEQ``: it would keep the weight that the solver saw, which has no graph.

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
    """Points a side of a torus that the convolution, on a grid of ``size``, is part of."""
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
