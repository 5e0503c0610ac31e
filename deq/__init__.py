"""Deep equilibrium models in PyTorch: solvers, exact gradients, and a status for every sample.

>>> import torch, deq
>>> sol = deq.solve(torch.cos, torch.zeros(1), tol=1e-6)
>>> round(sol.z.item(), 5)
0.73909
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from deq.continuation import Branch, BranchStatus, continuation
from deq.dropout import FixedDropout
from deq.functional import fixed_point
from deq.gradients.implicit import Implicit
from deq.gradients.phantom import Phantom
from deq.gradients.unrolled import Unrolled
from deq.layer import DEQ
from deq.solution import Solution, Trajectory
from deq.solve import solve
from deq.solvers import GMRES, ODE, Anderson, Broyden, Dense, Newton, Picard, PseudoTransient
from deq.stability import jacobian_penalty
from deq.status import ConvergenceError, ConvergenceWarning, Status

if TYPE_CHECKING:  # for type checkers; at run time `__getattr__` imports them
    from deq import diagnostics as diagnostics
    from deq import digits as digits
    from deq import figures as figures
    from deq import formula as formula
    from deq import inside as inside
    from deq import models as models
    from deq import race as race
    from deq import scalar as scalar
    from deq.stability import monotone as monotone

__version__ = "0.1.0"

__all__ = [
    "DEQ",
    "GMRES",
    "ODE",
    "Anderson",
    "Branch",
    "BranchStatus",
    "Broyden",
    "ConvergenceError",
    "ConvergenceWarning",
    "Dense",
    "FixedDropout",
    "Implicit",
    "Newton",
    "Phantom",
    "Picard",
    "PseudoTransient",
    "Solution",
    "Status",
    "Trajectory",
    "Unrolled",
    "continuation",
    "fixed_point",
    "jacobian_penalty",
    "solve",
]

# Attribute → module. These are imported at their first use, so that `import deq` is fast.
_LAZY = {
    "diagnostics": "deq.diagnostics",
    "digits": "deq.digits",
    "figures": "deq.figures",
    "formula": "deq.formula",
    "inside": "deq.inside",
    "models": "deq.models",
    "monotone": "deq.stability.monotone",
    "race": "deq.race",
    "scalar": "deq.scalar",
}


def __getattr__(name: str) -> ModuleType:
    """Import a module of `_LAZY` at its first use."""
    if name in _LAZY:
        return import_module(_LAZY[name])
    raise AttributeError(f"module 'deq' has no attribute {name!r}")
