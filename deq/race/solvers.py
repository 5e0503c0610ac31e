"""Who races: every kind of solver, with the few settings that people change."""

from __future__ import annotations

from dataclasses import dataclass

from deq.race.problem import Problem
from deq.solvers import GMRES, ODE, Anderson, Broyden, Newton, Picard, PseudoTransient, Solver


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """Settings of the solvers.

    Parameters
    ----------
    window : int
        Anderson's memory.
    damping : float
        Of the damped iteration.
    method : str
        torchdiffeq's, of the second ODE.
    """

    window: int = 5
    damping: float = 0.5
    method: str = "bosh3"


def make_solvers(settings: SolverSettings, problem: Problem) -> dict[str, Solver]:
    """The solvers by name; what is meant for affine maps races on an adjoint in Newton's place.

    Raises
    ------
    ValueError
        If a setting is none that its solver takes.

    Examples
    --------
    >>> from deq.race import problem
    >>> list(make_solvers(SolverSettings(), problem("one number")))[:3]
    ['Picard', 'damped', 'Anderson']
    """
    linear = problem.adjoint
    return {
        "Picard": Picard(),
        "damped": Picard(damping=settings.damping),
        "Anderson": Anderson(window=settings.window),
        "Broyden": Broyden(),
        **({"GMRES": GMRES()} if linear else {"Newton": Newton()}),
        "ODE dopri5": ODE(),
        f"ODE {settings.method}": ODE(method=settings.method),
        "PseudoTransient": PseudoTransient(),
    }
