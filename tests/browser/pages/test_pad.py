"""The drawing pad, with real mouse moves, touches and keys, on every page that has one."""

import pytest
from playwright.sync_api import expect

from deq.digits.strokes import resampled
from tests.browser.driver import (
    CANVAS,
    METRIC,
    clear,
    click,
    draw,
    drawings,
    example,
    reads,
    seen_pixels,
)
from tests.digits.hand_made import in_a_row

pytestmark = pytest.mark.browser
STROKES = drawings()


def remains(page, text, url):
    """Wait until the page has shown ``text`` at the address ``url`` for three seconds."""
    unchanged = 0
    for _ in range(80):  # 20 s: on a busy machine, messages arrive late
        page.wait_for_timeout(250)
        same = text in page.locator(METRIC).inner_text() and page.url == url
        unchanged = unchanged + 1 if same else 0
        if unchanged == 12:
            return
    raise AssertionError(f"{page.locator(METRIC).inner_text()} at {page.url}")


def test_digits_of_three_writers_are_read_after_the_last_stroke(visit, app):
    page = visit(f"{app}/draw")
    for name in (
        *("0 by writer 15", "1 by writer 25", "4 by writer 30"),
        *("5 by writer 25", "7 by writer 30", "8 by writer 25"),
    ):
        clear(page)
        draw(page, STROKES[name])
        reads(page, name[0])


def test_the_page_follows_stroke_by_stroke(visit, app):
    page = visit(f"{app}/draw")
    clear(page)
    first, second = STROKES["8 by writer 30"]
    draw(page, [first])
    reads(page, "0")
    draw(page, [second])
    reads(page, "8")
    click(page, "undo")
    reads(page, "0")
    draw(page, [second])
    reads(page, "8")


def test_two_digits_are_told_so_and_one_again_is_read(visit, app):
    page = visit(f"{app}/draw")
    clear(page)
    # A mouse reports a point every few pixels; the pad rounds corners between points far apart.
    four, upright, two = (resampled(s, 6).tolist() for s in in_a_row("42", height=110))
    draw(page, [four, upright])
    reads(page, "4")
    draw(page, [two])
    expect(page.locator(".st-key-verdict")).to_contain_text(
        "That is more than one digit: it looks like a 4 and a 2."
    )
    reads(page, "–")
    click(page, "undo")
    reads(page, "4")


