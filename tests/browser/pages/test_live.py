"""Reading along while the pen moves, and the drawing that is played back."""

import csv

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.at_rest import delayed
from tests.browser.driver import (
    CANVAS,
    METRIC,
    caption_starts,
    clear,
    click,
    draw,
    drawings,
    press_player,
    reads,
    seen_pixels,
)

pytestmark = pytest.mark.browser
STROKES = drawings()
DOTS = ".live-trail circle"


def pen_down(page, stroke, pause=40):
    """Draw a stroke slowly, and leave the pen where it ends."""
    box = page.locator(CANVAS).bounding_box()
    (x, y), *rest = stroke
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(pause)


def test_digit_picture_and_map_follow_the_pen(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    first, second = STROKES["8 by writer 30"]
    pen_down(page, first)
    reads(page, "0")
    page.wait_for_function(f"document.querySelectorAll('{DOTS}').length >= 3")
    picture = seen_pixels(page)
    page.mouse.up()
    expect(page.locator(".st-key-read-along")).to_contain_text("from z₀")
    dots = page.locator(DOTS).count()
    pen_down(page, second)
    page.wait_for_function(f"document.querySelectorAll('{DOTS}').length > {dots}")
    assert seen_pixels(page) != picture
    page.mouse.up()
    reads(page, "8")
    click(page, "clear")
    reads(page, "–")
    page.wait_for_function("!document.querySelector('.live-trail')")


def test_switched_off_nothing_is_read_before_the_pen_is_lifted(visit, app):
    page = visit(f"{app}/draw?live=false")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    pen_down(page, STROKES["0 by writer 15"][0])
    page.wait_for_timeout(500)
    expect(page.locator(METRIC)).to_have_text("–")
    page.mouse.up()
    reads(page, "0")
    assert not page.locator(DOTS).count()


def test_an_interrupted_stroke_leaves_what_was_read_before(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    pen_down(page, STROKES["0 by writer 15"][0])
    reads(page, "0")
    page.evaluate(
        """() => {
            const where = { bubbles: true, isPrimary: true };
            document.dispatchEvent(new PointerEvent('pointercancel', where));
        }"""
    )
    reads(page, "–")


def test_a_page_asks_for_one_reading_at_a_time(visit, app):
    asked = []
    slow = delayed(0.15, seen=lambda message: asked.append(BackMsg.FromString(message)))
    page = visit(f"{app}/draw", route=slow)
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    asked.clear()
    began = page.evaluate("performance.now()")
    pen_down(page, STROKES["0 by writer 15"][0], pause=60)
    seconds = (page.evaluate("performance.now()") - began) / 1000
    readings = [
        widget
        for message in asked
        for widget in message.rerun_script.widget_states.widgets
        if "live-script" in widget.id and "reading" in widget.json_trigger_value
    ]
    assert readings
    assert len(readings) <= 1 + seconds / 0.3  # there and back takes so long


def test_a_finger_sees_the_digit_above_the_pad(visit, app):
    page = visit(
        f"{app}/draw",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    clear(page)
    box = page.locator(CANVAS).bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        at = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    first, *rest = STROKES["0 by writer 15"][0]
    touch("touchStart", first)
    for point in rest:
        touch("touchMove", point)
        page.wait_for_timeout(40)
    expect(page.locator(".live-digit")).to_have_text("0")
    touch("touchEnd")
    expect(page.locator(".live-digit")).to_have_count(0)
    reads(page, "0")


def test_the_drawing_is_played_saved_and_found_by_its_link(visit, app, tmp_path):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    draw(page, STROKES["3 by writer 15"])
    reads(page, "3")
    page.get_by_text("the drawing", exact=True).click()
    expect(page.locator(".st-key-growth")).to_contain_text("of the ink on it reads 3")
    page.wait_for_function("location.search.includes('ink=')")
    said = page.locator(".st-key-growth").inner_text()
    press_player(page, "trajectory", "Play")
    caption_starts(page, ".st-key-trajectory .slider-label", "ink = 0.")
    with page.expect_download() as numbers:
        click(page, "download-csv")
    numbers.value.save_as(tmp_path / "drawing.csv")
    rows = list(csv.reader((tmp_path / "drawing.csv").open(encoding="utf-8")))
    assert rows[0][0] == "ink"
    assert float(rows[-1][0]) == 1
    assert len(rows) > 10
    other = visit(page.url, fresh=True)
    expect(other.locator(".st-key-growth")).to_have_text(said, use_inner_text=True)
