"""The controls of a page as one table, and what its visitor has set.

The table is the frozen dataclass ``Settings`` in a page's controls.py. A field is a control with
its label, default, range and help; its name, with hyphens, is the key of the widget and the name in
the address. From the table come the widgets (`show`), the typed object that the page computes with
(`current`), what a task sets (`apply`) and what a link has to say (`query`).

Values belong to their page. Streamlit keeps a widget's value under its key, and several pages have
a ``seed``. So when a page is entered, the values of the page before are put aside, and they are
back when the visitor returns (`enter`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, fields, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.shared.widgets import Control, NumberInput

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
LARGEST_SEED = 9999
_PAGE, _ASIDE, _SAID = "settings-page", "settings-aside", "settings-said"
_KEPT, _BEFORE = "settings-kept", "settings-before"
AGAIN = "settings-again"
"""The key of the page that is to be run again with what was kept."""


def setting(control: Control | Mapping[str, Control]) -> Any:
    """A field of a table: one control, or several by their keys."""
    metadata = {"control": control}
    if isinstance(control, Control):
        return field(default=control.default, metadata=metadata)
    defaults = MappingProxyType({key: one.default for key, one in control.items()})
    return field(default_factory=lambda: defaults, metadata=metadata)


def random_seed(label: str, default: int = 0) -> Any:
    """A field for the seed of something random."""
    return setting(NumberInput(label, default, 0, LARGEST_SEED, 1))


@cache
def controls(table: type[DataclassInstance]) -> Mapping[str, Control]:
    """All controls of a table by their keys."""
    found: dict[str, Control] = {}
    for row in fields(table):
        control = row.metadata["control"]
        found |= control if isinstance(control, Mapping) else {_key(row.name): control}
    return MappingProxyType(found)


@cache
def table_of(page: str) -> type[DataclassInstance] | None:
    """The table of the page pages/<page>.py, None if it has no controls."""
    module = f"pages.parts.{page}.controls"
    if find_spec(module) is None:
        return None
    table: type[DataclassInstance] = import_module(module).Settings
    return table


def show(table: type[DataclassInstance], key: str, *, label: str | None = None, **now: Any) -> Any:
    """Draw one control and return its value; `label` and other arguments for this moment only."""
    control = controls(table)[key]
    if label is not None:
        control = replace(control, label=label)
    kept = {"bind": "query-params"} if control.in_link else {"persist_state": "session"}
    value = control.widget(key=key, help=control.help, **kept, **control.look, **now)
    return control.empty() if value is None else value


def current(table: type[T]) -> T:
    """What the visitor has set: also before the widgets have been drawn."""
    state = st.session_state

    def value(key: str, control: Control) -> Any:
        found = state.get(key, control.default)
        return control.empty() if found is None else found

    found = {}
    for row in fields(table):
        control = row.metadata["control"]
        found[row.name] = (
            {key: value(key, one) for key, one in control.items()}
            if isinstance(control, Mapping)
            else value(_key(row.name), control)
        )
    return table(**found)


def apply(table: type[DataclassInstance], settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these controls, the others to their defaults."""
    _set(table, {**defaults(table), **settings})


def defaults(table: type[DataclassInstance]) -> dict[str, Any]:
    """The defaults of all controls."""
    return {key: control.default for key, control in controls(table).items()}


def query(table: type[DataclassInstance]) -> dict[str, str]:
    """What a link has to say: all that differs from the defaults."""
    asked = {}
    for key, control in controls(table).items():
        value = st.session_state.get(key)
        if control.in_link and value is not None and value != control.default:
            asked[key] = control.text(value)
    return asked


