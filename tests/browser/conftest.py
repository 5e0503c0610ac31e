"""One server and one Chromium for all browser tests; every page is watched while it is open.

A test fails if its page asks anything of another machine, or writes an error to the console.
"""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute

from tests.browser import driver

# Streamlit asks for these below a page's path before it asks at the root: normal, and local.
NORMAL = re.compile(r"/\w+/_stcore/(health|host-config)$")

Route = Callable[[WebSocketRoute], None]

PROJECTOR = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """Address of a running server."""
    with driver.server() as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium; see the fixture `chromium` for when there is none."""
    with driver.browser(chromium) as instance:
        yield instance


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that caches the page's scripts; each tab is still a new visitor."""
    context = browser.new_context(viewport=PROJECTOR)
    yield context
    context.close()


@pytest.fixture
def slow_line() -> Route:
    """A line on which every message from the server takes its time, one after the other."""

    def route(page_side: WebSocketRoute) -> None:
        def deliver(message: str | bytes) -> None:
            time.sleep(0.03)
            page_side.send(message)

        page_side.connect_to_server().on_message(deliver)

    return route


@pytest.fixture
def visit(browser: Browser, profile: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor, watched until the test is over.

    With `fresh` or any option of a Playwright context the visitor has a profile of their own.
    """
    complaints: list[str] = []
    opened: list[Page | BrowserContext] = []

    def go(
        address: str, *, fresh: bool = False, route: Route | None = None, **options: object
    ) -> Page:
        context = profile
        if fresh or options:
            context = browser.new_context(**{"viewport": PROJECTOR, **options})
            opened.append(context)
        page = context.new_page()
        if route:
            page.route_web_socket("**/_stcore/stream", route)
        if context is profile:
            opened.append(page)
        _watch(page, complaints)
        driver.open_page(page, address)
        return page

    yield go
    for thing in opened:
        thing.close()
    assert not complaints, "\n".join(complaints)


def _watch(page: Page, complaints: list[str]) -> None:
    def request(asked: object) -> None:
        url = asked.url
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            complaints.append(f"a request left this machine: {url}")

    def said(message: object) -> None:
        where = message.location.get("url", "")
        if message.type == "error" and not NORMAL.search(where):
            complaints.append(f"console: {message.text} ({where})")

    page.on("request", request)
    page.on("websocket", request)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
