"""The code box of the page inside one equilibrium: the code, and what it prints.

What is printed is one text with names in braces. It stands in the code as an f-string, and the page
fills in the same names from the numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any, NamedTuple

from deq.inside import Depth, Flow, Kick, Scene, Sensitivity, Smudge, Spectrum, Starts
from deq.inside.scene import first_within
from pages.parts.look.hero import ONE_THREAD
from pages.parts.pad.subject import Loading

_NAMES = {"eigenvalues": "spectrum", "channels": "flow"}
_WIDE = 60
_WORD = '"found" if found.converged else "not found"'


class Print(NamedTuple):
    """What is printed of a result ``found``."""

    text: str
    names: Mapping[str, Any] = {}  # other names in the text,
    lines: tuple[str, ...] = ()  # and the code that makes them


def code(
    section: str, loading: Loading, gain: float, options: Mapping[str, Any], shown: Print
) -> str:
    """The code of a view, with all its settings."""
    name = _NAMES.get(section, section)
    given = "".join(f", {key}={value!r}" for key, value in options.items())
    lines = [
        "import torch",
        "import deq",
        *loading.imports,
        f"from deq.inside import Scene, {name}",
        ONE_THREAD,
        loading.line,
        f'scene = Scene.of(deq.models.load("digits"), image, gain={gain:g})',
        f"found = {name}(scene{given})",
        *shown.lines,
        *_print(shown.text),
    ]
    return "\n".join(lines) + "\n"


def _print(text: str) -> list[str]:
    """The line that prints the text; several if it is long."""
    parts = wrap(text, _WIDE, drop_whitespace=False)
    if len(parts) == 1:
        return [f'print(f"{text}")']
    return ["print(", *(f'    f"{part}"' for part in parts), ")"]


def prints(result: Any, shown: Print) -> str:
    """What that code prints."""
    return shown.text.format(found=result, **shown.names)


def shown(scene: Scene, result: Any) -> Print:
    """What the code prints of a result: the numbers of the page's verdict."""
    match result:
        case Spectrum():
            return Print(
                "equilibrium {word}; largest |λ| {found.radius:.2f}, observed {found.observed:.2f}",
                {"word": "found" if result.converged else "not found"},
                (f"word = {_WORD}",),
            )
        case Kick() if result.remaining > 1:
            return Print("{found.remaining:.1f} times the kick is left at the end")
        case Kick():
            return Print(
                "{left:.1g} % of the kick is left at the end",
                {"left": 100 * result.remaining},
                ("left = 100 * found.remaining",),
            )
        case Starts():
            return Print(
                "the ends are {apart:.1g} % apart at most, and read {answers}",
                {"apart": 100 * result.spread, "answers": ", ".join(sorted(set(result.answers)))},
                ('apart, answers = 100 * found.spread, ", ".join(sorted(set(found.answers)))',),
            )
        case Sensitivity() if result.converged:
            return Print(
                "logit of {found.digit}: {found.steps} unrolled steps are {away:.1f} % away",
                {"away": 100 * result.difference},
                ("away = 100 * found.difference",),
            )
        case Smudge():
            return _smudge(result)
        case Flow() | Depth() if scene.converged and first_within(result.distances) is not None:
            return _near(result)
        case Flow():
            return Print("residual {found.residuals[24]:.2g} at t = {found.t[24]:.0f}")
    return Print(
        "equilibrium {word}",
        {"word": "found" if scene.converged else "not found"},
        (f"word = {_WORD.replace('found.converged', 'scene.converged')}",),
    )


def _near(result: Flow | Depth) -> Print:
    """When the state was within 1 % of z*, by time or by layers."""
    near = result.distances <= 0.01 * result.distances[0]
    line = "near = found.distances <= 0.01 * found.distances[0]"
    if isinstance(result, Flow):
        return Print(
            "within 1 % of z* by t = {t:.1f}",
            {"t": result.t[near][0]},
            (line, "t = found.t[near][0]"),
        )
    return Print(
        "{found.decided} layers read {found.answer}; within 1 % of z* after {k}",
        {"k": near.nonzero()[0, 0]},
        (line, "k = near.nonzero()[0, 0]"),
    )


def _smudge(result: Smudge) -> Print:
    if not bool(result.converged.all()):
        return Print(
            "no equilibrium for {lost} pictures",
            {"lost": (~result.converged).sum()},
            ("lost = (~found.converged).sum()",),
        )
    if result.flip is None:
        return Print("{found.answers[0]} at all amounts")
    return Print(
        "amount {found.flip_amount:.2f}: {found.answers[0]} becomes {then}; "
        "z* moves by {moved:.2g} there, by {found.z_shift[24]:.2g} in all",
        {"then": result.answers[result.flip], "moved": result.steps[result.flip]},
        ("then, moved = found.answers[found.flip], found.steps[found.flip]",),
    )
