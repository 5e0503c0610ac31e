"""Monotone cells: exactly one equilibrium for all parameters, without a contraction."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.solvers.base import require_count, require_number
from deq.stability.monotone.conv import MonotoneConv
from deq.stability.monotone.linear import MonotoneLinear

Activation = Callable[[Tensor], Tensor]


class MonotoneCell(nn.Module):
    """The cell ``z ↦ φ(W z + U x + b)`` with monotone W: one equilibrium z* for every x.

    Parameters
    ----------
    inputs : int
        Size of x.
    features : int
        D, the size of the state.
    margin : float
        m: I − W ≥ m I. A larger m makes z* easier to find and less sensitive to x:
        ‖z*(x) − z*(x′)‖₂ ≤ ‖U (x − x′)‖₂/m.
    activation : callable
        φ, applied to each number, with a slope between 0 and 1 (relu, tanh, sigmoid, softplus).
        Such a φ is the proximal operator of a convex function.

    Attributes
    ----------
    state : MonotoneLinear
        W.
    inject : Linear
        U and b.

    Notes
    -----
    W may be large, so Picard iteration may diverge. These converge:

    * ``PeacemanRachford(cell)``, a layer, from every start, in the fewest evaluations (20 to 40;
      its docstring compares);
    * ``ODE``, from every start: I − W is positive definite (Forti & Tesi 1995);
    * ``Picard(damping=h)`` near z*, for h < 2m/(L² + m) with L = ‖I − W‖₂: wherever φ has slopes S
      between 0 and 1, ‖x‖² in the metric S⁻¹ shrinks under x ↦ x − h(I − S W) x;
    * ``forward_backward`` from every start, with relu and a damping below ``max_damping()``.

    ``Anderson`` on this map is fast for a small L, but it may fail.

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020. Forti & Tesi, "New conditions
    for global stability of neural networks", IEEE Trans. Circuits Syst. I, 1995. Ryu & Boyd, "A
    primer on monotone operator methods", 2016 (for forward–backward splitting).

    Examples
    --------
    The state and x have different sizes, so the layer needs a start:

    >>> import torch, deq
    >>> from deq.stability.monotone import MonotoneCell
    >>> cell = MonotoneCell(2, 5)
    >>> layer = deq.DEQ(cell, start=cell.start)
    >>> layer(torch.ones(3, 2)).shape
    torch.Size([3, 5])
    """

    def __init__(
        self, inputs: int, features: int, *, margin: float = 0.1, activation: Activation = F.relu
    ) -> None:
        super().__init__()
        require_count("inputs", inputs)
        require_activation(activation)
        self.state = MonotoneLinear(features, margin=margin)
        self.inject = nn.Linear(inputs, features)
        self.activation = activation

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z (B, D), x (B, inputs) → (B, D)."""
        return self.activation(self.state(z) + self.inject(x))

    def start(self, x: Tensor) -> Tensor:
        """Zeros (B, D), a start for the layer: ``deq.DEQ(cell, start=cell.start)``."""
        return x.new_zeros(*x.shape[:-1], self.inject.out_features)

    def forward_backward(self, z: Tensor, x: Tensor, damping: float) -> Tensor:
        """One step of forward–backward splitting, damped inside the activation.

        ``z ↦ relu(z − α ((I − W) z − U x − b))`` has the same equilibria as the cell, and contracts
        by √(1 − 2αm + α²L²) < 1 for α < ``max_damping()``, best at half of it. That best factor,
        √(1 − m²/L²), is close to 1: for m = 0.1 it takes more than 400 evaluations, where
        ``PeacemanRachford`` takes 20 to 40.

        Parameters
        ----------
        z, x
            As for the cell.
        damping : float
            α, positive; 1 gives the cell itself.

        Raises
        ------
        TypeError
            If the activation is not relu: the equilibria would depend on α.
        ValueError
            If the damping is not positive.

        Examples
        --------
        >>> import torch, deq
        >>> cell = MonotoneCell(2, 5)
        >>> half = cell.max_damping() / 2
        >>> def step(z, x):
        ...     return cell.forward_backward(z, x, half)
        >>> layer = deq.DEQ(
        ...     step, solver=deq.Picard(), max_evals=1000, start=cell.start, modules=cell
        ... )
        >>> layer(torch.ones(1, 2)).shape
        torch.Size([1, 5])
        """
        if not is_relu(self.activation):
            raise TypeError("activation must be relu for forward_backward.")
        require_number("damping", damping, low=0.0)
        return F.relu((1 - damping) * z + damping * (self.state(z) + self.inject(x)))

    @torch.no_grad()
    def max_damping(self) -> float:
        """2m/‖I − W‖₂²: ``forward_backward`` converges for every damping below it.

        It depends on the parameters, so it changes in training.
        """
        w = self.state.weight
        gap = torch.eye(len(w), dtype=w.dtype, device=w.device) - w
        norm = cast(Tensor, torch.linalg.matrix_norm(gap, ord=2))
        return 2 * self.state.margin / float(norm) ** 2


class MonotoneConvCell(nn.Module):
    """The cell ``z ↦ φ(W z + U x + b)`` with a monotone circular convolution W: one z* for every x.

    Parameters
    ----------
    inputs : int
        Channels of x (B, inputs, H, W).
    channels : int
        C, channels of the state (B, C, H, W).
    kernel_size : int
        k, side of the kernels of W and U, odd.
    margin, activation
        As for ``MonotoneCell``.

    Attributes
    ----------
    state : MonotoneConv
        W.
    inject : Conv2d
        U and b, with circular padding.

    Notes
    -----
    All convolutions wrap around at the border. ``PeacemanRachford(cell)`` finds z* from every
    start in 20 to 40 evaluations; ``ODE`` does too, in about ten times as many.

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020.

    Examples
    --------
    >>> import torch, deq
    >>> layer = deq.monotone.PeacemanRachford(deq.monotone.MonotoneConvCell(1, 4))
    >>> layer(torch.ones(3, 1, 8, 8)).shape
    torch.Size([3, 4, 8, 8])
    """

    def __init__(
        self,
        inputs: int,
        channels: int,
        kernel_size: int = 3,
        *,
        margin: float = 0.1,
        activation: Activation = F.relu,
    ) -> None:
        super().__init__()
        require_count("inputs", inputs)
        require_activation(activation)
        self.state = MonotoneConv(channels, kernel_size, margin=margin)
        self.inject = nn.Conv2d(
            inputs, channels, kernel_size, padding=kernel_size // 2, padding_mode="circular"
        )
        self.activation = activation

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z (B, C, H, W) and x (B, inputs, H, W) → (B, C, H, W)."""
        return self.activation(self.state(z) + self.inject(x))

    def start(self, x: Tensor) -> Tensor:
        """Zeros (B, C, H, W), a start for the layer: ``deq.DEQ(cell, start=cell.start)``."""
        return x.new_zeros(len(x), self.inject.out_channels, *x.shape[2:])


def is_relu(activation: Activation) -> bool:
    """Whether an activation is relu."""
    return activation in (F.relu, torch.relu) or isinstance(activation, nn.ReLU)


def require_activation(activation: object) -> None:
    """Raise a TypeError unless ``activation`` is callable."""
    if not callable(activation):
        raise TypeError(f"activation must be callable, not {activation!r}.")
