"""Eigenvalues of the trained block at one digit's equilibrium, and the rate that they predict."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.diagnostics import contraction, eigenvalues
from deq.inside.scene import Scene
from deq.solve import solve
from deq.solvers import Picard

_LEADING = 30
_STEPS = 60
_TOL = 1e-10


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Leading eigenvalues λ of J = ∂f/∂z at z*, and how iteration fared.

    Attributes
    ----------
    values : Tensor (K,), complex
        The largest in modulus first.
    radius, abscissa : float
        max |λ|, which predicts the share of the error that a step of iteration leaves, and
        max Re λ, which decides on the ODE.
    observed : float
        The share that was observed, late in the run; NaN where there was too little to see.
    distances : Tensor (T,)
        ‖z_k − z*‖₂ after k steps of iteration from zero, down to rounding.
    converged : bool
        Whether z* is an equilibrium; else the eigenvalues are those at the best state.
    """

    values: Tensor
    radius: float
    abscissa: float
    observed: float
    distances: Tensor
    converged: bool

    @property
    def predicted(self) -> Tensor:
        """ρᵏ‖z₀ − z*‖₂ with the spectral radius ρ, (T,): what the distances should come to."""
        steps = torch.arange(len(self.distances), dtype=self.distances.dtype)
        return self.distances[0] * self.radius**steps


def spectrum(scene: Scene, count: int = _LEADING) -> Spectrum:
    """Leading eigenvalues at z*, and a run of plain iteration beside what they predict.

    In float64: rounding would end the run before it shows its rate.
    """
    scene = scene.double()
    values = eigenvalues(scene.model.cell, scene.gain * scene.z, scene.x, k=count)[0] * scene.gain
    run = solve(
        scene.f, torch.zeros_like(scene.x), solver=Picard(), tol=_TOL, max_evals=_STEPS, record=True
    )
    course = run.trajectory
    if course is None:
        raise RuntimeError("the solve was not recorded")
    states = course.z[:, 0]  # (T, *shape)
    return Spectrum(
        values=values,
        radius=float(values.abs().max()),
        abscissa=float(values.real.max()),
        observed=float(contraction(course.residual[:, 0])),
        distances=scene.distances(states),
        converged=scene.converged,
    )
