"""The Solver race page: it takes over the drawing, and all solvers start together."""

import pytest

from tests.browser.driver import draw_zero, seen_pixels

pytestmark = pytest.mark.browser
# The trace named "heads" marks how far each solver has come.
HEADS = """() => {
  const plot = document.querySelector('.st-key-race .js-plotly-plot');
  return plot.data.find((trace) => trace.name === 'heads').x;
}"""


def test_the_race_is_run_on_what_was_drawn(visit, app):
    page = visit(f"{app}/draw")
    draw_zero(page)
    page.get_by_role("link", name="Solver race").click()
    page.wait_for_selector(".st-key-race .main-svg")
    page.wait_for_selector(".st-key-race-table table")
    page.wait_for_function("location.search.includes('ink')")
    seen = seen_pixels(page)
    page.reload()  # the address contains the drawing
    page.wait_for_selector(".st-key-race .main-svg")
    again = seen_pixels(page)
    assert sum(seen) > 0
    change = sum(abs(a - b) for a, b in zip(seen, again, strict=True))
    assert change < 0.5 * sum(seen)  # of another digit it is more than sum(seen)


def test_all_solvers_start_together_and_stop_at_their_last_evaluation(visit, app):
    page = visit(f"{app}/solvers?problem=narrow+valley")
    page.wait_for_selector(".st-key-race .main-svg")
    end = page.evaluate(HEADS)
    page.locator(".st-key-race").focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"() => Math.max(...({HEADS})()) === 1")
    page.keyboard.press("Space")
    page.wait_for_function(
        f"end => JSON.stringify(({HEADS})()) === JSON.stringify(end)", arg=end, timeout=30_000
    )
