"""A stroke is answered at once, once, and never with another drawing's digit.

The page's script hands in a stroke as soon as the pen is lifted; the canvas reports it later. The
connections here lose one of the two, or count what comes back.
"""

import re

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.at_rest import Hand, delayed, on_the_pad
from tests.browser.driver import IDLE, METRIC, clear, click, draw, drawings, reads

pytestmark = pytest.mark.browser
STROKES = drawings()


def without(key):
    """A connection that loses what the component with this key sends from the page."""
    lost = re.compile(rf"-{key}(__events)?$")

    def route(page_side):
        server = page_side.connect_to_server()

        def send(message):
            asked = BackMsg.FromString(message)
            states = asked.rerun_script.widget_states.widgets
            kept = [widget for widget in states if not lost.search(widget.id)]
            del states[:]
            states.extend(kept)
            server.send(asked.SerializeToString())

        page_side.on_message(send)

    return route


@pytest.mark.parametrize("lost", ["pad", "pad-script"])
def test_a_stroke_is_read_if_only_the_script_or_only_the_canvas_gives_it(visit, app, lost):
    page = visit(f"{app}/draw?ink=1WQAQA", route=without(lost))
    reads(page, "–")
    page.wait_for_timeout(600)  # time for the canvas to show it
    draw(page, STROKES["3 by writer 15"])
    reads(page, "3")
    click(page, "undo" if lost == "pad-script" else "clear")
    reads(page, "–")


def test_the_canvas_s_report_of_a_known_stroke_draws_nothing_anew(visit, app):
    shown = []

    def route(page_side):
        def deliver(message):
            element = ForwardMsg.FromString(message).delta.new_element
            if element.HasField("metric") or element.HasField("plotly_chart"):
                shown.append(element.WhichOneof("type"))
            page_side.send(message)

        page_side.connect_to_server().on_message(deliver)

    page = visit(f"{app}/draw", route=route)
    clear(page)
    shown.clear()
    for stroke, digit in zip(STROKES["8 by writer 30"], "08", strict=True):
        draw(page, [stroke])
        reads(page, digit)
        page.wait_for_timeout(1500)  # the report comes after 200 ms
        page.wait_for_selector(IDLE)
        assert shown.count("metric") == 1
        shown.clear()
    page.wait_for_function("location.search.includes('ink')")


@pytest.mark.parametrize("page_name", ["solvers", "inside"])
def test_on_other_pages_as_well(visit, app, page_name):
    page = visit(f"{app}/{page_name}", route=without("pad"))
    click(page, "clear")
    page.get_by_text("The canvas is empty").wait_for()
    page.wait_for_timeout(600)
    draw(page, STROKES["0 by writer 15"])
    expect(page.locator(".st-key-seen img")).to_be_visible()


@pytest.mark.parametrize("delay", [0, 0.15])
def test_at_rest_the_page_has_read_what_is_on_the_pad(visit, app, delay):
    page = visit(f"{app}/draw", route=delayed(delay))
    page.wait_for_selector(".st-key-residuals .main-svg")
    hand = Hand(page, seed=round(100 * delay))
    for _ in range(3):
        hand.draws()
        page.wait_for_timeout(1500 + 4000 * delay)
        page.wait_for_selector(IDLE)
        expect(page.locator(METRIC)).to_have_text(on_the_pad(page))
