"""Measuring an equilibrium: whether the iteration settles there, whether the ODE does, how fast.

The map is given as ``f(z, *args)``, so that a plain map and the cell of a layer both fit:
``spectral_radius(layer.cell, z, x)``. It takes the whole batch; its samples do not mix.
"""

from deq.diagnostics.contraction import contraction
from deq.diagnostics.eigenvalues import eigenvalues, jacobian
from deq.diagnostics.spectral_radius import spectral_radius
from deq.diagnostics.stability import Stability, stability

__all__ = ["Stability", "contraction", "eigenvalues", "jacobian", "spectral_radius", "stability"]
