"""Every control in the tables of all pages: values out of range in links, ends, tasks."""

import doctest
import re

import pytest

from deq.scalar import PRESETS
from pages.parts.shared import settings, widgets
from pages.parts.shared.settings import controls
from pages.parts.shared.widgets import Choice, NumberInput, Slider, Text
from tests.pages.test_between_pages import TABLES, TASKS, end, link, without_error

NUMBERS = ("inf", "-inf", "1e309", "9" * 400, "nan", "", "ten", "<b>*", "1e15")
# Page → the control that decides which others are shown, and its values.
PARTS = {
    "steady_states": "part",
    "inside": "see",
    "solvers": "problem",
    "fixed_points": "map",
}


def sentences(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize("module", [settings, widgets])
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", TABLES)
@pytest.mark.parametrize("text", NUMBERS)
def test_an_impossible_value_in_a_link_gives_a_sentence_and_no_error(
    open_page, no_work, page, text
):
    known = controls(TABLES[page])
    asked = {key: text for key, c in known.items() if c.in_link and not isinstance(c, Text)}
    app = open_page(page, **asked)
    assert without_error(app)
    told = sentences(app)
    for key in asked:
        control = known[key]
        value, why = control.read(text)
        if isinstance(control, Slider):
            assert control.low <= value <= control.high or control.open, key
        else:
            assert value == control.default
        assert bool(why) == (f"for {key} = " in told), key
        assert why or (isinstance(control, NumberInput) and text == "1e15"), key
        if key in app.session_state:
            assert app.session_state[key] == value
    assert "<b>" not in told


@pytest.mark.parametrize("far", [-1, 1])
@pytest.mark.parametrize("page", TABLES)
def test_a_number_out_of_range_becomes_the_nearest_allowed_one(open_page, no_work, page, far):
    known = controls(TABLES[page])
    limited = {
        key: c
        for key, c in known.items()
        if isinstance(c, Slider) and c.in_link and not getattr(c, "open", False)
    }
    asked = {key: str((c.low if far < 0 else c.high) + far) for key, c in limited.items()}
    app = open_page(page, **asked)
    assert without_error(app)
    for key, control in limited.items():
        nearest = control.low if far < 0 else control.high
        assert app.session_state[key] == nearest, key
        word = "begins at" if far < 0 else "goes up to"
        said = f"for {key} = {asked[key]}; this page {word} {control.text(nearest)}."
        assert said in sentences(app)


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize(
    ("page", "part"),
    [(page, option) for page, key in PARTS.items() for option in controls(TABLES[page])[key].ends]
    + [(page, "") for page in TABLES if page not in PARTS],
)
def test_every_section_opens_with_its_controls_at_both_ends(open_page, no_work, page, part, place):
    asked = end(page, place)
    if part:
        asked[PARTS[page]] = part
    asked |= {"formula": "x"} if part == "own" else {}
    app = open_page(page, **link(page, asked))
    assert without_error(app)
    assert "The link asked" not in sentences(app)
    shown = [w for kind in ("slider", "number_input", "selectbox") for w in app.get(kind)]
    for widget in shown:
        if widget.key in asked and controls(TABLES[page])[widget.key].in_link:
            assert widget.value == asked[widget.key], widget.key


def test_the_sentence_is_shown_until_the_control_is_set_again(open_page, no_work):
    app = open_page("steady_states", part="Depth", gain="50")
    assert "The link asked for gain = 50; this page goes up to 6." in sentences(app)
    assert app.query_params["gain"] == "6"
    app.slider(key="z1").set_value(0.0).run()
    assert "gain = 50" in sentences(app)
    app.slider(key="gain").set_value(2.0).run()
    assert "gain = 50" not in sentences(app)
    app.slider(key="gain").set_value(6.0).run()
    assert "gain = 50" not in sentences(app)


@pytest.mark.parametrize(
    ("page", "task"),
    [(page, task) for page, tasks in TASKS.items() for task in tasks],
    ids=lambda value: getattr(value, "label", value),
)
def test_a_task_sets_controls_of_its_page_to_allowed_values(page, task):
    known = controls(TABLES[page])
    for key, value in task.settings.items():
        control = known[key]
        assert type(value) is type(control.default), key
        assert control.read(control.text(value)) == (value, ""), key
        if isinstance(control, Slider):
            assert control.low <= value <= control.high, key


@pytest.mark.parametrize("page", TABLES)
def test_a_table_has_valid_defaults_and_ends(page):
    table = TABLES[page]
    assert table() == settings.current(table)  # nothing is set
    for key, control in controls(table).items():
        assert re.fullmatch(r"[a-z][a-z0-9-]*", key)
        assert control.read(control.text(control.default)) == (control.default, "")
        for value in control.ends:
            assert control.read(control.text(value)) == (value, "")
        if isinstance(control, Choice):
            assert control.default in control.options


def test_each_map_has_its_start_and_its_parameters():
    known = controls(TABLES["fixed_points"])
    for name, preset in PRESETS.items():
        assert known[f"{name}-x0"].default == preset.start
        for p in preset.parameters:
            assert known[f"{name}-{p.name}"].ends == (p.low, p.high)
