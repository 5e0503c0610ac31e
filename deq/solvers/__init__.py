"""Solvers, one file a method. Each is a small frozen dataclass of options."""

from deq.solvers.anderson import Anderson
from deq.solvers.base import Integrator, Iteration, Solver
from deq.solvers.ode import ODE
from deq.solvers.picard import Picard

__all__ = ["ODE", "Anderson", "Integrator", "Iteration", "Picard", "Solver"]
