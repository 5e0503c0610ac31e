"""Keeping a layer a contraction, so that its equilibrium exists, is unique and is found.

If ‖W‖₂ ≤ κ < 1 and the activation σ never stretches distances, then f(z) = σ(W z + x) shrinks
every distance to at most κ times what it was: Banach's theorem gives exactly one equilibrium for
every x, damped iteration reaches it from everywhere, and it is a stable steady state of
dz/dt = f(z) − z.

Here are three ways: a projection after each step of training (`project_conv_`), a parametrisation
that cannot leave the limit (`limit_norm`), and a penalty on the Jacobian that only pulls
(`jacobian_penalty`). `deq.stability.monotone` asks for less than a contraction.
"""

from deq.stability.conv import conv_norm, project_conv_
from deq.stability.norm import NormLimit, limit_norm
from deq.stability.penalty import jacobian_penalty

__all__ = ["NormLimit", "conv_norm", "jacobian_penalty", "limit_norm", "project_conv_"]
