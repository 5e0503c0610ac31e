"""One server and one Chromium for all browser tests.

A test fails if its page sends a request to another machine or writes an error to the console.
"""

import functools
import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from tests.browser import driver, servers

# Streamlit requests these under the page's path first, and then at the root. The first answer is an
# error, which is normal.
EXPECTED = re.compile(r"\d*/\w+/_stcore/(health|host-config)")
HERE = "http://127.0.0.1:"
expect.set_options(timeout=30_000)

Profile = Callable[..., BrowserContext]
Route = Callable[[WebSocketRoute], None]

PROJECTOR = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """Address of a running server."""
    with servers.server() as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium; see the fixture `chromium` for when there is none."""
    with driver.browser(chromium) as instance:
        yield instance


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Profile:
    """A browser profile for each set of options; it caches the app's scripts for later tabs."""

    @functools.cache
    def with_options(options: str) -> BrowserContext:
        return browser.new_context(**json.loads(options))

    return lambda **options: with_options(json.dumps(options, sort_keys=True))


@pytest.fixture
def slow_connection() -> Route:
    """A connection that delays every message from the server by 30 ms."""

    def route(page_side: WebSocketRoute) -> None:
        def deliver(message: str | bytes) -> None:
            time.sleep(0.03)
            page_side.send(message)

        page_side.connect_to_server().on_message(deliver)

    return route


@pytest.fixture
def late_browser() -> Route:
    """A browser that shows late what a task has set.

    What it sends by itself, as the canvas's report, has the controls as they were at the last click
    of a button. It asks for progress twice, so that often one question waits for the other.
    """

    def route(page_side: WebSocketRoute) -> None:
        server = page_side.connect_to_server()
        clicked: list[WidgetStates] = []

        def shows(widget: WidgetState) -> bool:
            return not widget.trigger_value and not widget.id.endswith("-pad")

        def send(message: bytes) -> None:
            asked = BackMsg.FromString(message)
            states = asked.rerun_script.widget_states
            if any(widget.trigger_value for widget in states.widgets):
                clicked[:] = [WidgetStates(widgets=[w for w in states.widgets if shows(w)])]
            elif clicked and asked.WhichOneof("type") == "rerun_script":
                canvas = [widget for widget in states.widgets if widget.id.endswith("-pad")]
                states.CopyFrom(clicked[0])
                states.widgets.extend(canvas)
            for _ in range(2 if asked.rerun_script.is_auto_rerun else 1):
                server.send(asked.SerializeToString())

        page_side.on_message(send)

    return route


@pytest.fixture
def visit(browser: Browser, profile: Profile) -> Iterator[Callable[..., Page]]:
    """Open a page in a new tab, and check its requests and its console until the test ends.

    `options` are those of a Playwright context. Tabs with the same options are of one visitor, but
    with `fresh` it is another one, with a new profile. No request may leave the address `within`.
    """
    problems: list[str] = []
    opened: list[Page | BrowserContext] = []

    def open_page(
        address: str,
        *,
        fresh: bool = False,
        route: Route | None = None,
        within: str = HERE,
        **options: object,
    ) -> Page:
        every = {"viewport": PROJECTOR, **options}
        context = browser.new_context(**every) if fresh else profile(**every)
        page = context.new_page()
        opened.append(context if fresh else page)
        if route:
            page.route_web_socket("**/_stcore/stream", route)
        _watch(page, problems, within)
        driver.open_page(page, address)
        return page

    yield open_page
    for page_or_context in opened:
        page_or_context.close()
    assert not problems, "\n".join(problems)


def _watch(page: Page, problems: list[str], within: str) -> None:
    inside = (within, within.replace("http", "ws", 1), "data:", "blob:")

    def check_address(request: object) -> None:
        url = request.url
        if not url.startswith(inside):
            problems.append(f"a request left {within}: {url}")

    def check_message(message: object) -> None:
        where = message.location.get("url", "")
        if message.type == "error" and not EXPECTED.fullmatch(where.removeprefix(within)):
            problems.append(f"console: {message.text} ({where})")

    page.on("request", check_address)
    page.on("websocket", check_address)
    page.on("console", check_message)
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
