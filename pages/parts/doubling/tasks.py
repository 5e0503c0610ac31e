"""What the y = 2x page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

PREDICT = (
    "**Predict first.** It learns from x = 1, …, 10 alone. What will it answer at −5: something "
    "near 2, as if it had learnt by heart, or −10?"
)
IDEA = (
    "The network is one small cell, f(u) = a u + b, applied until nothing changes: "
    "z\\* = f(z\\* + x). Then z\\* = (a x + b)/(1 − a), so y = 2x needs **a = 2/3, b = 0**, "
    "which nobody tells it."
)
TRY = (
    Try("y = 2x", {}, "The article's run. Press Start, then play the epochs."),
    Try(
        "An unlucky start",
        {"seed": 25, "constrained": False, "solver": "Picard"},
        "a > 1 from the beginning: no stable equilibrium, and the states run away.",
    ),
    Try(
        "The same start, kept stable",
        {"seed": 25, "solver": "Picard"},
        "a is brought below 1 after each step. That is all it takes.",
    ),
    Try(
        "A falling line",
        {"line-slope": -0.9},
        "a = −9. An answer can fall, but never as steeply as −1. Why?",
    ),
    Try(
        "Five bent units",
        {"variant": "tanh"},
        "It fits the ten numbers, and is wrong at −5. What had the straight line learnt?",
    ),
    Try(
        "A cheaper gradient",
        {"gradient": "phantom", "solver": "Picard"},
        "Five tracked steps instead of a linear solve. Does it learn the same?",
    ),
)
READ = """
* *Composability in Julia: implementing deep equilibrium models via neural ODEs* (2021): this is its
  first application.
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): the implicit gradient.
* Fung, Heaton, Li, McKenzie, Osher, Yin: *JFB: Jacobian-free backpropagation* (2022); Geng, Zhang,
  Bai, Wang, Lin: *On training implicit models* (2021): phantom gradients.
* Kingma, Ba: *Adam: a method for stochastic optimization* (2015).
"""
