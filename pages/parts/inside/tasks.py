"""What the page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.pad.subject import MNIST
from pages.parts.shared.tasks import Try

FOUR = 2117
"""A 4 of MNIST that lacks little to a 9."""

TRY = (
    Try(
        "Held firmly",
        {},
        "How far from 0 is the outermost eigenvalue? That is the share of the error that a step "
        "leaves: how many steps until the distance in the second chart has fallen a hundredfold?",
    ),
    Try(
        "Close to the edge",
        {"of": MNIST, "digit": 154, "gamma": 5.0},
        "The gain stretches the eigenvalues. How far from 0 is the outermost one now, and how many "
        "steps does a hundredfold fall take in the second chart?",
    ),
    Try(
        "A hard kick",
        {"see": "kick", "size": 3.0},
        "The kick is three times as long as the state. Is the slope after it still that of the "
        "dashed line, e⁻ᵗ?",
    ),
    Try(
        "No way back",
        {"see": "kick", "gamma": 7.0},
        "No equilibrium was found here. In the second chart, the distance between the flow with "
        "the kick and the one without: does it shrink for good, or does it grow in the end?",
    ),
    Try(
        "As few layers as possible",
        {"see": "depth"},
        "How many layers does the answer need, and how many the state?",
    ),
    Try(
        "Twenty starts",
        {"see": "starts", "seed": 3},
        "Twenty random starts: do all flows end at the same equilibrium?",
    ),
    Try(
        "A corner erased",
        {"see": "smudge", "kind": "bottom left erased"},
        "At which amount does the answer change? Does z\\* move more there than at other amounts "
        "(lower chart)?",
    ),
    Try(
        "Why it is no 9",
        {"see": "sensitivity", "of": MNIST, "digit": FOUR, "logit": "9"},
        "The network reads a 4. Where in the map is orange strongest, and what would ink there do "
        "to the 4?",
    ),
)
READ = """
* Bai, Koltun, Kolter: *[Stabilizing equilibrium models by Jacobian
  regularization](https://arxiv.org/abs/2106.14342)* (2021): the spectral radius at z\\*, and what
  it costs when it grows.
* Winston, Kolter: *[Monotone operator equilibrium networks](https://arxiv.org/abs/2006.08591)*
  (2020): equilibria that are unique by construction.
* Hirsch, Smale, Devaney: *Differential equations, dynamical systems and an introduction to chaos*
  (2012): why eigenvalues decide.
* Simonyan, Vedaldi, Zisserman: *[Deep inside convolutional
  networks](https://arxiv.org/abs/1312.6034)* (2013): sensitivity maps.
* Lehoucq, Sorensen, Yang: *[ARPACK users' guide](https://doi.org/10.1137/1.9780898719628)* (1998):
  where the eigenvalues come from.
"""
