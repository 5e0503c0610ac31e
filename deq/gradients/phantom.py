"""Phantom gradients: a few tracked steps at the equilibrium instead of an adjoint solve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deq.bookkeeping.layout import S, layout_of
from deq.gradients.base import Gradient, Problem, Statistics, on_flat, valued
from deq.solvers.base import require_count, require_number
from deq.solvers.picard import Picard


@dataclass(frozen=True, slots=True, kw_only=True)
class Phantom(Gradient):
    """An approximate gradient: that of a few damped steps which start at the equilibrium.

    From the detached z*, with h the damping, k the steps and J = ∂f/∂z at z*::

        z ← z + h·(f(z) − z),  k times        dz*/dθ ≈ h Σ_{i<k} ((1 − h)·1 + h·J)ⁱ ∂f/∂θ

    These are the first k terms of the series whose sum, (1 − J)⁻¹ ∂f/∂θ, is the exact gradient
    (``Implicit``). One step with h = 1 is Jacobian-free backpropagation: it takes J for zero. On
    z = 0.8 z + x it gives 1, where the truth is 5.

    Parameters
    ----------
    steps : int
        k, how many steps are tracked: so many evaluations of the cell, whose activations are kept.
    damping : float
        h, greater than 0 and at most 2.

    Notes
    -----
    The output has the value of z* itself, as the forward solve found it; only its gradient comes
    from the steps. They are not counted in ``layer.last.nfe``. With more steps the series comes
    closer to the exact gradient wherever the damped iteration converges, slowly where the cell
    hardly contracts. No gradient flows into the start. Second derivatives are those of the steps.

    References
    ----------
    Geng, Zhang, Bai, Wang & Lin, "On training implicit models", 2021.
    Fung et al., "JFB: Jacobian-free backpropagation for implicit networks", 2022.

    Examples
    --------
    >>> import torch, deq
    >>> x = torch.ones(1, 1, requires_grad=True)
    >>> layer = deq.DEQ(lambda z, x: 0.5 * z + x, gradient=deq.Phantom(steps=3))
    >>> layer(x).backward()
    >>> x.grad.item()  # 1 + 1/2 + 1/4, where the truth is 2
    1.75
    """

    steps: int = 1
    damping: float = 1.0

    def __post_init__(self) -> None:
        require_count("steps", self.steps)
        require_number("damping", self.damping, low=0.0, high=2.0)

    def attach(self, problem: Problem[S], z: S, statistics: Statistics) -> S:
        """Track the steps from ``z``."""
        return self.track(problem.f, z, problem.batch_dims)

    def track(self, f: Callable[[S], S], z: S, batch_dims: int = 1) -> S:
        """Return ``z`` (B, …) with the gradient of the steps from it; plain if f has none."""
        layout = layout_of(z, batch_dims)
        evaluate = on_flat(f, layout)
        picard = Picard(damping=self.damping)
        path = layout.flat(z)  # (B, D)
        for _ in range(self.steps):
            path, _ = picard.step(None, path, evaluate(path))
        return valued(layout.shaped(path), z)
