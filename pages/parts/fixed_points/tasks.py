"""What the fixed-points page asks, lets people try, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.shared.tasks import Try

TRY = (
    Try("The cosine key", {"map": "cos"}, "The web winds into 0.739. Does the start matter?"),
    Try(
        "Slope 1",
        {"map": "line", "line-a": 1.0},
        "Move a through 1 and −1. Where does everything stop working?",
    ),
    Try(
        "Two points for ever",
        {"map": "inverse"},
        "Slope −1: it neither nears √2 nor leaves it. Try *damped*.",
    ),
    Try(
        "Period doubling",
        {"map": "logistic", "logistic-r": 3.5},
        "Move r from 2.8 to 4. Two points, four, eight, then no rhythm.",
    ),
    Try(
        "Chaos",
        {"map": "logistic", "logistic-r": 4.0, "steps": 200},
        "Change the start by 0.001. How long do the two orbits agree?",
    ),
    Try(
        "Several fixed points",
        {"map": "tanh", "tanh-w": 2.0},
        "The strip says which start ends where. What does b do to it?",
    ),
    Try("Nowhere to go", {"map": "square"}, "The curve misses the diagonal. Who can help?"),
    Try(
        "Newton's jump",
        {"map": "cos", "method": "Newton"},
        "From −1 the tangent leads to 8.72, far outside, and it is there in seven steps.",
    ),
    Try(
        "The secant",
        {"map": "cos", "method": "Anderson"},
        "Anderson with window 1: seven evaluations instead of 34.",
    ),
    Try(
        "Every point fixed",
        {"map": "own", "formula": "x"},
        "The identity. What would a fixed-point solver have to do?",
    ),
)

READ = """
* Banach: *Sur les opérations dans les ensembles abstraits* (1922): a contraction has one fixed
  point.
* Strogatz: *Nonlinear dynamics and chaos* (1994), chapter 10: cobwebs, period doubling.
* May: *Simple mathematical models with very complicated dynamics* (1976). The logistic map.
* Walker, Ni: *Anderson acceleration for fixed-point iterations* (2011).
* Kelley: *Iterative methods for linear and nonlinear equations* (1995). Newton, damping.
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): x becomes a layer's state.
"""

# By map: a question before anything is played, and its answer.
PREDICT: Mapping[str, tuple[str, str]] = {
    "cos": (
        "Each step multiplies the error by about −0.67. Will the iterates come from one side, or "
        "swing about the limit? How many steps for one more digit?",
        "They swing: the factor is negative. One digit takes log 0.1 / log 0.67 ≈ 6 steps.",
    ),
    "line": (
        "With a = 0.6 an error shrinks to 60 % a step. What will a = −0.6 look like, and a = 1?",
        "−0.6 spirals in just as fast. At 1 the line runs beside the diagonal: no fixed point "
        "(b ≠ 0), and each step adds b.",
    ),
    "heron": (
        "The slope at √2 is zero. How many correct digits does a step add?",
        "It doubles them: Heron's method *is* Newton's method for x² = 2.",
    ),
    "inverse": (
        "Start at 1. Where are you after two steps, and after a thousand?",
        "At 1 again: 2/(2/x) = x. Every start is on a cycle of its own.",
    ),
    "logistic": (
        "At r = 3.2 the fixed point is at 0.6875. Will iteration find it?",
        "No. The slope there is 2 − r = −1.2, beyond −1; it ends on two points around it.",
    ),
    "tanh": (
        "Three fixed points at w = 2: 0 and ±0.96. Which of them will a start of 0.1 find?",
        "0.96. At 0 the slope is w = 2, so whatever is near leaves.",
    ),
    "square": (
        "Can damping, Anderson or Newton find the fixed point?",
        "Nobody can: x² − x + 1 = 0 has no real solution.",
    ),
    "exponential": (
        "Two fixed points, 0.357 and 2.153. What happens from 2.1, and from 2.2?",
        "2.1 falls to 0.357, 2.2 runs away. The upper one is the edge.",
    ),
    "own": (
        "Where does your curve meet the diagonal, and how steep is it there?",
        "Less steep than the diagonal (|g′| < 1) attracts; steeper repels.",
    ),
}


def predict(key: str) -> None:
    """The question, its answer folded away."""
    question, answer = PREDICT.get(key, PREDICT["own"])
    st.markdown(f"**Predict first.** {question}")
    with st.expander("Show the answer"):
        st.markdown(answer)
