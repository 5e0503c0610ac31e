"""Each task of each page: the code box beside it prints what the page says that it prints."""

from importlib import import_module

import pytest

from pages.parts.look.hero import ONE_THREAD
from tests.pages.a_run import ended
from tests.pages.code_box import boxes, printed

PAGES = (
    "draw",
    "fixed_points",
    "steady_states",
    "solvers",
    "inside",
    "doubling",
    "training",
    "gradients",
)
TASKS = [
    pytest.param(page, number, id=f"{page}-{task.label}")
    for page in PAGES
    for number, task in enumerate(import_module(f"pages.parts.{page}.tasks").TRY)
]


@pytest.mark.parametrize(("page", "task"), TASKS)
def test_the_code_prints_what_the_page_says(open_page, request, page, task):
    if page in ("training", "doubling"):
        request.getfixturevalue("clean_pool")
    app = open_page(page)
    app.button(f"try-{task}").click().run()
    if page == "training":  # as short as can be
        app.number_input("epochs").set_value(1).run()
        app.button("train-start").click().run()
    if page in ("training", "doubling"):
        ended(app, page)
    assert not app.exception
    assert not app.error
    ((code, says),) = boxes(app)
    assert printed(code) == f"{says}\n"
    # Equal numbers may be luck: with more threads sums are rounded in another order.
    assert "models.load" not in code or ONE_THREAD in code
