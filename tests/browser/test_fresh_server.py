"""A server that has just started: a whole class opens it at once, or comes back to it."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser

PAGES = (
    *("training", "fixed_points", "draw", "", "inside", "doubling"),
    *("solvers", "steady_states", "gradients", "tour"),
)
ERROR = '[data-testid="stAlertContentError"], [data-testid="stException"]'


def whole(tabs):
    """Wait until all tabs show their page, and check that it is no error."""
    for tab in tabs:
        tab.wait_for_selector(f"{driver.READY}, {ERROR}", timeout=60_000)
        tab.wait_for_selector(driver.IDLE, timeout=60_000)
        assert tab.locator(ERROR).all_inner_texts() == [], tab.url
        assert tab.get_by_role("link", name="The idea").count() == 1, tab.url


def test_all_pages_opened_at_once_on_ten_fresh_servers(browser):
    for start in range(10):
        # All ten once; then two of them, and each of the ten is once the first.
        paths = PAGES if start == 0 else (PAGES[start], PAGES[start - 1])
        context = browser.new_context()
        tabs = [context.new_page() for _ in paths]
        with driver.server() as address:
            for tab, path in zip(tabs, paths, strict=True):
                tab.goto(f"{address}/{path}", wait_until="commit")
            whole(tabs)
        context.close()


def test_tabs_left_open_over_a_restart_come_back(browser):
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(3)]
    training, draw, _ = tabs
    with driver.server() as address:
        port = int(address.rpartition(":")[2])
        for tab, path in zip(tabs, ("training", "draw", "inside"), strict=True):
            driver.open_page(tab, f"{address}/{path}")
        driver.click(training, "train-start")
        training.wait_for_url("**run=*")
        driver.clear(draw)
    driver.draw(draw, driver.drawings()["0 by writer 15"])  # while there is no server
    with driver.server(port):
        training.get_by_text("The run in this link is no longer here.").wait_for(timeout=60_000)
        whole(tabs)
        driver.reads(draw, "0", timeout=30_000)
    context.close()
