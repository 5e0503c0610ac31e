"""The tour: it goes from page to page by link and by key, and keeps the drawing."""

import pytest

from tests.browser.driver import IDLE, draw_zero

pytestmark = pytest.mark.browser


def test_link_and_keys_lead_through_the_tour_and_keep_the_drawing(visit, app):
    page = visit(f"{app}/draw?tour=5&hide=tasks")
    page.wait_for_selector(".tour-next")
    draw_zero(page)
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
