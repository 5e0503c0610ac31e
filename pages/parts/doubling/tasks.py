"""What the y = 2x page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

PREDICT = (
    "**Predict first.** It learns from x = 1, …, 10 alone. What will it answer at −5: something "
    "near 2, the smallest answer that it was shown, or −10, as the line says?"
)
IDEA = (
    "The network is one small cell, f(u) = a u + b, applied until nothing changes: it answers with "
    "the equilibrium z\\* = f(z\\* + x). Then z\\* = (a x + b)/(1 − a), so y = 2x needs **a = 2/3, "
    "b = 0**. Nobody tells it that: it sees ten numbers and their doubles."
)
TRY = (
    Try(
        "y = 2x",
        {},
        "The article's run. Play the epochs: a and b walk to the star (second panel). Where does "
        "the large dot at x = −5 end (first panel)?",
    ),
    Try(
        "An unlucky start",
        {"seed": 25, "constrained": False, "solver": "Picard"},
        "f begins with the slope a = 1.22, in the shaded part of the second panel. What do the ten "
        "states do (third panel)?",
    ),
    Try(
        "The same start, kept stable",
        {"seed": 25, "solver": "Picard"},
        "The same first weights, but a is brought down to 0.98 before the first epoch. Does it "
        "learn the line now?",
    ),
    Try(
        "A falling line",
        {"line-slope": -0.9},
        "It learns y = −0.9 x with a = −9: the slope of the answer is a/(1 − a). Which a would "
        "y = −x need?",
    ),
    Try(
        "Five tanh units",
        {"variant": "tanh"},
        "f is a curve now. It comes close to the ten dots (first panel). How far is it from the "
        "dashed line at −5?",
    ),
    Try(
        "A cheaper gradient",
        {"gradient": "phantom", "solver": "Picard"},
        "The phantom gradient: back through five steps, no linear solve. Do a and b reach the star "
        "all the same (second panel)?",
    ),
)
READ = """
* [*Composability in Julia: implementing deep equilibrium models via neural ODEs*](https://julialang.org/blog/2021/10/DEQ/)
  (2021): the article whose first application this is.
* Bai, Kolter, Koltun: [*Deep equilibrium models*](https://arxiv.org/abs/1909.01377) (2019): the
  implicit gradient.
* Fung, Heaton, Li, McKenzie, Osher, Yin:
  [*JFB: Jacobian-free backpropagation*](https://arxiv.org/abs/2103.12803) (2022); Geng, Zhang,
  Bai, Wang, Lin: [*On training implicit models*](https://arxiv.org/abs/2111.05177) (2021): phantom
  gradients.
* Kingma, Ba: [*Adam: a method for stochastic optimization*](https://arxiv.org/abs/1412.6980)
  (2015): the steps of the training.
"""
