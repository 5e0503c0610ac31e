"""Inside one equilibrium: what a digit's z* is like, under a network that has been trained.

>>> import numpy as np, deq
>>> from deq.inside import Scene, spectrum
>>> scene = Scene.of(deq.models.load("digits"), np.eye(28, dtype=np.float32))
>>> found = spectrum(scene)
>>> found.converged, found.radius < 0.95
(True, True)
"""

from deq.inside.depth import Depth, depth
from deq.inside.flow import Flow, flow
from deq.inside.kick import Kick, kick
from deq.inside.scene import Scene
from deq.inside.sensitivity import Sensitivity, sensitivity
from deq.inside.smudge import SMUDGES, Smudge, smudge
from deq.inside.spectrum import Spectrum, spectrum
from deq.inside.starts import Starts, starts

__all__ = [
    "SMUDGES",
    "Depth",
    "Flow",
    "Kick",
    "Scene",
    "Sensitivity",
    "Smudge",
    "Spectrum",
    "Starts",
    "depth",
    "flow",
    "kick",
    "sensitivity",
    "smudge",
    "spectrum",
    "starts",
]