def test_undo_removes_a_stroke_that_the_page_does_not_know_yet(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")  # by now the page's script is loaded
    first, second = STROKES["8 by writer 30"]
    for wait in (0, 150):
        clear(page)
        draw(page, [first])
        reads(page, "0")
        page.wait_for_function("location.search.includes('ink')")
        before = page.url
        draw(page, [second])
        page.wait_for_timeout(wait)
        click(page, "undo")
        remains(page, "0", before)


def test_on_a_slow_connection_clear_works_and_no_stroke_is_lost(visit, app, slow_connection):
    page = visit(f"{app}/draw?example=1", fresh=True, route=slow_connection)
    clear(page)
    page.wait_for_timeout(1500)  # time for late messages
    assert page.locator(METRIC).inner_text() == "–"
    example(page, "1")
    reads(page, "1")
    page.wait_for_timeout(1000)
    draw(page, [[[60, 60], [220, 60]]])
    page.wait_for_timeout(260)  # the canvas reports one stroke at a time
    draw(page, [[[220, 60], [120, 250]]])
    page.wait_for_function("location.search.includes('ink')")
    page.wait_for_timeout(1500)
    assert "example" not in page.url


def test_two_visitors_at_once_see_only_their_own_digit(visit, app):
    one, two = visit(f"{app}/draw", fresh=True), visit(f"{app}/draw", fresh=True)
    clear(one)
    clear(two)
    draw(one, STROKES["2 by writer 15"])
    draw(two, STROKES["6 by writer 25"])
    reads(one, "2")
    reads(two, "6")


def test_a_drawing_survives_a_refresh_and_a_visit_to_another_page(visit, app):
    page = visit(f"{app}/draw?example=8&solver=Picard")
    reads(page, "8")
    page.reload()
    page.wait_for_selector(METRIC)
    reads(page, "8")
    expect(page.locator(".st-key-readouts")).to_contain_text("Picard")
    clear(page)
    draw(page, STROKES["9 by writer 25"])
    reads(page, "9")
    page.get_by_role("link", name="The idea").click()
    page.wait_for_selector(".st-key-cobweb-chart")
    page.get_by_role("link", name="Draw a digit").click()
    page.wait_for_selector(CANVAS)
    reads(page, "9")
    page.wait_for_function("location.search.includes('ink')")
    clear(page)
    draw(page, STROKES["3 by writer 15"])
    reads(page, "3")


def test_a_drawing_survives_a_refresh_and_can_be_shared(visit, app):
    def ink():
        return page.evaluate("new URLSearchParams(location.search).get('ink')")

    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")
    assert ink() is None
    entries = page.evaluate("history.length")
    for name in ("1 by writer 25", "4 by writer 30"):
        clear(page)
        page.wait_for_function("!location.search.includes('ink')")
        draw(page, STROKES[name])
        reads(page, name[0])
        page.wait_for_function("location.search.includes('ink')")
    page.wait_for_timeout(500)  # the address gets the last stroke
    link, said = ink(), page.locator(".st-key-verdict").inner_text()
    # The browser's Back button leaves the page; it does not go back stroke by stroke.
    assert page.evaluate("history.length") == entries
    page.reload()
    page.wait_for_selector(METRIC)
    reads(page, "4")
    page.wait_for_selector(".st-key-residuals .main-svg")
    expect(page.locator(".st-key-verdict")).to_have_text(said, use_inner_text=True)
    assert ink() == link
    other = visit(page.url, fresh=True)
    reads(other, "4")
    click(other, "undo")  # the shared link contains the single strokes
    other.wait_for_function("ink => !location.search.includes(ink)", arg=link)
    other.wait_for_timeout(600)
    draw(other, STROKES["4 by writer 30"][-1:])
    reads(other, "4")
    example(other, "7")
    other.wait_for_function("!location.search.includes('ink')")
    reads(other, "7")


def press(page, *keys):
    """Press these keys; "ArrowUp*3" is three presses."""
    for key in keys:
        name, _, times = key.partition("*")
        for _ in range(int(times or 1)):
            page.keyboard.press(name)


@pytest.mark.parametrize("name", ["draw", "solvers"])
def test_a_digit_is_drawn_or_typed_without_a_mouse(visit, app, name):
    page = visit(f"{app}/{name}")
    pad = page.locator(".st-key-pad[data-keys]")
    pad.focus()
    assert "Arrow keys move a pen" in pad.get_attribute("aria-label")
    for digit in "58":
        press(page, digit)
        page.wait_for_function(f"location.search.includes('example={digit}')")
        page.wait_for_timeout(600)  # time for the canvas to show it
    press(page, "Delete")
    page.wait_for_function("!location.search.includes('example')")
    page.wait_for_timeout(600)
    press(page, "ArrowUp*8", "ArrowLeft*5", " ", "ArrowRight*10", " ")
    page.wait_for_function("location.search.includes('ink')")
    bar = page.url
    press(page, " ")
    for _ in range(15):
        press(page, "ArrowDown", "Shift+ArrowLeft*2")
    press(page, " ")
    page.wait_for_function("bar => location.href !== bar", arg=bar)
    if name == "draw":
        reads(page, "7")
        other = visit(page.url, fresh=True)  # the link has the whole strokes
        reads(other, "7")
    page.wait_for_timeout(600)
    press(page, "Backspace")  # the second stroke
    page.wait_for_function("bar => location.href === bar", arg=bar)


def test_touch_draws_and_does_not_scroll(visit, app):
    page = visit(
        f"{app}/draw", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    clear(page)
    box = page.locator(CANVAS).bounding_box()
    session = page.context.new_cdp_session(page)
    for stroke in STROKES["7 by writer 15"]:
        points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in stroke]
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    reads(page, "7")
    assert page.locator(CANVAS).bounding_box() == box


@pytest.mark.parametrize(("name", "picture"), [("solvers", "race"), ("inside", "inside")])
def test_other_pages_have_the_same_pad(visit, app, name, picture):
    page = visit(f"{app}/{name}")
    stage = page.locator(f".st-key-{picture} .main-svg").first
    stage.wait_for()
    before = seen_pixels(page)
    assert sum(before) > 0
    click(page, "clear")
    page.get_by_text("The canvas is empty").wait_for()
    page.wait_for_timeout(600)  # time for the canvas to report that it is empty
    draw(page, STROKES["0 by writer 15"])
    stage.wait_for()
    page.wait_for_function("location.search.includes('ink')")
    after = seen_pixels(page)
    assert sum(after) > 0
    assert after != before
    click(page, "undo")  # the drawing has one stroke
    page.get_by_text("The canvas is empty").wait_for()
    page.wait_for_function("!location.search.includes('ink')")
    draw(page, STROKES["0 by writer 15"])
    stage.wait_for()
    page.get_by_role("link", name="Draw a digit").click()  # all pages share one drawing
    reads(page, "0")
