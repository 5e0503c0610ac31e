"""The sentences of the Draw page, as pure functions."""

from __future__ import annotations

from deq import Status
from deq.digits.classes import NO_DIGIT, class_name
from deq.models import Prediction
from pages.parts.look import alts
from pages.parts.look.hero import ONE_THREAD
from pages.parts.pad.subject import Loading
from pages.parts.shared.engine import MAX_EVALS, Choice
from pages.parts.shared.numbers import number

_UNSETTLED = {
    Status.MAX_EVALS: (
        "Still moving after {nfe} evaluations. Loosen the tolerance or try another solver."
    ),
    Status.DIVERGED: "The state grew without bound. Try another solver or start.",
    Status.NON_FINITE: "The numbers grew beyond all bounds. Try another solver or start.",
    Status.STALLED: "Rounding hides any further progress. Loosen the tolerance.",
}

EMPTY = "Draw a digit: with the mouse, a pen, a finger or the keyboard."
NUMBERS = (
    "An **evaluation** is one call of the layer f, which is nearly all the work. The **residual** "
    "says how far z is from an equilibrium; the solver has converged when it is at most the "
    "tolerance. **Solver time** t is the time of the flow dz/dt = f(z) − z; for Picard and "
    "Anderson, the number of steps."
)
PATH_TITLE = "**The hidden state z on its way to its equilibrium z\\***"
GROWTH_TITLE = "**The equilibrium z\\* while the drawing grows**"
NO_GROWTH = "There are no strokes to draw again, or too few: draw a digit, or pick an example."
PATH_LOOK_FOR = (
    "**Look for** steps that become shorter towards z\\*. The map shows two **canonical "
    "variates** of the state: the directions in which the ten digits differ most, measured by how "
    "much one digit varies."
)
SHARES_LOOK_FOR = (
    "**Look for** the time at which one line leaves the others: from there on the answer is clear."
)
RESIDUALS_LOOK_FOR = (
    "**Look for** a straight slope: on this log axis, equal times remove equal shares."
)
EMPTY_MAP_ALT = "The map of the ten digits; the path appears when you draw."


def duration(milliseconds: float) -> str:
    """A time for people.

    Examples
    --------
    >>> duration(12.3), duration(0.4), duration(2345)
    ('12 ms', '< 1 ms', '2.3 s')
    """
    if milliseconds < 1:
        return "< 1 ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def unsettled(status: int, nfe: int) -> str:
    """Why the state did not settle, and what to do; empty if it did.

    Examples
    --------
    >>> unsettled(1, 1000)
    'Still moving after 1000 evaluations. Loosen the tolerance or try another solver.'
    >>> unsettled(0, 12)
    ''
    """
    return _UNSETTLED.get(Status(status), "").format(nfe=nfe)


def read_along(readings: int, last: int, from_zero: int, *, cold: bool, line: bool) -> str:
    r"""What the readings while the pen moved cost; ``line``: the map shows them.

    Examples
    --------
    >>> read_along(7, 4, 9, cold=False, line=True)
    'The network read along **7** times: the orange line. The last reading took **4** evaluations from the z\\* before it; from z₀ **9**.'
    >>> read_along(1, 9, 9, cold=True, line=False)
    'The network read along **once**. The last reading took **9** evaluations from z₀, as each did.'
    """  # noqa: E501
    times = "**once**" if readings == 1 else f"**{readings}** times"
    start = "z₀, as each did." if cold else f"the z\\* before it; from z₀ **{from_zero}**."
    return (
        f"The network read along {times}{': the orange line' if line else ''}. "
        f"The last reading took **{last}** evaluations from {start}"
    )


def growth(read: int, since: float, readings: int, evals: int, from_start: int) -> str:
    r"""When the drawing became what it is, and what it cost to follow its equilibrium.

    Examples
    --------
    >>> growth(3, 0.625, 24, 90, 120)
    'From **62 %** of the ink on it reads **3**. The drawing was drawn again in 24 steps: **90** evaluations, each reading from the z\\* before it; from z₀ **120**.'
    """  # noqa: E501
    reads = "is **no digit**" if read == NO_DIGIT else f"reads **{read}**"
    return (
        f"From **{100 * since:.0f} %** of the ink on it {reads}. The drawing was drawn again in "
        f"{readings} steps: **{evals}** evaluations, each reading from the z\\* before it; "
        f"from z₀ **{from_start}**."
    )


def growth_alt(read: int, readings: int) -> str:
    """What the map of a growing drawing shows, for people who cannot see it.

    Examples
    --------
    >>> growth_alt(3, 24)
    'Path of the equilibrium while the drawing grows, in 24 steps, to the region of digit 3.'
    """
    end = "a state read as no digit" if read == NO_DIGIT else f"the region of digit {read}"
    return f"Path of the equilibrium while the drawing grows, in {readings} steps, to {end}."


