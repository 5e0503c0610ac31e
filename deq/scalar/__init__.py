"""Fixed points of maps of one number, in float64.

`maps`: examples. `orbit`: iterates, cobweb, period; `behaviour`: what iteration does, in words.
`points`: all fixed points; `contraction`: slopes and where they are below 1; `basins`: which start
ends where. `flow`, `curve`: the ODE dx/dt = g(x) − x; `euler`: its Euler steps. `accelerated`:
Anderson's and Newton's methods. `network`: one tanh layer as a map of n numbers.
"""

from deq.scalar.accelerated import Path, accelerated
from deq.scalar.basins import basins
from deq.scalar.behaviour import Orbit, orbit
from deq.scalar.contraction import contraction_intervals, derivative, invariant_interval
from deq.scalar.euler import best_step, euler_factor, euler_steps, limit_step, steps_against_h
from deq.scalar.flow import Flow, flow, slope_field
from deq.scalar.maps import PRESETS, Parameter, ScalarMap, custom_map
from deq.scalar.network import Network, random_network
from deq.scalar.orbit import HALF_STEPS, cobweb, iterate, limit_cycle, period, rate
from deq.scalar.points import FixedPoint, FixedPoints, fixed_points

__all__ = [
    "HALF_STEPS",
    "PRESETS",
    "FixedPoint",
    "FixedPoints",
    "Flow",
    "Network",
    "Orbit",
    "Parameter",
    "Path",
    "ScalarMap",
    "accelerated",
    "basins",
    "best_step",
    "cobweb",
    "contraction_intervals",
    "custom_map",
    "derivative",
    "euler_factor",
    "euler_steps",
    "fixed_points",
    "flow",
    "invariant_interval",
    "iterate",
    "limit_cycle",
    "limit_step",
    "orbit",
    "period",
    "random_network",
    "rate",
    "slope_field",
    "steps_against_h",
]
