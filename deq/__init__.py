"""deq: deep equilibrium models in PyTorch. Solvers, exact gradients, honest results.

>>> import torch, deq
>>> sol = deq.solve(torch.cos, torch.zeros(1), tol=1e-6)
>>> round(sol.z.item(), 5)
0.73909
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from deq.implicit import Implicit
from deq.layer import DEQ
from deq.phantom import Phantom
from deq.solve import Solution, Trajectory, solve
from deq.solvers import GMRES, ODE, Anderson, Broyden, Dense, Newton, Picard, PseudoTransient
from deq.stability import jacobian_penalty
from deq.status import ConvergenceError, Status
from deq.unrolled import Unrolled

__all__ = [
    "DEQ",
    "GMRES",
    "ODE",
    "Anderson",
    "Broyden",
    "ConvergenceError",
    "Dense",
    "Implicit",
    "Newton",
    "Phantom",
    "Picard",
    "PseudoTransient",
    "Solution",
    "Status",
    "Trajectory",
    "Unrolled",
    "jacobian_penalty",
    "solve",
]

_LAZY = frozenset(
    {
        "diagnostics",
        "digits",
        "figures",
        "formula",
        "inside",
        "models",
        "monotone",
        "race",
        "scalar",
    }
)


def __getattr__(name: str) -> ModuleType:
    """Import the heavier subpackages when they are first named."""
    if name in _LAZY:
        return import_module(f"deq.{name}")
    raise AttributeError(f"module 'deq' has no attribute {name!r}")
