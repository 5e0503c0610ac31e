"""What the steady-state page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

TRY = (
    Try(
        "The cosine as a flow",
        {},
        "Press Play: the iteration's dots swing about 0.739. Does any curve of the flow cross it?",
    ),
    Try(
        "Three equilibria",
        {"map": "tanh", "tanh-w": 2.0},
        "The dashed equilibrium repels. Where does the flow end from x₀ = 0.1, and from −0.1?",
    ),
    Try(
        "Chaos and its flow",
        {"map": "logistic", "logistic-r": 4.0},
        "The iterates never settle. Where does the flow of the same map end?",
    ),
    Try(
        "No equilibrium",
        {"map": "square"},
        "g(x) − x is never zero. Where does the flow go? Follow the arrows of the phase line.",
    ),
    Try(
        "The best step",
        {"part": "Euler step", "h": 0.5975},
        "h = 0.5975 needs 5 steps; h = 1, the iteration, needs 33. How many do 1.19 and 1.2 need?",
    ),
    Try(
        "Smaller steps help",
        {"part": "Euler step", "map": "inverse", "h": 0.5},
        "λ = −1: h = 1 jumps for ever; h = 0.5 is Heron's method. Do h = 0.9 and 0.99 settle?",
    ),
    Try(
        "Too steep to iterate",
        {"part": "Why an ODE", "w": -5.0},
        "λ ≈ −5: iteration jumps for ever. Which ODE method needs the fewest evaluations? Read "
        "“What it costs here” below.",
    ),
    Try(
        "Where the ODE loses",
        {"part": "Why an ODE", "w": -0.5, "tol": "1e-06"},
        "A contraction. Which needs fewer evaluations, iteration or ODE? Read both charts below.",
    ),
    Try(
        "A spiral",
        {"part": "Depth", "gain": 1.3},
        "Press Play: how far from z\\* are the layers' dots at depth 10, and at depth 50?",
    ),
    Try(
        "Too much gain",
        {"part": "Depth", "gain": 2.0},
        "ρ > 1: more layers only circle around z\\*. Do the curves of the flow end there?",
    ),
)

READ = """
* Strogatz: *Nonlinear dynamics and chaos* (1994), chapters 2 and 6: flows on the line, portraits.
* Hairer, Wanner: [*Solving ordinary differential equations
  II*](https://doi.org/10.1007/978-3-642-05221-7) (1996), chapter IV: step and stability.
* Dormand, Prince: [*A family of embedded Runge–Kutta
  formulae*](https://doi.org/10.1016/0771-050X%2880%2990013-3) (1980). dopri5.
* Chen, Rubanova, Bettencourt, Duvenaud: [*Neural ordinary differential
  equations*](https://arxiv.org/abs/1806.07366) (2018).
* Bai, Kolter, Koltun: [*Deep equilibrium models*](https://arxiv.org/abs/1909.01377) (2019):
  weight-tied layers, infinitely many.
* Pal, Edelman, Rackauckas: [*Continuous deep equilibrium
  models*](https://arxiv.org/abs/2201.12240) (2023).
"""
