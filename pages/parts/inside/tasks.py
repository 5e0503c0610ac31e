"""What the page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

TRY = (
    Try("The default", {}, "How far inside the circle are they?"),
    Try("At the edge", {"gamma": 5.0}, "Which of the two lines is crossed first?"),
    Try("Kick it hard", {"see": "kick", "size": 3.0}, "Does the slope depend on the kick?"),
    Try("A kick too many", {"see": "kick", "gamma": 7.0}, "Now nothing brings it back."),
    Try("Three layers", {"see": "depth"}, "How many does the answer need, and the state?"),
    Try("Twenty starts", {"see": "starts", "seed": 3}, "Is it unique?"),
    Try("Rub it out", {"see": "smudge", "kind": "bottom left erased"}, "When does it turn?"),
    Try("Why not a 7?", {"see": "sensitivity", "logit": "7"}, "Which pixels would make it one?"),
)
READ = """
* Bai, Koltun, Kolter: *Stabilizing equilibrium models by Jacobian regularization* (2021): the
  spectral radius at z\\*, and what it costs when it grows.
* Winston, Kolter: *Monotone operator equilibrium networks* (2020): equilibria that are unique by
  construction.
* Hirsch, Smale, Devaney: *Differential equations, dynamical systems and an introduction to chaos*
  (2012): why eigenvalues decide.
* Simonyan, Vedaldi, Zisserman: *Deep inside convolutional networks* (2013): sensitivity maps.
* Lehoucq, Sorensen, Yang: *ARPACK users' guide* (1998): where the eigenvalues come from.
"""
