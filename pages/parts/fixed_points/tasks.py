"""What the fixed-points page asks, lets people try, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.shared.tasks import Try

TRY = (
    Try(
        "The cosine key",
        {"map": "cos"},
        "Press Play: the path winds into 0.739. Does the start matter? Read the strip below it.",
    ),
    Try(
        "Slope 1",
        {"map": "line", "line-a": 1.0, "line-x0": -8.0},
        "The line runs beside the diagonal: x grows by b. Does it settle for a = 0.6, −1, −1.1?",
    ),
    Try(
        "Two points for ever",
        {"map": "inverse"},
        "At √2 the slope is −1: an error only changes its sign. How many steps does *damped* need?",
    ),
    Try(
        "Period doubling",
        {"map": "logistic", "logistic-r": 3.5, "steps": 200},
        "Here x jumps between four points. Set r to 2.8, 3.2, 3.55 and 4: between how many?",
    ),
    Try(
        "Chaos",
        {"map": "logistic", "logistic-r": 4.0, "steps": 30, "second": True},
        "The squares begin 0.001 further than the dots. For how many steps do both agree to 0.1?",
    ),
    Try(
        "Several fixed points",
        {"map": "tanh", "tanh-w": 2.0},
        "The strip says which start ends where. How many fixed points are left at b = 0.3, at 0.6?",
    ),
    Try(
        "No fixed point",
        {"map": "square"},
        "The curve never meets the diagonal. Does any method settle? Read the table below.",
    ),
    Try(
        "Newton's jump",
        {"map": "cos", "method": "Newton"},
        "From −1 the tangent meets the diagonal at 8.72, far away. How many steps in all?",
    ),
    Try(
        "The secant",
        {"map": "cos", "method": "Anderson"},
        "Anderson with a window of one. How many evaluations of g does it need? Picard needs 34.",
    ),
    Try(
        "Every point fixed",
        {"map": "own", "formula": "x"},
        "g(x) = x: the curve is the diagonal. Where does a start end, after how many evaluations?",
    ),
)

READ = """
* Banach: [*Sur les opérations dans les ensembles
  abstraits*](https://doi.org/10.4064/fm-3-1-133-181) (1922): a contraction of a closed interval
  into itself has one fixed point there.
* Strogatz: *Nonlinear dynamics and chaos* (1994), chapter 10: cobwebs, period doubling.
* May: [*Simple mathematical models with very complicated
  dynamics*](https://doi.org/10.1038/261459a0) (1976). The logistic map.
* Walker, Ni: [*Anderson acceleration for fixed-point
  iterations*](https://doi.org/10.1137/10078356X) (2011).
* Kelley: [*Iterative methods for linear and nonlinear
  equations*](https://doi.org/10.1137/1.9781611970944) (1995). Newton, damping.
* Bai, Kolter, Koltun: [*Deep equilibrium models*](https://arxiv.org/abs/1909.01377) (2019): x
  becomes a layer's state.
"""

# By map: a question before anything is played, and its answer.
PREDICT: Mapping[str, tuple[str, str]] = {
    "cos": (
        "Near x\\* each step multiplies the error by about −0.67. Will the iterates come from one "
        "side, or from both in turn? How many steps for one more digit? Does the start matter?",
        "From both in turn: the factor is negative. One digit takes log 0.1 / log 0.67 ≈ 6 steps. "
        "The start does not matter: after one step x is in [−1, 1], cos maps [−1, 1] into itself, "
        "and there |g′| ≤ sin 1 = 0.84 < 1, so Banach's theorem holds.",
    ),
    "line": (
        "With a = 0.6 each step leaves 60 % of the error. What will a = −0.6 look like, and a = 1?",
        "With −0.6 the error shrinks just as fast and changes its sign at each step. At 1 the line "
        "runs beside the diagonal: no fixed point (if b ≠ 0), and each step adds b.",
    ),
    "heron": (
        "The slope at √2 is zero. How many correct digits does a step add?",
        "It doubles their number: Heron's method *is* Newton's method for x² = 2.",
    ),
    "inverse": (
        "Start at 1. Where are you after two steps, and after a thousand?",
        "At 1 again: 2/(2/x) = x. Every start but √2 is on a cycle of two points.",
    ),
    "logistic": (
        "At r = 3.2 the fixed point is at 0.6875. Will iteration find it?",
        "No. The slope there is 2 − r = −1.2, beyond −1; it ends on two points around it.",
    ),
    "tanh": (
        "Three fixed points at w = 2: 0 and ±0.96. Which of them will a start of 0.1 find?",
        "0.96. At 0 the slope is w = 2, so a start near 0 moves away from it.",
    ),
    "square": (
        "Can damping, Anderson or Newton find the fixed point?",
        "None of them: x² − x + 1 = 0 has no real solution.",
    ),
    "exponential": (
        "Two fixed points, 0.357 and 2.153. What happens from 2.1, and from 2.2?",
        "From 2.1 it falls to 0.357, from 2.2 it runs away: the upper one repels.",
    ),
    "own": (
        "Where does your curve meet the diagonal, and how steep is it there?",
        "Where |g′(x\\*)| < 1 a fixed point attracts what is near; where |g′(x\\*)| > 1 it repels.",
    ),
}


def predict(key: str) -> None:
    """The question, its answer folded away."""
    question, answer = PREDICT.get(key, PREDICT["own"])
    st.markdown(f"**Predict first.** {question}")
    with st.expander("Show the answer"):
        st.markdown(answer)
