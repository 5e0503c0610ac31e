"""Which map, from where, by which method: widgets whose values live in the URL.

A map has controls of its own, so their names in the URL begin with the map's:
``?map=line&line-a=1``.
Whoever types a formula gets the map "own"; whoever chooses another map finds the box empty again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from deq.formula import FormulaError
from deq.scalar import PRESETS, Parameter, ScalarMap, custom_map
from pages.parts.fixed_points.lesson import METHODS, Choice
from pages.parts.fixed_points.words import whereabouts

OWN = "own"
MAPS = (*PRESETS, OWN)
EXAMPLE = "exp(-x)"
OWN_VIEW, OWN_START = (-4.0, 4.0), 1.0
PREFIXES = tuple(f"{name}-" for name in MAPS)
FARTHEST = 1e6
_LAST = "scalar-last-good"

METHOD_HELP = (
    "**Picard** applies g again and again. **damped** goes only h of the way (Euler's step). "
    "**Anderson** with a window of one draws a line through its last two points: the secant "
    "method. **Newton** follows the tangent; its slope costs an evaluation, too."
)


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to their defaults."""
    key = str(settings.get("map", "cos"))
    values: dict[str, object] = {
        "map": key,
        "formula": "",
        "method": "Picard",
        "h": 0.5,
        "steps": 60,
    }
    if key in PRESETS:
        values[f"{key}-x0"] = PRESETS[key].start
        values |= {f"{key}-{name}": value for name, value in PRESETS[key].defaults.items()}
    for name, value in {**values, **settings}.items():
        st.session_state[name] = value


def controls() -> Choice:
    """Show them all; the last good choice if a formula makes no sense."""
    choice = which_map()
    method, h, steps = _method()
    return replace(choice, method=method, damping=h, steps=steps)


def which_map() -> Choice:
    """The map, its parameters and the start; the last good ones if a formula makes no sense."""
    _typed_in_the_link()
    key = st.selectbox(
        "Map g",
        MAPS,
        key="map",
        bind="query-params",
        on_change=_map_changed,
        help="Each shows one thing that can happen. “own” is whatever you type below.",
    )
    preset = _typed() if key == OWN else PRESETS[key]
    if key != OWN:
        _formula_box()
    if preset is None:
        kept: Choice = st.session_state.get(_LAST, _first())
        return kept
    st.latex(f"g(x) = {preset.latex}")
    values = tuple((p.name, _parameter(key, p)) for p in preset.parameters)
    view_side = st.container()
    x0 = _start(key, preset)
    view = _view(preset) if key == OWN else preset.view
    if view is None:
        view_side.error("“View to” has to be larger than “View from” (under More).")
        view = preset.view
    choice = Choice(preset.text, values, view, x0)
    st.session_state[_LAST] = choice
    return choice


def _method() -> tuple[str, float, int]:
    """How to go on: the method, its damping, and for how long."""
    method = st.segmented_control(
        "Method",
        METHODS,
        default="Picard",
        required=True,
        key="method",
        bind="query-params",
        help=METHOD_HELP,
    )
    h = st.slider(
        "Damping h",
        0.05,
        1.5,
        0.5,
        0.05,
        key="h",
        bind="query-params",
        disabled=method != "damped",
        help="x ← x + h·(g(x) − x). 1 is plain iteration; for “damped” only.",
    )
    steps = st.slider(
        "Most steps",
        1,
        200,
        60,
        key="steps",
        bind="query-params",
        help="Of Picard. The other methods stop after 100 evaluations.",
    )
    return str(method), float(h), int(steps)


def query() -> dict[str, str]:
    """What of the present map has to stand in the URL: all that differs from the defaults."""
    key = st.session_state["map"]
    if key in PRESETS:
        usual = {"x0": PRESETS[key].start, **PRESETS[key].defaults}
    else:
        low, high = OWN_VIEW
        usual = {"x0": OWN_START, "low": low, "high": high}
    asked = {}
    for name, default in usual.items():
        value = st.session_state.get(f"{key}-{name}", default)
        if value != default:
            asked[f"{key}-{name}"] = repr(float(value))
    return asked


def _first() -> Choice:
    preset = PRESETS["cos"]
    return Choice(preset.text, (), preset.view, preset.start)


def _typed_in_the_link() -> None:
    """A link may carry a formula alone."""
    asked = st.query_params
    if "map" not in st.session_state and "map" not in asked and asked.get("formula"):
        st.session_state["map"] = OWN


def _map_changed() -> None:
    st.session_state["formula"] = EXAMPLE if st.session_state["map"] == OWN else ""


def _formula_changed() -> None:
    st.session_state["map"] = OWN if st.session_state["formula"].strip() else "cos"


def _formula_box() -> str:
    return st.text_input(
        "Or type your own g(x)",
        key="formula",
        bind="query-params",
        placeholder="such as exp(-x) or 1/2 (x + 2/x)",
        on_change=_formula_changed,
        help=(
            "Numbers, x, + − * / ^, parentheses, pi, e, and sin cos tan exp log sqrt abs tanh min "
            "max and their like."
        ),
    )


def _typed() -> ScalarMap | None:
    """The typed map; None, with the reason beside the box, if there is none."""
    text = _formula_box()
    try:
        return custom_map(text, OWN_VIEW, OWN_START)
    except FormulaError as error:
        st.error(f"{error} The picture is still the last one that worked.")
        st.code(whereabouts(error, text), language=None)
        return None


def _parameter(key: str, p: Parameter) -> float:
    name = f"{key}-{p.name}"
    return float(st.slider(p.name, p.low, p.high, p.default, p.step, key=name, bind="query-params"))


def _start(key: str, preset: ScalarMap) -> float:
    """A slider to play with beside the number itself, which may lie outside the view."""
    name, slide = f"{key}-x0", f"{key}-x0-slide"
    low, high = preset.view

    def slid() -> None:
        st.session_state[name] = float(st.session_state[slide])

    rail, exact = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    x0 = exact.number_input(
        "x₀",
        -FARTHEST,
        FARTHEST,
        preset.start,
        0.1,
        "%.6g",
        key=name,
        bind="query-params",
        label_visibility="collapsed",
    )
    st.session_state[slide] = min(max(float(x0), low), high)
    rail.slider("Start x₀", low, high, step=(high - low) / 200, key=slide, on_change=slid)
    return float(x0)


def _view(preset: ScalarMap) -> tuple[float, float] | None:
    with st.expander("More"):
        left, right = st.columns(2)
        low, high = (
            side.number_input(
                f"View {word}",
                -FARTHEST,
                FARTHEST,
                default,
                1.0,
                "%.6g",
                key=f"own-{name}",
                bind="query-params",
            )
            for side, word, default, name in (
                (left, "from", preset.view[0], "low"),
                (right, "to", preset.view[1], "high"),
            )
        )
    return (low, high) if low < high else None
