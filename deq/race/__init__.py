"""All solvers on one problem from one start: who settles, and at what price.

>>> from deq.race import problem, race
>>> results = race(problem("one number"), tol=1e-6)
>>> {result.name: result.nfe for result in results if result.name in ("Picard", "Anderson")}
{'Picard': 33, 'Anderson': 6}
"""

from deq.race.adjoint import adjoint_problem
from deq.race.gallery import GALLERY, problem
from deq.race.landscape import Landscape, landscape
from deq.race.problem import Problem
from deq.race.race import SolverRun, measure_times, race
from deq.race.solvers import SolverSettings, make_solvers

__all__ = [
    "GALLERY",
    "Landscape",
    "Problem",
    "SolverRun",
    "SolverSettings",
    "adjoint_problem",
    "landscape",
    "make_solvers",
    "measure_times",
    "problem",
    "race",
]
