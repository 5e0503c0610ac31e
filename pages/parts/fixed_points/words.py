"""The sentences of the fixed-points page, its code box and its table, as pure functions."""

from __future__ import annotations

import itertools
import math

from deq.formula import FormulaError
from deq.scalar import HALF_STEPS
from pages.parts.fixed_points.lesson import APART, NUDGE, Lesson, apart_from, end, straight
from pages.parts.look.downloads import table
from pages.parts.shared.numbers import minus, number, short

_SHOWS = {
    "Picard": (
        "the height of the curve: carried across to the diagonal it is the next x, and the next "
        "dot over the steps has the same height. A fixed point x\\* is where the curve meets the "
        "diagonal."
    ),
    "damped": (
        "the slanted lines: each goes only the part h of the way to the next x of plain iteration."
    ),
    "Anderson": (
        "the secant, the line through the last two points of the curve: where it meets the "
        "diagonal is the next x."
    ),
    "Newton": "the tangent: where it meets the diagonal is the next x, however far away that is.",
}
_SECOND_SHOWS = "**Look for** the step at which squares and dots part: "

ERRORS_TITLE = "How fast: the error, per evaluation of g"
RACE_TITLE = "The same start by every method"
RACE_SHOWS = (
    "Each stops when the residual |g(x) − x| is below 10⁻⁶, or after 100 evaluations. A derivative "
    "counts as an evaluation of g. Methods may end at different fixed points: Anderson and Newton "
    "also find unstable ones."
)
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ACROSS = {
    "damped": "part of the way to the diagonal",
    "Anderson": "along the secant to the diagonal",
    "Newton": "along the tangent to the diagonal",
}
_SHOWN = 40  # characters of a faulty formula


def half_steps(xs: list[float], heights: list[float], method: str = "Picard") -> list[str]:
    """A sentence for each corner of the cobweb.

    Examples
    --------
    >>> for sentence in half_steps([-1.0, 0.5403], [0.5403]):
    ...     print(sentence)
    Start: x₀ = −1
    Step 1, up to the curve: g(−1) = 0.5403
    Step 1, across to the diagonal: x₁ = 0.5403
    """
    sentences = [f"Start: x₀ = {short(xs[0])}"]
    for n, (here, there) in enumerate(itertools.pairwise(xs), start=1):
        height = heights[n - 1]
        up = HALF_STEPS[0] if height >= here else HALF_STEPS[0].replace("up", "down")
        across = _ACROSS.get(method if n > 1 or method != "Anderson" else "", HALF_STEPS[1])
        name = f"x{n}".translate(_SUBSCRIPT)
        sentences += [
            f"Step {n}, {up}: g({short(here)}) = {short(height)}",
            f"Step {n}, {across}: {name} = {short(there)}",
        ]
    return sentences


def verdict(result: Lesson) -> str:
    """What came of it, in one or two sentences."""
    if result.landscape.points.everywhere:
        return "Here g(x) = x: every point is fixed, so each start stays where it is."
    if result.choice.method == "Picard":
        sentence = result.orbit.sentence
        if result.orbit.kind in ("escapes", "breaks", "grows", "wanders") and not len(
            result.landscape.points
        ):
            sentence += " No fixed point is in view."
        return sentence
    name = result.choice.method
    name = "Damped iteration" if name == "damped" else name
    steps = len(result.xs) - 1
    if result.settled:
        much = f"{_counted(steps)} and {result.evals} evaluations"
        exact = result.fixed.x if result.fixed else result.limit
        return f"{name} settles at {short(exact)} after {much}."
    if not math.isfinite(float(result.heights[-1])):
        where = short(float(result.xs[-1]))
        return f"{name} breaks off after {_counted(steps)}: at {where} g has no value."
    return f"{name} has not settled after {result.evals} evaluations."


