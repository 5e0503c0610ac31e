"""Solvers, one file a method. Each is a small frozen dataclass of options."""

from deq.solvers.anderson import Anderson
from deq.solvers.base import Integrator, Iteration, Solver
from deq.solvers.broyden import Broyden
from deq.solvers.dense import Dense
from deq.solvers.gmres import GMRES
from deq.solvers.newton import Newton
from deq.solvers.ode import ODE
from deq.solvers.picard import Picard
from deq.solvers.pseudo_transient import PseudoTransient

__all__ = [
    "GMRES",
    "ODE",
    "Anderson",
    "Broyden",
    "Dense",
    "Integrator",
    "Iteration",
    "Newton",
    "Picard",
    "PseudoTransient",
    "Solver",
]
