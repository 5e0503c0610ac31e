"""What the training lab says, lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

IDEA = (
    "A digit becomes an input x, the state settles at **z\\* = f(z\\*, x)**, and ten answers are "
    "read from z\\*. Training moves the weights until equilibria of like digits lie together. "
    "Gradients come from the equilibrium alone, whatever the solver did to find it."
)
LOOK = (
    "**Look for** ten clusters that part as the loss falls, and for the **evaluations**: they say "
    "how hard the equilibrium has become to find. The spectral radius says why."
)
CLOUD = (
    "Each point is the equilibrium of one of 200 digits that are kept apart, on the plane of the "
    "two principal components of the ten class means, turned to fit the picture before."
)
TRY = (
    Try("The article's network", {}, "The default: 4,000 digits, about ten seconds."),
    Try(
        "Nothing holds it",
        {"contained": False, "solver": "Picard", "rate": 0.003},
        "Without the limit the cell may grow. What happens to radius and evaluations?",
    ),
    Try(
        "A cheaper gradient",
        {"gradient": "phantom"},
        "Three tracked steps for a linear solve. Does it learn worse?",
    ),
    Try(
        "A sloppy equilibrium",
        {"tol": "1e-1"},
        "The article's tolerance. Fewer evaluations; is anything lost?",
    ),
    Try(
        "A convolutional state",
        {"model": "convolutional", "epochs": 4, "rate": 0.003},
        "A tenth of the numbers to learn. Its equilibria are harder to find, and worth more.",
    ),
)
READ = """
* *Composability in Julia: implementing deep equilibrium models via neural ODEs* (2021): the article
  whose second application this is. It prints no accuracy; rebuilt, its run gives about 93 % after
  one epoch.
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): the implicit gradient.
* Bai, Koltun, Kolter: *Stabilizing equilibrium models by Jacobian regularization* (2021).
* Gouk, Frank, Pfahringer, Cree: *Regularisation of neural networks by enforcing Lipschitz
  continuity* (2021): keeping a contraction.
* Schönemann: *A generalized solution of the orthogonal Procrustes problem* (1966): how the cloud
  is kept from turning.
"""