def _counted(steps: int) -> str:
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def whereabouts(error: FormulaError, text: str) -> str:
    """The faulty text with a caret below the fault, shortened around it.

    Examples
    --------
    >>> print(whereabouts(FormulaError("Unknown.", 3), "2 cis(x)"))
    2 cis(x)
      ^
    """
    at = max(error.column - 1, 0)
    begin = max(0, at - _SHOWN // 2)
    piece = "".join(c if c.isprintable() else " " for c in text[begin : begin + _SHOWN])
    return f"{piece}\n{' ' * (at - begin)}^"


def shows(result: Lesson) -> str:
    """What to look for in the main figure."""
    if result.choice.second:
        return f"{_SECOND_SHOWS}{together(result)}"
    return f"**Look for** {_SHOWS[result.choice.method]}"


def together(result: Lesson) -> str:
    """How long the orbits from both starts agree."""
    step = apart_from(result)
    if step is None:
        return f"they stay within {APART} of each other."
    return (
        f"they begin {NUDGE} apart, agree to {APART} up to step {step - 1}, and are farther apart "
        f"at step {step}."
    )


def stage_alt(result: Lesson) -> str:
    """What the main figure shows, for people who cannot see it."""
    points = result.landscape.points
    kinds = ", ".join(f"{short(p.x)} {p.kind}" for p in points.points[:4]) or "none in view"
    if points.everywhere:
        kinds = "every point"
    return (
        f"Cobweb of g(x) = {result.choice.text} from {short(result.choice.x0)} beside its "
        f"iterates, by {result.choice.method}. {verdict(result)} Fixed points: {kinds}."
        + (f" From a start {NUDGE} further: {together(result)}" if result.choice.second else "")
    )


def readouts(result: Lesson) -> dict[str, str]:
    """The numbers beside the picture, by their labels."""
    exact = result.fixed.x if result.fixed else result.limit
    error = abs(float(result.xs[-1]) - exact)
    damped = result.choice.method == "damped"
    return {
        "Limit x*": limit_text(result),
        "Error |xₙ − x*|": number(error) if math.isfinite(error) else "–",
        "Evaluations of g": f"{result.evals}",
        "Observed contraction": _factor(result.observed),
        "|1 + h(g′(x*) − 1)|" if damped else "|g′(x*)|": _factor(result.expected),
    }


def _factor(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:.3f}" if value < 1000 else number(value)


def no_errors(result: Lesson) -> str:
    """Why there is no error to draw."""
    points = result.landscape.points
    if points.everywhere or result.settled:
        return "The start is a fixed point, so there is no error to draw."
    if len(points):
        return "No method settles from this start, so there is no error to draw."
    return "There is no fixed point in view, so there is no error to draw."


def limit_text(result: Lesson) -> str:
    """The limit with six decimals, or a dash.

    It stands beside the word for it, so it carries no unit and no symbol.
    """
    if not result.settled:
        return "–"
    exact = result.fixed.x if result.fixed else result.limit
    return minus(f"{exact:.6f}") if abs(exact) < 1e6 else short(exact)


def race(result: Lesson) -> str:
    """A table in Markdown, a row for each method: what it cost and where it ended."""
    rows = ["| Method | Steps | Evaluations | Ends at |", "|---|--:|--:|--:|"]
    for name, path in result.paths.items():
        label = {
            "Anderson": "Anderson (secant)",
            "damped": f"damped, h = {result.choice.damping:g}",
        }
        costs = f"{path.steps} | {int(path.evals[-1])} | {short(end(result, path))}"
        cells = costs if path.converged else "– | never settled | –"
        chosen = "**" if name == result.choice.method else ""
        rows.append(f"| {chosen}{label.get(name, name)}{chosen} | {cells} |")
    return "\n".join(rows)


def errors_show(result: Lesson) -> str:
    """What to look for in the errors: only a slope other than zero makes a straight line."""
    if math.isnan(straight(result)):
        return "**Look for** the lines that fall: those methods settle, the steeper the sooner."
    return (
        "**Look for** Picard's straight line: each step multiplies the error by about |g′(x\\*)|; "
        "the observed contraction is that factor in this run. "
        "The lines of Newton and Anderson bend down: their factor shrinks on the way."
    )


def costs(result: Lesson) -> str:
    """The table in a sentence: which method settles, and after how many evaluations."""
    found = [
        f"{name} settles after {int(path.evals[-1])}" if path.converged else f"{name} does not"
        for name, path in result.paths.items()
    ]
    return f"{', '.join(found)}."


def iterates_csv(result: Lesson) -> str:
    """n, xₙ, g(xₙ) and the error, every digit of every number."""
    exact = result.fixed.x if result.fixed else result.limit
    pairs = zip(result.xs.tolist(), result.heights.tolist(), strict=True)
    rows = ((n, x, height, abs(x - exact)) for n, (x, height) in enumerate(pairs))
    return table(["n", "x", "g(x)", "error"], rows)
