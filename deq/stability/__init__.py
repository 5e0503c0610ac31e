"""Keeping a layer a contraction, so that its equilibrium exists, is unique and is found.

If ‖W‖₂ ≤ κ < 1 and the activation φ has a slope of at most 1, then f(z) = φ(W z + x) is a
contraction with constant κ. By Banach's theorem it has exactly one equilibrium for every x, Picard
iteration converges to it from every start, and it is a stable steady state of dz/dt = f(z) − z.

Three methods: a projection after each step of training (`project_conv_`), a parametrisation that
keeps the limit exactly (`limit_norm`), and a penalty on the Jacobian (`jacobian_penalty`), which
guarantees nothing. `deq.stability.monotone` gives a unique equilibrium without a contraction.
"""

from deq.stability.conv import conv_norm, project_conv_
from deq.stability.norm import NormLimit, limit_norm
from deq.stability.penalty import jacobian_penalty

__all__ = ["NormLimit", "conv_norm", "jacobian_penalty", "limit_norm", "project_conv_"]
