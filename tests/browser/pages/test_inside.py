"""The page Inside: its figure follows a slider, and is scrubbed in the browser."""

import pytest

from tests.browser.driver import press_player

pytestmark = pytest.mark.browser
TIMEOUT = 30_000


def test_the_time_of_the_kick_changes_the_picture(visit, app):
    page = visit(f"{app}/inside?see=kick&when=3")
    page.wait_for_selector(".st-key-inside .main-svg")
    mark = """() => [...document.querySelectorAll('.st-key-inside .js-plotly-plot')]
        .map((plot) => plot.layout.shapes?.[0]?.x0).find((x) => typeof x === 'number')"""
    assert page.evaluate(mark) == 3
    page.locator(".st-key-when input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => ({mark})() === 3.5", timeout=TIMEOUT)
    assert "when=3.5" in page.url


def test_play_of_the_smudge_works_in_the_browser(visit, app):
    page = visit(f"{app}/inside?see=smudge&kind=fading")
    page.wait_for_selector(".st-key-inside .main-svg")
    ink = """() => document.querySelector('.st-key-inside .js-plotly-plot').data
        .find((trace) => trace.type === 'heatmap').z.flat().reduce((a, b) => a + b)"""
    full = page.evaluate(ink)
    press_player(page, "inside", "Play")
    page.wait_for_function(f"() => ({ink})() === 0", timeout=TIMEOUT)
    assert full > 0
