"""Measures of an equilibrium: spectral radius, eigenvalues, stability, observed contraction.

A map is given as ``f(z, *args)``, which fits the cell of a layer as well:
``spectral_radius(layer.cell, z, x)``. It maps the whole batch, and samples do not depend on one
another.
"""

from deq.diagnostics.contraction import contraction
from deq.diagnostics.eigenvalues import eigenvalues, jacobian
from deq.diagnostics.spectral_radius import spectral_radius
from deq.diagnostics.stability import Stability, stability

__all__ = ["Stability", "contraction", "eigenvalues", "jacobian", "spectral_radius", "stability"]
