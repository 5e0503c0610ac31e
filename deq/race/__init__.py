"""All solvers on one problem from one start: who settles, and at what price.

>>> from deq.race import problem, race
>>> laps = race(problem("one number"), tol=1e-6)
>>> {lap.name: lap.nfe for lap in laps if lap.name in ("Picard", "Anderson")}
{'Picard': 33, 'Anderson': 6}
"""

from deq.race.adjoint import adjoint_problem
from deq.race.gallery import GALLERY, problem
from deq.race.landscape import Landscape, landscape
from deq.race.problem import Problem
from deq.race.race import Lap, clocked, race
from deq.race.solvers import Field, racers

__all__ = [
    "GALLERY",
    "Field",
    "Landscape",
    "Lap",
    "Problem",
    "adjoint_problem",
    "clocked",
    "landscape",
    "problem",
    "race",
    "racers",
]
