"""Fixed points of one number: everything that two lessons need, and nothing that draws.

Maps (`maps`), iterating them (`orbit`) and what came of it in words (`story`), their fixed points
(`points`) and slopes (`slopes`), which start ends where (`basins`), the flow dx/dt = g(x) − x
(`flow`, `curve`), Euler's step along it (`euler`), faster methods (`cures`), and a small network as
the same thing in several dimensions (`network`). All in float64.
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
