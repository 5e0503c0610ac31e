"""The race, the look inside and the tour in a real browser."""

import pytest

from tests.browser.driver import IDLE, click, draw, drawings, reads

pytestmark = pytest.mark.browser
HEADS = """() => {
  const plot = document.querySelector('.st-key-race .js-plotly-plot');
  return plot.data.find((trace) => trace.name === 'heads').x;
}"""
PIXELS = """() => {
  const image = document.querySelector('.st-key-seen img');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 28;
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0, 28, 28);
  return [...pen.getImageData(0, 0, 28, 28).data].filter((_, k) => k % 4 === 0);
}"""
LOADED = """() => {
  const image = document.querySelector('.st-key-seen img');
  return image && image.complete && image.naturalWidth > 0;
}"""
PATIENCE = 30_000


def draw_a_zero(page):
    """On an empty pad; the address has it afterwards."""
    click(page, "clear")
    reads(page, "–")
    page.wait_for_timeout(600)  # let the canvas confirm that it is empty
    draw(page, drawings()["0 by writer 15"])
    reads(page, "0")
    page.wait_for_function("() => new URL(location.href).searchParams.get('ink')")


def test_the_race_is_run_on_what_was_drawn(visit, app):
    page = visit(f"{app}/draw")
    draw_a_zero(page)
    page.get_by_role("link", name="Solver race").click()
    page.wait_for_selector(".st-key-race .main-svg")
    page.wait_for_selector(".st-key-race-table table")
    page.wait_for_function("() => new URL(location.href).searchParams.get('ink')")
    seen = page.evaluate(PIXELS)
    page.reload()  # the address has the drawing
    page.wait_for_selector(".st-key-race .main-svg")
    again = page.evaluate(PIXELS)
    assert sum(seen) > 0
    assert sum(abs(a - b) for a, b in zip(seen, again, strict=True)) < 0.5 * sum(
        seen
    )  # another digit: more than all of it


@pytest.mark.parametrize(("name", "picture"), [("solvers", "race"), ("inside", "inside")])
def test_the_pad_is_there_too(visit, app, name, picture):
    page = visit(f"{app}/{name}")
    stage = page.locator(f".st-key-{picture} .main-svg").first
    stage.wait_for()
    page.wait_for_function(LOADED)
    before = page.evaluate(PIXELS)
    assert sum(before) > 0
    click(page, "clear")
    page.get_by_text("The canvas is empty").wait_for()
    page.wait_for_timeout(600)  # let the canvas confirm that it is empty
    draw(page, drawings()["0 by writer 15"])
    stage.wait_for()
    page.wait_for_function("() => new URL(location.href).searchParams.get('ink')")
    page.wait_for_function(LOADED)
    after = page.evaluate(PIXELS)
    assert sum(after) > 0
    assert after != before
    click(page, "undo")  # its one stroke
    page.get_by_text("The canvas is empty").wait_for()
    page.wait_for_function("() => !new URL(location.href).searchParams.get('ink')")
    draw(page, drawings()["0 by writer 15"])
    stage.wait_for()
    page.get_by_role("link", name="Draw a digit").click()  # one pad for all pages
    reads(page, "0")


def test_all_heads_start_together_and_stop_where_they_settle(visit, app):
    page = visit(f"{app}/solvers?problem=narrow+valley")
    page.wait_for_selector(".st-key-race .main-svg")
    end = page.evaluate(HEADS)
    box = page.locator(".st-key-race")
    box.focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"() => Math.max(...({HEADS})()) === 1")
    page.keyboard.press("Space")
    page.wait_for_function(
        f"end => JSON.stringify(({HEADS})()) === JSON.stringify(end)", arg=end, timeout=PATIENCE
    )


def test_a_kick_moved_by_its_slider_moves_the_picture(visit, app):
    page = visit(f"{app}/inside?see=kick&when=3")
    page.wait_for_selector(".st-key-inside .main-svg")
    mark = """() => [...document.querySelectorAll('.st-key-inside .js-plotly-plot')]
        .map((plot) => plot.layout.shapes?.[0]?.x0).find((x) => typeof x === 'number')"""
    assert page.evaluate(mark) == 3
    page.locator(".st-key-when input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => ({mark})() === 3.5", timeout=PATIENCE)
    assert "when=3.5" in page.url


def test_the_smudge_is_scrubbed_in_the_browser(visit, app):
    page = visit(f"{app}/inside?see=smudge&kind=fading")
    page.wait_for_selector(".st-key-inside .main-svg")
    ink = """() => document.querySelector('.st-key-inside .js-plotly-plot').data
        .find((trace) => trace.type === 'heatmap').z.flat().reduce((a, b) => a + b)"""
    full = page.evaluate(ink)
    page.locator(".st-key-inside .updatemenu-button").first.click()
    page.wait_for_function(f"() => ({ink})() === 0", timeout=PATIENCE)
    assert full > 0


def test_the_tour_leads_on_by_link_and_key_and_takes_the_drawing_along(visit, app):
    page = visit(f"{app}/draw?tour=5&hide=tasks")
    page.wait_for_selector(".tour-next")
    draw_a_zero(page)
    page.wait_for_selector(IDLE)
    page.locator(".tour-next").click()
    page.wait_for_url("**/solvers?**tour=6**")
    assert "ink=" in page.url
    assert "hide=tasks" in page.url
    page.wait_for_selector(".st-key-race .main-svg")
    assert not page.locator(".st-key-try-and-read").is_visible()
    page.keyboard.press("PageDown")
    page.wait_for_url("**/inside?**tour=7**")
    page.wait_for_selector(".st-key-inside .main-svg")
    page.keyboard.press("PageUp")
    page.wait_for_url("**/solvers?**tour=6**")
    page.wait_for_selector(".st-key-race .main-svg")
    page.locator(".st-key-tour-end button").click()
    page.wait_for_selector(".tour-next", state="detached")
