"""What the page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

TRY = (
    Try(
        "A strong contraction",
        {},
        "Your drawing: Picard needs only a few steps. Does Anderson need fewer evaluations than "
        "Picard here?",
    ),
    Try(
        "Three speeds",
        {"problem": "three speeds"},
        "Which four solvers converge within the cap of 400 evaluations? What do they use that the "
        "other four do not?",
    ),
    Try(
        "Two hundred speeds",
        {"problem": "two hundred speeds", "window": 15},
        "How many evaluations does Anderson need with 15 past steps? Then set its window to 2, "
        "under **More**: how many now?",
    ),
    Try(
        "Paths in a valley",
        {"problem": "narrow valley"},
        "Follow the paths in the plane: Picard crawls along the valley in hundreds of small steps. "
        "Which solvers reach z\\* in fewer than ten evaluations?",
    ),
    Try(
        "Nine equilibria",
        {"problem": "nine equilibria"},
        "In the plane, two solvers end at other points than the other six. Which two, and is the "
        "flow stable there?",
    ),
    Try(
        "Too much gain",
        {"problem": "tanh layer", "layer-gain": 2.5},
        "With γ = 2.5 the layer is no contraction any more. Which of the eight solvers converge?",
    ),
    Try(
        "The backward pass",
        {"problem": "one hard member", "way": "backward"},
        "An implicit gradient needs w = Jᵀw + g, which is linear. Which solver makes use of that, "
        "and how much does it save against Picard?",
    ),
    Try(
        "Counted in seconds",
        {"over": "seconds"},
        "Compare Newton and damped in the table: which needs fewer evaluations, and which takes "
        "less time?",
    ),
)
READ = """
* Anderson: *[Iterative procedures for nonlinear integral
  equations](https://doi.org/10.1145/321296.321305)* (1965).
* Broyden: *[A class of methods for solving nonlinear simultaneous
  equations](https://doi.org/10.1090/S0025-5718-1965-0198670-6)* (1965).
* Knoll, Keyes: *[Jacobian-free Newton–Krylov
  methods](https://doi.org/10.1016/j.jcp.2003.08.010)* (2004).
* Kelley, Keyes: *[Convergence analysis of pseudo-transient
  continuation](https://doi.org/10.1137/S0036142996304796)* (1998).
* Saad, Schultz: *[GMRES](https://doi.org/10.1137/0907058)* (1986): for the linear system of the
  backward pass.
* Walker, Ni: *[Anderson acceleration for fixed-point
  iterations](https://doi.org/10.1137/10078356X)* (2011): how Anderson and Broyden are related.
"""
