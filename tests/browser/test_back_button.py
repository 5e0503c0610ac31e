"""A drag of a slider leaves at most one entry in the browser's history, and Back undoes it.

A slider that is bound to the address leaves none: Back goes to what was there before the last
button or page.
"""

import pytest

from tests.browser.driver import IDLE, click

pytestmark = pytest.mark.browser
# Address, numbers and picture of a page; null while a part is missing. Streamlit may write the
# parts of an address in any order.
SHOWN = """(figure) => {
    const said = document.querySelector('.st-key-verdict strong');
    const plot = document.querySelector(`.st-key-${figure} .js-plotly-plot`);
    if (!said || !plot?.data) return null;
    const lines = plot.data.map((trace) => [trace.x, trace.y]);
    const link = new URLSearchParams(location.search);
    link.sort();
    return [link.toString(), said.textContent, JSON.stringify(lines)];
}"""


class Looks:
    """What a page shows: its address, its numbers in words, and a figure."""

    def __init__(self, page, figure):
        self.page, self.figure = page, figure

    def now(self):
        return self.page.evaluate(SHOWN, self.figure)

    def after(self, before):
        """Once all three are others than before."""
        self.page.wait_for_function(
            f"([figure, before]) => ({SHOWN})(figure)?.every((part, k) => part !== before[k])",
            arg=[self.figure, before],
        )
        self.page.wait_for_selector(IDLE)
        return self.now()

    def become(self, wanted):
        """Wait until all three are these."""
        self.page.wait_for_function(
            f"([figure, wanted]) => ({SHOWN})(figure)?.every((part, k) => part === wanted[k])",
            arg=[self.figure, wanted],
        )


def drag_left(page, slider):
    """Move the slider's thumb to the left with the mouse; how many values it had on the way."""
    rail = page.locator(f".st-key-{slider} input[type=range]")
    thumb = rail.locator("xpath=../..")
    thumb.hover()
    box = thumb.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    values = set()
    for _ in range(20):
        x -= 3
        page.mouse.move(x, y)
        page.wait_for_timeout(20)
        values.add(rail.input_value())
    page.mouse.up()
    page.wait_for_function(
        """(value) => [...new URLSearchParams(location.search).values()]
            .some((text) => Math.abs(text - value) < 1e-9)""",
        arg=float(rail.input_value()),
    )  # the last value has arrived
    return len(values)


@pytest.mark.parametrize(
    ("path", "task", "slider", "figure"),
    [
        ("fixed_points?map=tanh", "try-3", "logistic-r", "cobweb"),
        ("solvers?problem=narrow+valley", "try-5", "layer-gain", "race"),
        ("fixed_points?map=tanh", None, "tanh-x0-slide", "cobweb"),
    ],
)
def test_a_drag_is_at_most_one_entry_and_back_undoes_it(visit, app, path, task, slider, figure):
    page = visit(f"{app}/{path}")
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    page.wait_for_selector(f".st-key-{figure} .main-svg")
    page.wait_for_selector(IDLE)
    looks = Looks(page, figure)
    before = looks.now()
    here = before
    if task:
        click(page, task)
        here = looks.after(before)
        page.wait_for_function("window.taskShown")  # the page has scrolled to the task's question
    entries = page.evaluate("history.length")
    assert drag_left(page, slider) > 9
    dragged = looks.after(here)
    assert page.evaluate("history.length") == entries + (0 if task else 1)
    page.go_back()
    looks.become(before)
    page.go_forward()
    looks.become(dragged)
