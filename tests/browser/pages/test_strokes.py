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
from tests.browser.driver import CANVAS, IDLE, METRIC, clear, click, draw, drawings, example, reads

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
    page = visit(f"{app}/draw?ink=1WQAQA&live=false", route=without(lost))
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

    page = visit(f"{app}/draw?live=false", route=route)
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


def test_what_the_browser_sends_with_the_canvas_s_report_counts(visit, app):
    """Streamlit's browser sends two questions at once as one, of the part whose was first."""
    reports, merged = [], []

    def route(page_side):
        server = page_side.connect_to_server()

        def send(message):
            asked = BackMsg.FromString(message)
            rerun = asked.rerun_script
            if reports and not any(w.json_trigger_value for w in rerun.widget_states.widgets):
                merged.append(rerun.fragment_id)
                rerun.fragment_id = reports[0]
            elif any(w.id.endswith("-pad") for w in rerun.widget_states.widgets):
                canvas.append(rerun.fragment_id)
            server.send(asked.SerializeToString())

        page_side.on_message(send)

    canvas = []
    page = visit(f"{app}/draw?live=false&solver=Picard", route=route)
    draw(page, [[[100, 100], [200, 200]]])
    page.wait_for_function("location.search.includes('ink')")
    page.wait_for_timeout(1000)  # the canvas's report is the last question
    page.wait_for_selector(IDLE)
    reports.append(canvas[-1])
    click(page, "clear")
    reads(page, "–")
    assert merged[0] != reports[0]
    page.locator(".st-key-solver input").click()
    page.get_by_role("option", name="Anderson").click()
    page.wait_for_url("**solver=Anderson**")
    click(page, "try-0")  # a task that sets all controls
    expect(page.locator(".st-key-solver input")).to_have_value("ODE dopri5")
    example(page, "7")
    reads(page, "7")
    expect(page.locator(".st-key-readouts")).to_contain_text("ODE dopri5")


def test_the_toolbar_s_edit_tool_draws_nothing(visit, app):
    page = visit(f"{app}/draw?example=1&live=false")
    page.wait_for_selector(".st-key-residuals .main-svg")
    page.wait_for_timeout(600)  # time for the canvas to show it
    page.locator(CANVAS).hover()
    page.locator(".st-key-pad .dc-toolbar [aria-pressed]").first.click()
    box = page.locator(CANVAS).bounding_box()
    page.mouse.click(box["x"] + 140, box["y"] + 140)  # selects the stroke
    page.mouse.click(box["x"] + 30, box["y"] + 30)
    page.wait_for_timeout(1500)
    page.wait_for_selector(IDLE)
    reads(page, "1")
    assert "example=1" in page.url
    assert "ink=" not in page.url
