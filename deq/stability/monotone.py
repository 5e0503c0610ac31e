"""Monotone cells: exactly one equilibrium for all parameters, without a contraction."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.solvers.base import require_count, require_number

Activation = Callable[[Tensor], Tensor]


class MonotoneLinear(nn.Module):
    """``z ↦ W z`` with ``W = (1 − m) I − AᵀA + B − Bᵀ``, for any square A and B.

    The symmetric part of I − W is m I + AᵀA ≥ m I, and its skew part is free. Every W with
    I − W ≥ m I has this form. ‖W‖₂ is not bounded.

    Parameters
    ----------
    features : int
        D, the size of the state.
    margin : float
        m, greater than 0 and at most 1.

    Attributes
    ----------
    a, b : Parameter, shape (D, D)
        A and B, initialised small, so that W starts near (1 − m) I.

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020.

    Examples
    --------
    >>> import torch
    >>> linear = MonotoneLinear(3, margin=0.1)
    >>> gap = torch.eye(3) - linear.weight
    >>> bool(torch.linalg.eigvalsh(gap + gap.T).min() / 2 > 0.099)
    True
    """

    def __init__(self, features: int, *, margin: float = 0.1) -> None:
        super().__init__()
        require_count("features", features)
        require_number("margin", margin, low=0.0, high=1.0)
        self.margin = margin
        scale = 0.5 / math.sqrt(features)
        self.a = nn.Parameter(scale * torch.randn(features, features))
        self.b = nn.Parameter(scale * torch.randn(features, features))

    @property
    def weight(self) -> Tensor:
        """W as a matrix, (D, D)."""
        eye = torch.eye(len(self.a), dtype=self.a.dtype, device=self.a.device)
        return (1 - self.margin) * eye - self.a.T @ self.a + self.b - self.b.T

    def forward(self, z: Tensor) -> Tensor:
        """Return W z for each row of z (B, D), without forming W."""
        squared = F.linear(F.linear(z, self.a), self.a.T)  # (B, D)
        turned = F.linear(z, self.b - self.b.T)  # (B, D)
        return (1 - self.margin) * z - squared + turned

    def extra_repr(self) -> str:
        """Show the options."""
        return f"features={len(self.a)}, margin={self.margin:g}"


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

    * ``ODE``, from every start: I − W is positive definite (Forti & Tesi 1995);
    * ``Picard(damping=h)`` near z*, for h < 2m/(L² + m) with L = ‖I − W‖₂: wherever φ has slopes S
      between 0 and 1, ‖x‖² in the metric S⁻¹ shrinks under x ↦ x − h(I − S W) x;
    * ``forward_backward`` from every start, with relu and a damping below ``max_damping()``.

    ``Anderson`` is usually the fastest, but convergence is not guaranteed.

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
        if not callable(activation):
            raise TypeError(f"activation must be callable, not {activation!r}.")
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
        by √(1 − 2αm + α²L²) < 1 for α < ``max_damping()``, best at half of it.

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
        if self.activation not in (F.relu, torch.relu) and not isinstance(self.activation, nn.ReLU):
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
