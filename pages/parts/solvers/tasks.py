"""What the page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

TRY = (
    Try("A strong contraction", {}, "Your drawing: does acceleration pay?"),
    Try("Three speeds", {"problem": "three speeds"}, "Who can do without a memory?"),
    Try(
        "Two hundred speeds",
        {"problem": "two hundred speeds", "window": 15},
        "Then give Anderson a window of 2.",
    ),
    Try("Paths in a valley", {"problem": "narrow valley"}, "Who walks, and who jumps?"),
    Try("Nine equilibria", {"problem": "nine equilibria"}, "Do all find the same one?"),
    Try("Too much gain", {"problem": "tanh layer", "layer-gain": 2.5}, "Does it end? For whom?"),
    Try("The way back", {"problem": "one hard member", "way": "backward"}, "Who knows?"),
    Try("Counted in seconds", {"over": "seconds"}, "Does the same solver win?"),
)
READ = """
* Anderson: *Iterative procedures for nonlinear integral equations* (1965).
* Broyden: *A class of methods for solving nonlinear simultaneous equations* (1965).
* Knoll, Keyes: *Jacobian-free Newton–Krylov methods* (2004).
* Kelley, Keyes: *Convergence analysis of pseudo-transient continuation* (1998).
* Saad, Schultz: *GMRES* (1986): for the linear system of the backward pass.
* Walker, Ni: *Anderson acceleration for fixed-point iterations* (2011): why the two are kin.
"""
