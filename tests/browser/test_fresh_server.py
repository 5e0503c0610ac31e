"""A server that has just started: a whole class opens it at once, or comes back to it."""

import pytest
from playwright.sync_api import expect

from tests.browser import driver, servers

pytestmark = pytest.mark.browser

# Every page by a link, and what must be seen on it.
PAGES = {
    "training?model=convolutional&seed=3": "train-loss",
    "fixed_points?map=heron": "cobweb-chart",
    "draw?example=7&view=3-D": "path-3d-chart",
    "": "cobweb-chart",
    "inside?see=kick": "inside",
    "doubling?seed=3": "doubling-chart",
    "solvers?problem=spiral": "race",
    "steady_states?part=Depth": "portrait",
    "gradients": "gradients-chart",
    "tour": "tour-list",
}
ERROR = '[data-testid="stAlertContentError"], [data-testid="stException"]'


def whole(tabs):
    """Wait until all tabs show their page with the menu, and check that it is no error."""
    for tab in tabs:
        tab.wait_for_selector(f"{driver.READY}, {ERROR}", timeout=60_000)
        tab.wait_for_selector(driver.IDLE, timeout=60_000)
        assert tab.locator(ERROR).all_inner_texts() == [], tab.url
        # The menu is drawn after the page: Streamlit measures first what fits into it.
        expect(tab.get_by_role("link", name="The idea")).to_have_count(1, timeout=10_000)


def test_all_pages_opened_at_once_on_ten_fresh_servers(browser):
    for start in range(10):
        # All ten once; then two of them, and each of the ten is once the first.
        paths = list(PAGES)
        if start > 0:
            paths = [paths[start], paths[start - 1]]
        context = browser.new_context()
        tabs = [context.new_page() for _ in paths]
        with servers.server() as address:
            for tab, path in zip(tabs, paths, strict=True):
                tab.goto(f"{address}/{path}", wait_until="commit")
            whole(tabs)
            for tab, path in zip(tabs, paths, strict=True):
                tab.wait_for_selector(f".st-key-{PAGES[path]}", state="attached")
        context.close()


def test_tabs_left_open_over_a_restart_come_back(browser):
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(3)]
    training, draw, _ = tabs
    with servers.server() as address:
        port = int(address.rpartition(":")[2])
        for tab, path in zip(tabs, ("training", "draw", "inside"), strict=True):
            driver.open_page(tab, f"{address}/{path}")
        driver.click(training, "train-start")
        training.wait_for_url("**run=*")
        driver.clear(draw)
    driver.draw(draw, driver.drawings()["0 by writer 15"])  # while there is no server
    with servers.server(port):
        training.get_by_text("The run in this link is no longer here.").wait_for(timeout=60_000)
        whole(tabs)
        driver.reads(draw, "0", timeout=30_000)
    context.close()