def enter(page: str) -> None:
    """Before a page is run: give it its own values, and not those of another page.

    These are the values in the address, if it names any of the page's controls; else those that
    the visitor left there. A value that cannot be is replaced, and `said` tells of it.
    """
    table, before = table_of(page), st.session_state.get(_PAGE)
    if st.session_state.pop(AGAIN, None) == page:
        put_right()
    known = controls(table) if table else {}
    asked = {key: st.query_params[key] for key in known if key in st.query_params}
    read = {key: known[key].read(text) for key, text in asked.items() if known[key].in_link}
    wrong = {key: why for key, (_, why) in read.items() if why}
    values = {key: value for key, (value, _) in read.items() if before != page or key in wrong}
    if before != page:
        aside = st.session_state.setdefault(_ASIDE, {})
        left = table_of(before) if before else None
        if left is not None:
            aside[before] = _taken(controls(left))
        _taken(known)
        st.session_state.pop(_KEPT, None)
        values = values or aside.pop(page, {})
        st.session_state[_PAGE], st.session_state[_SAID] = page, {}
    if values and table is not None:
        _set(table, values)
    for key, why in wrong.items():
        sentence = f"The link asked for {key} = {_shown(asked[key])}; {why}."
        st.session_state[_SAID][key] = values[key], sentence


def keep() -> None:
    """Remember what the controls of the page are set to, for `put_right`."""
    table = table_of(page())
    known = controls(table) if table else {}
    st.session_state[_KEPT] = {
        key: st.session_state[key] for key in known if key in st.session_state
    }


def put_right() -> None:
    """Before the controls are drawn, in a run that no control has asked for: as they were kept.

    With every question a browser sends what its controls show. If a task has just set them and the
    browser is slow to show it, these are the values of before.
    """
    for key, value in st.session_state.get(_KEPT, {}).items():
        if st.session_state.get(key) != value:
            st.session_state[key] = value


def set_anew() -> bool:
    """Whether a control says what it did neither when it was kept nor before a task set it."""
    before = st.session_state.get(_BEFORE, {})
    return any(
        st.session_state.get(key) not in (value, before.get(key, value))
        for key, value in st.session_state.get(_KEPT, {}).items()
    )


def page() -> str:
    """The page that was entered last, by its file's name."""
    return str(st.session_state.get(_PAGE, ""))


def said() -> None:
    """Beside the controls: what the link asked for that cannot be, until it is set anew."""
    kept: dict[str, tuple[Any, str]] = st.session_state.get(_SAID, {})
    now = {
        key: (value, _) for key, (value, _) in kept.items() if st.session_state.get(key) == value
    }
    st.session_state[_SAID] = now
    if now:
        st.caption(" ".join(sentence for _, sentence in now.values()))


def free_address() -> None:
    """Take all values out of the address: with them Streamlit refuses to switch pages."""
    _write(dict.fromkeys(st.query_params))


def _key(name: str) -> str:
    return name.replace("_", "-")


def _taken(known: Mapping[str, Control]) -> dict[str, Any]:
    """Take the values under these keys out of the session; those that differ from the defaults."""
    found = {key: st.session_state.pop(key) for key in known if key in st.session_state}
    return {k: v for k, v in found.items() if v is not None and v != known[k].default}


def _set(table: type[DataclassInstance], values: Mapping[str, object]) -> None:
    """Set controls, and the address with them."""
    known, asked = controls(table), {}
    st.session_state[_BEFORE] = {key: st.session_state.get(key) for key in values}
    if _KEPT in st.session_state:
        st.session_state[_KEPT] |= values
    for key, value in values.items():
        st.session_state[key] = value
        if known[key].in_link:
            asked[key] = None if value == known[key].default else known[key].text(value)
    _write(asked)


def _write(asked: Mapping[str, str | None]) -> None:
    """Put these into the address, or take them out of it.

    Streamlit lets only the widget write a parameter that is bound to it, so this goes by the
    dictionary beneath ``st.query_params``. The values at the first load are written too: a widget
    that is not on the page yet would take them for newer than its own.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as address:
        before = address.to_dict()
        for key, text in asked.items():
            address.discard_param_no_forward_msg(key)
            if text is not None:
                address.set_with_no_forward_msg(key, text)
        if address.to_dict() != before:
            address.update({})  # tells the browser
            address.set_initial_query_params_from_current()


def _shown(text: str) -> str:
    """A text from a link as it may stand in a sentence.

    Examples
    --------
    >>> _shown("1e309"), _shown(""), _shown("9" * 400), _shown("<b>*x*")
    ('1e309', 'nothing', '99999999999999999999…', '?b??x?')
    """
    short = text if len(text) <= 20 else f"{text[:20]}…"
    return re.sub(r"[^\w .,+…-]", "?", short) or "nothing"