def path_alt(read: int, states: int, time: float, settled: bool) -> str:
    """What the trajectory shows, for people who cannot see it; `read` is the likeliest class.

    Examples
    --------
    >>> path_alt(4, 12, 9.31, True)
    'Path of the hidden state from its start to the equilibrium in the region of digit 4: 12 states, solver time 9.3.'
    >>> path_alt(10, 12, 9.31, True)
    'Path of the hidden state from its start to the equilibrium, read as no digit: 12 states, solver time 9.3.'
    """  # noqa: E501
    end = "the equilibrium" if settled else "where the solver stopped"
    if read == NO_DIGIT:
        end += ", read as no digit"
    else:
        end += f" in the region of digit {read}" if settled else f", read as digit {read}"
    return (
        f"Path of the hidden state from its start to {end}: "
        f"{states} states, solver time {time:.2g}."
    )


def seen_alt(digit: str, *, blank: bool) -> str:
    """The picture that the network sees.

    Examples
    --------
    >>> seen_alt("4", blank=False), seen_alt("–", blank=True)
    ('The drawing in 28×28 pixels; the network reads 4.', 'Nothing is drawn yet.')
    """
    if blank:
        return "Nothing is drawn yet."
    reads = "no digit" if digit == "–" else digit
    return f"The drawing in 28×28 pixels; the network reads {reads}."


def residuals_alt(times: alts.Numbers, residuals: alts.Numbers, tol: float) -> str:
    """How the residual falls.

    Examples
    --------
    >>> residuals_alt([0, 7.5], [4.0, 0.0009], 1e-3)
    'Residual ‖f(z) − z‖ / (1 + ‖z‖) over solver time: from 4 at 0 to 9.0·10⁻⁴ at 7.5. The tolerance is 1.0·10⁻³.'
    """  # noqa: E501
    falls = alts.course("Residual ‖f(z) − z‖ / (1 + ‖z‖)", "solver time", times, residuals)
    return f"{falls} The tolerance is {number(tol)}."


def bars_alt(probabilities: list[float]) -> str:
    """The three most likely answers in words.

    Examples
    --------
    >>> bars_alt([0.0, 0.9, 0.07, 0.03] + [0.0] * 6)
    'Probabilities of the ten digits: 1 with 90 %, 2 with 7 %, 3 with 3 %.'
    >>> bars_alt([0.02, 0.01] + [0.0] * 8 + [0.97])
    'Probabilities of the ten digits and of no digit: no digit with 97 %, 0 with 2 %, 1 with 1 %.'
    """
    best = sorted(range(len(probabilities)), key=lambda k: -probabilities[k])[:3]
    named = ", ".join(f"{class_name(k)} with {100 * probabilities[k]:.0f} %" for k in best)
    none = f" and of {class_name(NO_DIGIT)}" * (len(probabilities) > NO_DIGIT)
    return f"Probabilities of the ten digits{none}: {named}."


def title(read: Prediction, *, grown: bool = False) -> str:
    """Of the picture that is saved; ``grown``: it shows how the drawing grew."""
    what = "drawing that is no digit" if read.verdict == "not a digit" else read.digit
    return f"{'The equilibria of a growing' if grown else 'The way to the equilibrium of a'} {what}"


def code(choice: Choice, loading: Loading, own: bool, drawn: bool = False) -> str:
    """The same solve in a few lines.

    ``own``: by the visitor's own network, which is in a file. ``drawn``: of the visitor's own
    drawing, which may be a number of several digits; an example is not.
    """
    family, _, method = choice.name.partition(" ")
    solver = f"deq.{family}({f'method={method!r}' if method else ''})"
    start = "" if choice.seed is None else f", z0=model.start({choice.seed})"
    load = 'deq.models.load("digits")'
    if own:
        load = 'load_file(Path("weights.safetensors"))  # your own network'
    lines = [
        *(["from pathlib import Path"] if own else []),
        "import torch",
        "import deq",
        *loading.imports,
        *(["from deq.models.several import unless_several"] if drawn else []),
        *(["from deq.models.weights import load_file"] if own else []),
        ONE_THREAD,
        loading.line,
        f"model = {load}",
        "read = model.predict(",
        f"    image, solver={solver}, tol={choice.tol:g}, max_evals={MAX_EVALS}{start}",
        ")",
        *(["read = unless_several(read, model, drawing)"] if drawn else []),
        "print(read.reason)",
        "found = read.solution",
        "n, residual = int(found.nfe), float(found.relative_residual)",
        'end = "converged" if found.converged else "not converged"',
        'print(f"{n} evaluations, residual {residual:.1e}, {end}")',
    ]
    return "\n".join(lines) + "\n"


def prints(read: Prediction) -> str:
    """What that code prints."""
    found = read.solution
    end = "converged" if bool(found.converged[0]) else "not converged"
    residual = float(found.relative_residual[0])
    return f"{read.reason}\n{int(found.nfe[0])} evaluations, residual {residual:.1e}, {end}"
