"""Whether an equilibrium attracts the iteration and the ODE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from deq.bookkeeping.layout import State
from deq.diagnostics.eigenvalues import DENSE_LIMIT, leading
from deq.gradients.vjp import Pullback
from deq.solvers.base import require_count

_SENTENCES = {
    "both": "Stable: the iteration z ← f(z) and the ODE dz/dt = f(z) − z settle here.",
    "ode": "Stable for the ODE dz/dt = f(z) − z only: the iteration z ← f(z) does not settle here.",
    "neither": "Unstable: neither z ← f(z) nor the ODE dz/dt = f(z) − z settles here.",
    "unknown": "Not known: the eigenvalues of the Jacobian were not found.",
}


@dataclass(frozen=True, slots=True)
class Stability:
    """How the neighbourhood of an equilibrium moves, sample by sample, to first order.

    Attributes
    ----------
    spectral_radius : Tensor, shape (B,)
        max |λ| over the eigenvalues λ of the Jacobian ∂f/∂z; NaN where they were not found.
    abscissa : Tensor, shape (B,)
        max Re λ; never above the spectral radius.
    """

    spectral_radius: Tensor
    abscissa: Tensor

    @property
    def picard_stable(self) -> Tensor:
        """Whether z ← f(z) settles here from nearby: max |λ| < 1, (B,) bool."""
        return self.spectral_radius < 1

    @property
    def ode_stable(self) -> Tensor:
        """Whether dz/dt = f(z) − z settles here from nearby: max Re λ < 1, (B,) bool.

        The same holds of damped iteration, with a damping that is small enough.
        """
        return self.abscissa < 1

    @property
    def known(self) -> Tensor:
        """Whether the eigenvalues were found, (B,) bool."""
        return self.spectral_radius.isfinite() & self.abscissa.isfinite()

    def __str__(self) -> str:
        verdicts = [
            "unknown" if not known else "both" if picard else "ode" if ode else "neither"
            for known, picard, ode in zip(
                self.known.tolist(),
                self.picard_stable.tolist(),
                self.ode_stable.tolist(),
                strict=True,
            )
        ]
        return "\n".join(
            f"{verdicts.count(name)} of {len(verdicts)} samples: {sentence}"
            for name, sentence in _SENTENCES.items()
            if name in verdicts
        )


def stability(
    f: Callable[..., Any], z: State, *args: Any, dense_limit: int = DENSE_LIMIT
) -> Stability:
    """Judge an equilibrium by the eigenvalues of J = ∂f/∂z there.

    A root finder (Anderson, Newton) also lands on equilibria that nothing settles at. With the
    eigenvalues λ of J, the iteration contracts near z when max |λ| < 1, and the ODE, whose own are
    λ − 1, when max Re λ < 1. At exactly 1 the first order does not decide, and neither is called
    stable.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        An equilibrium. That it is one is not checked.
    *args
        Handed to f after z: ``stability(layer.cell, z, x)``.
    dense_limit : int
        As for ``eigenvalues``.

    Returns
    -------
    Stability
        ``spectral_radius``, ``abscissa``, ``picard_stable``, ``ode_stable``, each (B,); printed, a
        sentence for each kind.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.

    References
    ----------
    Strogatz, "Nonlinear dynamics and chaos", 2nd edition 2015, chapters 5 and 10.

    Examples
    --------
    >>> import torch, deq
    >>> f = lambda z: 2 * z + 1
    >>> sol = deq.solve(f, torch.zeros(1), solver=deq.Anderson())
    >>> print(round(sol.z.item(), 2), stability(f, sol.z))
    -1.0 1 of 1 samples: Unstable: neither z ← f(z) nor the ODE dz/dt = f(z) − z settles here.
    """
    require_count("dense_limit", dense_limit)
    pull = Pullback(f, z, args)
    if pull.dim <= dense_limit:
        found = leading(pull, max(pull.dim, 1), "magnitude", dense_limit)  # (B, D)
        return Stability(found.abs().amax(1), found.real.amax(1))
    radius = leading(pull, 1, "magnitude", dense_limit)[:, 0].abs()  # (B,)
    return Stability(radius, leading(pull, 1, "real", dense_limit)[:, 0].real)
