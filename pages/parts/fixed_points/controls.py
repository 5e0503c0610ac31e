"""Which map, from where, by which method: the table of the page Fixed points.

A map has controls of its own, so their names in the address begin with the map's:
``?map=line&line-a=1``.
A typed formula selects the map "own"; selecting another map empties the box again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from deq.formula import FormulaError
from deq.scalar import PRESETS, ScalarMap, custom_map
from pages.parts.fixed_points.lesson import METHODS, Choice
from pages.parts.fixed_points.words import whereabouts
from pages.parts.shared import errors, settings, widgets
from pages.parts.shared.settings import current, said, setting, show
from pages.parts.shared.text import literal
from pages.parts.shared.widgets import Control, NumberInput, Segments, Slider, Text, Toggle

OWN = "own"
MAPS = (*PRESETS, OWN)
EXAMPLE = "exp(-x)"
OWN_VIEW, OWN_START = (-4.0, 4.0), 1.0
FARTHEST = 1e6
_LAST = "scalar-last-good"


def _number(label: str, default: float, step: float, **look: Any) -> NumberInput:
    look = {"format": "%.6g", **look}
    return NumberInput(label, default, -FARTHEST, FARTHEST, step, look=look)


def _of_maps() -> Mapping[str, Control]:
    """The controls that belong to one map each: its start and its parameters."""
    starts = {**{name: preset.start for name, preset in PRESETS.items()}, OWN: OWN_START}
    found: dict[str, Control] = {
        f"{name}-x0": _number("x₀", start, 0.1, label_visibility="collapsed")
        for name, start in starts.items()
    }
    for name, preset in PRESETS.items():
        for p in preset.parameters:
            found[f"{name}-{p.name}"] = Slider(p.name, p.default, p.low, p.high, p.step)
    found["own-low"] = _number("View from", OWN_VIEW[0], 1.0)
    found["own-high"] = _number("View to", OWN_VIEW[1], 1.0)
    return found


@dataclass(frozen=True)
class MapSettings:
    """The controls of a map, on every page that has one."""

    map: str = setting(
        widgets.Choice(
            "Map g",
            "cos",
            MAPS,
            help="Each shows one thing that can happen. “own” is whatever you type below.",
        )
    )
    formula: str = setting(
        Text(
            "Or type your own g(x)",
            "",
            look={"placeholder": "such as exp(-x) or 1/2 (x + 2/x)"},
            help="Numbers, x, + − * / ^, parentheses, pi, e, and sin cos tan exp log sqrt abs tanh "
            "min max and their like.",
        )
    )
    of_maps: Mapping[str, float] = setting(_of_maps())


@dataclass(frozen=True)
class Settings(MapSettings):
    """Every control of the page."""

    method: str = setting(
        Segments(
            "Method",
            "Picard",
            METHODS,
            help="**Picard** applies g again and again. **damped** goes only h of the way (Euler's "
            "step). **Anderson** with a window of one draws a line through its last two points: "
            "the secant method. **Newton** follows the tangent; its slope costs an evaluation, "
            "too.",
        )
    )
    h: float = setting(
        Slider(
            "Damping h",
            0.5,
            0.05,
            1.5,
            0.05,
            help="x ← x + h·(g(x) − x). 1 is plain iteration; for “damped” only.",
        )
    )
    steps: int = setting(
        Slider(
            "Most steps",
            60,
            1,
            200,
            help="Of Picard. The other methods stop after 100 evaluations.",
        )
    )
    second: bool = setting(
        Toggle(
            "A second start, x₀ + 0.001",
            False,
            help="Of Picard: shows beside the iterates those from a start that is 0.001 further.",
        )
    )


def controls() -> Choice:
    """Show them all; the last good choice if a formula makes no sense."""
    choice = which_map()
    method = show(Settings, "method")
    h = show(Settings, "h", disabled=method != "damped")
    steps = show(Settings, "steps")
    second = show(Settings, "second", disabled=method != "Picard") and method == "Picard"
    return replace(choice, method=method, damping=h, steps=steps, second=second)


def which_map() -> Choice:
    """The map, its parameters and the start; the last good ones if a formula makes no sense."""
    said()
    if "map" not in st.session_state and st.session_state.get("formula"):
        st.session_state["map"] = OWN  # a link may carry a formula alone
    key = show(MapSettings, "map", on_change=errors.callback(_map_changed))
    text = show(MapSettings, "formula", on_change=errors.callback(_formula_changed))
    preset = _typed(text) if key == OWN else PRESETS[key]
    if preset is None:
        kept: Choice = st.session_state.get(_LAST, _first())
        return kept
    st.latex(f"g(x) = {preset.latex}")
    values = tuple((p.name, show(MapSettings, f"{key}-{p.name}")) for p in preset.parameters)
    view_side = st.container()
    x0 = _start(key, preset)
    view = _view() if key == OWN else preset.view
    if view is None:
        view_side.error("“View to” has to be larger than “View from” (under More).")
        view = preset.view
    choice = Choice(preset.text, values, view, x0)
    st.session_state[_LAST] = choice
    return choice


def query(table: type[MapSettings] = Settings) -> dict[str, str]:
    """What a link has to say, without what other maps than the present one were set to."""
    key = current(table).map
    others = {name for name in current(table).of_maps if not name.startswith(f"{key}-")}
    return {name: text for name, text in settings.query(table).items() if name not in others}


NAMES = tuple(settings.controls(Settings))


def _first() -> Choice:
    preset = PRESETS["cos"]
    return Choice(preset.text, (), preset.view, preset.start)


def _map_changed() -> None:
    st.session_state["formula"] = EXAMPLE if st.session_state["map"] == OWN else ""


def _formula_changed() -> None:
    st.session_state["map"] = OWN if st.session_state["formula"].strip() else "cos"


def _typed(text: str) -> ScalarMap | None:
    """The typed map; None, with the reason beside the box, if there is none."""
    try:
        return custom_map(text, OWN_VIEW, OWN_START)
    except FormulaError as error:
        st.error(f"{literal(error)} The picture is still the last one that worked.")
        st.code(whereabouts(error, text), language=None)
        return None


def _start(key: str, preset: ScalarMap) -> float:
    """A slider to play with beside the number itself, which may lie outside the view."""
    name, slide = f"{key}-x0", f"{key}-x0-slide"
    low, high = preset.view

    def slid() -> None:
        st.session_state[name] = float(st.session_state[slide])

    rail, exact = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    with exact:
        x0 = float(show(MapSettings, name))
    st.session_state[slide] = min(max(x0, low), high)
    rail.slider(
        "Start x₀", low, high, step=(high - low) / 200, key=slide, on_change=errors.callback(slid)
    )
    return x0


def _view() -> tuple[float, float] | None:
    with st.expander("More"):
        left, right = st.columns(2)
        with left:
            low = show(MapSettings, "own-low")
        with right:
            high = show(MapSettings, "own-high")
    return (low, high) if low < high else None
