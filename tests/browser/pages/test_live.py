"""Reading along while the pen moves, and the drawing that is played back."""

import csv
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.driver import (
    CANVAS,
    LIVE,
    METRIC,
    caption_starts,
    clear,
    click,
    draw,
    drawings,
    press_player,
    reads,
)

pytestmark = pytest.mark.browser
STROKES = drawings()
DOTS = ".live-trail circle"
SEEN = ".live-seen"
SLOW = """() => {
    const real = window.fetch, asked = window.asked = { count: 0, now: 0, most: 0 };
    window.fetch = async (...question) => {
        asked.count += 1;
        asked.now += 1;
        asked.most = Math.max(asked.most, asked.now);
        await new Promise((later) => setTimeout(later, 300));
        try { return await real(...question); } finally { asked.now -= 1; }
    };
}"""


def reads_along(page, digit):
    """Wait until the page shows this digit while the pen is down."""
    expect(page.locator(LIVE)).to_have_attribute("data-live", digit)


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
    reads_along(page, "0")
    page.wait_for_function(f"document.querySelectorAll('{DOTS}').length >= 3")
    picture = page.locator(SEEN).get_attribute("src")
    page.mouse.up()
    reads(page, "0")
    expect(page.locator(f"{LIVE}, {SEEN}")).to_have_count(0)
    expect(page.locator(".st-key-read-along")).to_contain_text("from z₀")
    dots = page.locator(DOTS).count()
    pen_down(page, second)
    page.wait_for_function(f"document.querySelectorAll('{DOTS}').length > {dots}")
    assert page.locator(SEEN).get_attribute("src") != picture
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
    expect(page.locator(LIVE)).to_have_count(0)
    page.mouse.up()
    reads(page, "0")
    assert not page.locator(DOTS).count()


def test_an_interrupted_stroke_leaves_what_was_read_before(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    pen_down(page, STROKES["0 by writer 15"][0])
    reads_along(page, "0")
    page.evaluate(
        """() => {
            const where = { bubbles: true, isPrimary: true };
            document.dispatchEvent(new PointerEvent('pointercancel', where));
        }"""
    )
    expect(page.locator(f"{LIVE}, {SEEN}, {DOTS}")).to_have_count(0)
    reads(page, "–")


def test_a_page_asks_for_one_reading_at_a_time(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    page.evaluate(SLOW)
    pen_down(page, STROKES["0 by writer 15"][0], pause=60)
    assert page.evaluate("window.asked.count") > 1
    assert page.evaluate("window.asked.most") == 1
    page.mouse.up()
    reads(page, "0")


def test_what_is_no_picture_of_the_pad_is_refused(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    clear(page)
    with page.expect_request("**/reading/*") as asked:
        pen_down(page, STROKES["0 by writer 15"][0])
    page.mouse.up()
    reads(page, "0")
    old = asked.value.url
    number = int(old.rpartition("=")[2])
    now = old.replace(f"={number}", f"={number + 1}")

    def png(side, kind="PNG"):
        file = io.BytesIO()
        Image.new("1", (side, side)).save(file, kind)
        return file.getvalue()

    def status(address, content):
        return page.request.post(address, data=content).status

    assert status(now, png(280)) == 200
    bomb = png(20_000)  # small as a file
    for other in (b"no picture", png(279), bomb, png(280)[:-60], png(280, "GIF")):
        assert status(now, other) == 400
    assert status(now, bytes(600_000)) == 413
    for gone in (old, now.replace("/reading/", "/reading/0"), now.partition("?")[0]):
        assert status(gone, png(280)) == 204


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
