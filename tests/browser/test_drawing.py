"""People draw: real strokes, real mouse moves, and what the page then says."""

import pytest
from PIL import Image

from pages.parts.pad.examples import FIRST
from tests.browser.driver import CANVAS, METRIC, click, draw, drawings, example, reads

pytestmark = pytest.mark.browser
STROKES = drawings()


def empty(page):
    """Clear the pad and wait until both page and canvas have done so."""
    click(page, "clear")
    reads(page, "–")
    page.wait_for_function(
        """() => {
            const host = document.querySelector('.st-key-pad');
            const find = (node) => node.querySelector('canvas.dc-canvas') ||
                [...node.querySelectorAll('*')].map(n => n.shadowRoot && find(n.shadowRoot))
                    .find(Boolean);
            const canvas = find(host);
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return !pixels.data.some((value, k) => k % 4 === 0 && value > 0);
        }"""
    )
    page.wait_for_timeout(250)  # the canvas reports that it is empty


def stays(page, text, url):
    """Wait until the page has read ``text`` at ``url`` for three seconds on end."""
    calm = 0
    for _ in range(80):  # whatever is on its way arrives, slowly on a busy machine
        page.wait_for_timeout(250)
        calm = calm + 1 if text in page.locator(METRIC).inner_text() and page.url == url else 0
        if calm == 12:
            return
    raise AssertionError(f"{page.locator(METRIC).inner_text()} at {page.url}")


def test_digits_of_three_writers_are_read_after_the_last_stroke(visit, app):
    page = visit(f"{app}/draw")
    for name in (
        *("0 by writer 15", "1 by writer 25", "4 by writer 30"),
        *("5 by writer 25", "7 by writer 30", "8 by writer 25"),
    ):
        empty(page)
        draw(page, STROKES[name])
        reads(page, name[0])


def test_the_page_follows_stroke_by_stroke(visit, app):
    page = visit(f"{app}/draw")
    empty(page)
    first, second = STROKES["8 by writer 30"]
    draw(page, [first])
    reads(page, "0")
    draw(page, [second])
    reads(page, "8")
    click(page, "undo")
    reads(page, "0")
    draw(page, [second])
    reads(page, "8")


