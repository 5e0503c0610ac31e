"""Monotone cells: exactly one equilibrium for all parameters, without a contraction."""

from deq.stability.monotone.cells import MonotoneCell, MonotoneConvCell
from deq.stability.monotone.conv import MonotoneConv
from deq.stability.monotone.linear import MonotoneLinear
from deq.stability.monotone.peaceman_rachford import PeacemanRachford

__all__ = ["MonotoneCell", "MonotoneConv", "MonotoneConvCell", "MonotoneLinear", "PeacemanRachford"]
