"""What the steady-state page lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

TRY = (
    Try("The cosine as a flow", {}, "The dots swing about 0.739; the curve glides there."),
    Try(
        "Three equilibria",
        {"map": "tanh", "tanh-w": 2.0},
        "Two attract, the dashed one between them repels. Move the start across it.",
    ),
    Try(
        "Chaos, tamed",
        {"map": "logistic", "logistic-r": 4.0},
        "The iterates never rest. What does the flow of the same map do?",
    ),
    Try(
        "No equilibrium",
        {"map": "square"},
        "g(x) − x is never zero: the flow runs away, however small its steps.",
    ),
    Try(
        "The best step",
        {"part": "Euler step", "h": 0.5975},
        "Five steps instead of 33. Now h = 1.19: 1,404. And 1.2?",
    ),
    Try(
        "Damping as a cure",
        {"part": "Euler step", "map": "inverse", "h": 0.5},
        "λ = −1: h = 1 jumps for ever. Any h below 1 settles; 0.5 is Heron's method.",
    ),
    Try(
        "Too steep to iterate",
        {"part": "Why an ODE", "w": -5.0},
        "λ ≈ −5. The ODE does not mind. Which method needs fewest evaluations?",
    ),
    Try(
        "Where the ODE loses",
        {"part": "Why an ODE", "w": -0.5, "tol": "1e-06"},
        "A contraction: iterating is cheaper by far. Read both charts at the right.",
    ),
    Try(
        "A spiral",
        {"part": "Depth", "gain": 1.3},
        "Press Play: layers hop along the spiral that the flow walks.",
    ),
    Try(
        "Too much gain",
        {"part": "Depth", "gain": 2.0},
        "ρ > 1: more layers only circle. The flow still settles.",
    ),
)

READ = """
* Strogatz: *Nonlinear dynamics and chaos* (1994), chapters 2 and 6: flows on the line, portraits.
* Hairer, Wanner: *Solving ordinary differential equations II* (1996), chapter IV: step and
  stability.
* Dormand, Prince: *A family of embedded Runge–Kutta formulae* (1980). dopri5.
* Chen, Rubanova, Bettencourt, Duvenaud: *Neural ordinary differential equations* (2018).
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): weight-tied layers, infinitely many.
* Pal, Edelman, Rackauckas: *Continuous deep equilibrium models* (2023).
"""
