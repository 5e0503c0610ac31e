"""What the training lab says, lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

_CONVOLUTIONAL = {"model": "convolutional", "epochs": 4, "rate": 0.003}
IDEA = (
    "A digit becomes an input x, the state goes to its equilibrium **z\\* = f(z\\*, x)**, and ten "
    "numbers, one for each digit, are read from z\\*: the largest names the digit. Training moves "
    "the weights until equilibria of like digits lie together. Gradients come from the equilibrium "
    "alone, whatever the solver did to find it."
)
TRY = (
    Try(
        "The article's network",
        {},
        "4,000 digits, ten times each: about ten seconds. Which clusters lie on top of each other "
        "at the end, and which digits are confused in the table below?",
    ),
    Try(
        "A cheaper gradient",
        {"gradient": "phantom"},
        "Three tracked steps in place of a linear system: nothing to solve on the way back. Does "
        "it learn worse? Compare with the example (Runs side by side).",
    ),
    Try(
        "A coarse tolerance",
        {"tol": "1e-1"},
        "The article's tolerance, a hundred times coarser. It takes half the evaluations. Is "
        "anything lost? Compare with the example (Runs side by side).",
    ),
    Try(
        "A convolutional state",
        _CONVOLUTIONAL,
        "A tenth of the numbers to learn. Are its equilibria harder to find: how many evaluations, "
        "and which spectral radius? Keep this run for the next task.",
    ),
    Try(
        "No limit on f",
        {**_CONVOLUTIONAL, "contained": False},
        "The same without the limit on f. The contraction constant (dotted) rises above 1. What "
        "happens to the spectral radius and to the evaluations?",
    ),
)
READ = """
* [*Composability in Julia: implementing deep equilibrium models via neural ODEs*](https://julialang.org/blog/2021/10/DEQ/)
  (2021): the article whose second application this is. It prints no accuracy; rebuilt, its run
  gives about 93 % after one epoch.
* Bai, Kolter, Koltun: [*Deep equilibrium models*](https://arxiv.org/abs/1909.01377) (2019): the
  implicit gradient.
* Bai, Koltun, Kolter:
  [*Stabilizing equilibrium models by Jacobian regularization*](https://arxiv.org/abs/2106.14342)
  (2021): the Jacobian penalty.
* Gouk, Frank, Pfahringer, Cree:
  [*Regularisation of neural networks by enforcing Lipschitz continuity*](https://arxiv.org/abs/1804.04368)
  (2021): keeping a contraction.
* Schönemann: [*A generalized solution of the orthogonal Procrustes problem*](https://doi.org/10.1007/BF02289451)
  (1966): how the cloud is kept from turning.
"""
