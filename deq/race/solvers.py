"""Who races: every kind of solver, with the few settings that people change."""

from __future__ import annotations

from dataclasses import dataclass

from deq.race.problem import Problem
from deq.solvers import GMRES, ODE, Anderson, Broyden, Newton, Picard, PseudoTransient, Solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
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


def racers(field: Field, problem: Problem) -> dict[str, Solver]:
    """The solvers by name; what is meant for affine maps races on an adjoint in Newton's place.

    Raises
    ------
    ValueError
        If a setting is none that its solver takes.

    Examples
    --------
    >>> from deq.race import problem
    >>> list(racers(Field(), problem("one number")))[:3]
    ['Picard', 'damped', 'Anderson']
    """
    linear = problem.adjoint
    return {
        "Picard": Picard(),
        "damped": Picard(damping=field.damping),
        "Anderson": Anderson(window=field.window),
        "Broyden": Broyden(),
        **({"GMRES": GMRES()} if linear else {"Newton": Newton()}),
        "ODE dopri5": ODE(),
        f"ODE {field.method}": ODE(method=field.method),
        "PseudoTransient": PseudoTransient(),
    }
