"""Values belong to their page: no page sees what another has set, and each finds its own again."""

from itertools import pairwise
from pathlib import Path

import pytest

from pages.parts.shared.settings import controls, defaults, table_of
from pages.parts.shared.tasks import Try

ALL = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py"))
TABLES = {page: table_of(page) for page in ALL if table_of(page)}


def tasks_of(page: str) -> list[Try]:
    """The buttons under "What to try"."""
    if page == "tour":
        return []
    module = __import__(f"pages.parts.{page}.tasks", fromlist=["TRY"])
    return [] if isinstance(module.TRY, str) else list(module.TRY)


TASKS = {page: tasks_of(page) for page in ALL}
ROUNDS = max(map(len, TASKS.values()))


def end(page: str, place: int) -> dict[str, object]:
    """The first or the last value of every control."""
    return {key: control.ends[place] for key, control in controls(TABLES[page]).items()}


def walk(names: list[str]) -> list[str]:
    """A walk over the pages that takes each step from one page to another exactly once."""
    left = {name: [other for other in names if other != name] for name in names}
    order, stack = [], [names[0]]
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            order.append(stack.pop())
    return order[::-1]


def go(app, name, query=None):
    """Choose a page in the menu, which wipes the address."""
    app.query_params.clear()
    app.query_params.update(query or {})
    return app.switch_page(f"pages/{name}.py").run()


def without_error(app) -> bool:
    return not app.exception and not any("Something went wrong" in e.value for e in app.error)


def found(app, page: str) -> dict[str, object]:
    """The session's value of every control of a page."""
    state = app.session_state
    usual = defaults(TABLES[page])
    return usual | {key: state[key] for key in usual if key in state}


def link(page: str, values: dict[str, object]) -> dict[str, str]:
    known = controls(TABLES[page])
    return {key: known[key].text(value) for key, value in values.items() if known[key].in_link}


def test_the_walk_takes_every_step_once():
    steps = list(pairwise(walk(ALL)))
    assert sorted(steps) == sorted((a, b) for a in ALL for b in ALL if a != b)


@pytest.mark.parametrize("k", [*range(ROUNDS), "first", "last"])
def test_values_stay_on_their_page_and_are_there_on_return(open_page, no_work, k):
    """With every task, and with every control at both ends, go to every other page."""
    app = open_page()
    wanted = {}
    for page in TABLES:
        if k in ("first", "last"):
            wanted[page] = end(page, 0 if k == "first" else -1)
            if page == "draw":
                wanted[page]["brush"] = 22  # cannot be set by a link
            go(app, page, link(page, wanted[page]))
        else:
            go(app, page)
            wanted[page] = defaults(TABLES[page])
            if TASKS[page]:
                place = k % len(TASKS[page])
                wanted[page] |= TASKS[page][place].settings
                app.button(key=f"try-{place}").click().run()
        assert without_error(app), page
        assert found(app, page) == wanted[page]
    for before, page in pairwise(walk(ALL if k == "last" else list(TABLES))):
        go(app, page)
        assert without_error(app), (before, page)
        if page in TABLES:
            assert found(app, page) == wanted[page], (before, page)


@pytest.mark.parametrize(
    ("page", "task", "other"),
    [
        ("steady_states", "The cosine as a flow", "gradients"),
        ("gradients", "A wide layer", "training"),
    ],
)
def test_a_task_of_one_page_does_not_crash_another(open_page, page, task, other):
    app = open_page(page)
    (button,) = [b for b in app.button if b.label == task]
    button.click().run()
    go(app, other)
    assert not app.error
    assert not app.exception


def test_a_link_replaces_all_values_that_were_left_on_its_page(open_page):
    app = open_page("steady_states", part="Depth", gain="2")
    go(app, "gradients")
    assert app.slider(key="gain").value == 0.9
    go(app, "steady_states", {"part": "Depth"})
    assert app.slider(key="gain").value == 1.3
    app.slider(key="gain").set_value(3.0).run()
    go(app, "home")
    go(app, "steady_states")
    assert app.slider(key="gain").value == 3.0
    assert app.query_params == {"part": "Depth", "gain": "3"}


def test_a_task_wins_over_the_address_for_a_hidden_control(open_page):
    app = open_page("steady_states", part="Depth", w="2.5")
    assert app.query_params["w"] == "2.5"
    (button,) = [b for b in app.button if b.label == "Too steep to iterate"]
    button.click().run()
    assert app.slider(key="w").value == -5.0
    assert app.query_params["w"] == "-5"
