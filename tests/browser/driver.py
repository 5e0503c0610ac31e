"""Start the app, drive a Chromium, and draw on the pad with real mouse moves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
METRIC = '.st-key-prediction [data-testid="stMetricValue"]'
CANVAS = ".st-key-pad canvas.upper-canvas"
# A page stands once it shows a number, a picture, or the list of the tour.
ANSWER = '[data-testid="stMetricValue"], .js-plotly-plot .main-svg, .st-key-tour-list'
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
Stroke = Sequence[Sequence[float]]


def drawings() -> dict[str, list[Stroke]]:
    """Real pen strokes by name, "4 by writer 15", in pixels of the pad."""
    text = (Path(__file__).parent / "strokes.json").read_text(encoding="utf-8")
    found: dict[str, list[Stroke]] = json.loads(text)["drawings"]
    return found


@contextmanager
def server() -> Iterator[str]:
    """A fresh server on a free port; gives its address once it is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_healthy(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait_healthy(address: str, process: subprocess.Popen[str], patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app did not start: {process.communicate()[1]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the app did not answer within {patience:.0f} s")


@contextmanager
def browser(chromium: str | os.PathLike[str]) -> Iterator[Browser]:
    """A headless Chromium that talks to nobody of its own accord."""
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield instance
        finally:
            instance.close()


def open_page(page: Page, address: str) -> None:
    """Go there and wait until the script has run and the answer stands."""
    page.goto(address)
    page.wait_for_selector(ANSWER, timeout=60_000)
    page.wait_for_selector(IDLE, timeout=60_000)


def beyond(page: Page, width: float) -> list[float]:
    """Edges of charts that lie outside of the page: none, where all is well."""
    edges: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .map((chart) => chart.getBoundingClientRect())
            .flatMap((box) => [box.left, box.right])"""
    )
    return [edge for edge in edges if not 0 <= edge <= width]


def draw(page: Page, strokes: Sequence[Stroke], pause: float = 0) -> None:
    """Move the mouse along each stroke; `pause` milliseconds between two of them."""
    box = page.locator(CANVAS).bounding_box()
    if box is None:
        raise RuntimeError("the pad is not on the page")
    for number, stroke in enumerate(strokes):
        if number and pause:
            page.wait_for_timeout(pause)
        (x, y), *rest = stroke
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.up()


def reads(page: Page, digit: str, timeout: float = 10_000) -> None:
    """Wait until the page names this digit; a timeout says what it names instead."""
    page.wait_for_selector(f'{METRIC}:has-text("{digit}")', timeout=timeout)


def click(page: Page, key: str) -> None:
    """Press the button with this key."""
    page.locator(f".st-key-{key} button").first.click()


def example(page: Page, name: str) -> None:
    """Press one of the example pills, once the set before has made room for the present one."""
    page.wait_for_function(
        """name => [...document.querySelectorAll('.st-key-example p')]
            .filter((text) => text.textContent === name).length === 1""",
        arg=name,
    )
    page.locator(".st-key-example").get_by_text(name, exact=True).click()