def test_undo_at_once_takes_the_stroke_that_the_page_does_not_know_yet(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(".st-key-residuals .main-svg")  # the page's script is there by now
    first, second = STROKES["8 by writer 30"]
    for wait in (0, 150):
        empty(page)
        draw(page, [first])
        reads(page, "0")
        page.wait_for_function("location.search.includes('ink')")
        before = page.url
        draw(page, [second])
        page.wait_for_timeout(wait)
        click(page, "undo")
        stays(page, "0", before)


def test_buttons_examples_and_settings(visit, app):
    page = visit(f"{app}/draw")
    reads(page, FIRST)
    example(page, "7")
    reads(page, "7")
    page.wait_for_url("**/draw?*example=7*")
    assert "ODE dopri5" in page.locator(".st-key-readouts").inner_text()
    page.locator(".st-key-solver input").click()
    page.get_by_role("option", name="Anderson").click()
    page.wait_for_selector('.st-key-readouts:has-text("Anderson")')
    page.wait_for_url("**solver=Anderson**")
    reads(page, "7")
    example(page, "0")
    reads(page, "0")
    click(page, "undo")  # written in one stroke
    reads(page, "–")
    example(page, "1")
    reads(page, "1")
    page.wait_for_timeout(600)  # the canvas shows it too
    draw(page, [[[60, 60], [220, 60]], [[220, 60], [120, 250]]])  # now it is one's own
    page.wait_for_function("!location.search.includes('example')")
    click(page, "clear")
    reads(page, "–")


def test_on_a_slow_line_clear_stays_clear_and_an_own_stroke_stays_ones_own(visit, app, slow_line):
    page = visit(f"{app}/draw?example=1", fresh=True, route=slow_line)
    empty(page)
    page.wait_for_timeout(1500)  # whatever is on its way arrives
    assert page.locator(METRIC).inner_text() == "–"
    example(page, "1")
    reads(page, "1")
    page.wait_for_timeout(1000)
    draw(page, [[[60, 60], [220, 60]]])
    page.wait_for_timeout(260)  # the canvas tells of the strokes one by one
    draw(page, [[[220, 60], [120, 250]]])
    page.wait_for_function("location.search.includes('ink')")
    page.wait_for_timeout(1500)
    assert "example" not in page.url


def test_two_visitors_at_once_see_only_their_own_digit(visit, app):
    one, two = visit(f"{app}/draw", fresh=True), visit(f"{app}/draw", fresh=True)
    empty(one)
    empty(two)
    draw(one, STROKES["2 by writer 15"])
    draw(two, STROKES["6 by writer 25"])
    reads(one, "2")
    reads(two, "6")


def test_refresh_and_the_way_back_from_another_page(visit, app):
    page = visit(f"{app}/draw?example=8&solver=Picard")
    reads(page, "8")
    page.reload()
    page.wait_for_selector(METRIC)
    reads(page, "8")
    assert "Picard" in page.locator(".st-key-readouts").inner_text()
    empty(page)
    draw(page, STROKES["9 by writer 25"])
    reads(page, "9")
    page.get_by_role("link", name="The idea").click()
    page.wait_for_selector(".st-key-cobweb-chart")
    page.get_by_role("link", name="Draw a digit").click()
    page.wait_for_selector(CANVAS)
    reads(page, "9")
    page.wait_for_function("location.search.includes('ink')")
    empty(page)
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
        empty(page)
        page.wait_for_function("!location.search.includes('ink')")
        draw(page, STROKES[name])
        reads(page, name[0])
        page.wait_for_function("location.search.includes('ink')")
    page.wait_for_timeout(500)  # the last of its strokes
    link, said = ink(), page.locator(".st-key-verdict").inner_text()
    # Back leads to where one came from, not from stroke to stroke.
    assert page.evaluate("history.length") == entries
    page.reload()
    page.wait_for_selector(METRIC)
    reads(page, "4")
    page.wait_for_selector(".st-key-residuals .main-svg")
    assert page.locator(".st-key-verdict").inner_text() == said
    assert ink() == link
    other = visit(page.url, fresh=True)
    reads(other, "4")
    click(other, "undo")  # the strokes are strokes again
    other.wait_for_function("ink => !location.search.includes(ink)", arg=link)
    other.wait_for_timeout(600)
    draw(other, STROKES["4 by writer 30"][-1:])
    reads(other, "4")
    example(other, "7")
    other.wait_for_function("!location.search.includes('ink')")
    reads(other, "7")


def test_touch_draws_and_does_not_scroll(visit, app):
    page = visit(
        f"{app}/draw", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    empty(page)
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


def test_downloads(visit, app, tmp_path):
    page = visit(f"{app}/draw?example=6")
    with page.expect_download() as numbers:
        click(page, "download-csv")
    numbers.value.save_as(tmp_path / "trajectory.csv")
    lines = (tmp_path / "trajectory.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("t,residual,pc1")
    assert len(lines) > 5
    with page.expect_download() as picture:
        click(page, "download-html")
    picture.value.save_as(tmp_path / "trajectory.html")
    assert "Plotly.newPlot" in (tmp_path / "trajectory.html").read_text(encoding="utf-8")
    open_file = page.context.new_page()
    open_file.goto((tmp_path / "trajectory.html").as_uri())
    open_file.wait_for_selector(".js-plotly-plot .slider-label")
    page.locator(".st-key-trajectory .js-plotly-plot").hover()
    with page.expect_download() as still:
        page.locator('.st-key-trajectory [data-title*="Download"]').click()
    still.value.save_as(tmp_path / "path.png")
    corner = Image.open(tmp_path / "path.png").convert("RGBA").getpixel((2, 2))
    assert corner == (255, 255, 255, 255)  # readable wherever it is pasted
