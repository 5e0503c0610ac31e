"""Start the app, drive a Chromium, and draw on the pad with real mouse moves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

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
LIVE = f"{METRIC}[data-live]"  # while the pen is down
CANVAS = ".st-key-pad canvas.upper-canvas"
RUN_STATUS = ".st-key-train-status"
# A page is ready when it shows a number, a figure, or the list of the tour.
READY = '[data-testid="stMetricValue"], .js-plotly-plot .main-svg, .st-key-tour-list'
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
Stroke = Sequence[Sequence[float]]


def drawings() -> dict[str, list[Stroke]]:
    """Real pen strokes by name, "4 by writer 15", in pixels of the pad."""
    text = (Path(__file__).parent / "strokes.json").read_text(encoding="utf-8")
    found: dict[str, list[Stroke]] = json.loads(text)["drawings"]
    return found


@contextmanager
def browser(chromium: str | os.PathLike[str]) -> Iterator[Browser]:
    """A headless Chromium that sends no requests of its own."""
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield instance
        finally:
            instance.close()


def open_page(page: Page, address: str) -> None:
    """Open the address, and wait until its script has run and its content is shown."""
    page.goto(address)
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_selector(IDLE, timeout=60_000)


def charts_beyond(page: Page, width: float) -> list[float]:
    """Left and right edges of charts that lie outside of the page; an empty list is right."""
    edges: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .map((chart) => chart.getBoundingClientRect())
            .flatMap((box) => [box.left, box.right])"""
    )
    return [edge for edge in edges if not 0 <= edge <= width]


def letters_over_letters(page: Page) -> list[str]:
    """Headings, names and numbers of figures that cover one another; an empty list is right."""
    covered: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => {
            const texts = [...plot.querySelectorAll('.infolayer text, .xaxislayer-above text, ' +
                '.yaxislayer-above text')].filter((text) => text.textContent.trim() &&
                getComputedStyle(text).opacity !== '0' && !text.closest('.updatemenu-container'));
            const boxes = texts.map((text) => text.getBoundingClientRect());
            return texts.flatMap((text, i) => texts.slice(0, i).filter((other, j) => {
                const a = boxes[i], b = boxes[j];
                const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                // A line's box is higher than its letters.
                return wide > 2 && high > 0.45 * Math.min(a.height, b.height);
            }).map((other) => `${text.textContent} over ${other.textContent}`));
        })"""
    )
    return covered


def clear(page: Page) -> None:
    """Press Clear on the Draw page, and wait until both the page and its canvas are empty."""
    click(page, "clear")
    reads(page, "–")
    page.wait_for_function(
        """() => {
            const pad = document.querySelector('.st-key-pad');
            const find = (node) => node.querySelector('canvas.dc-canvas') ||
                [...node.querySelectorAll('*')].map(n => n.shadowRoot && find(n.shadowRoot))
                    .find(Boolean);
            const canvas = find(pad);
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return !pixels.data.some((value, k) => k % 4 === 0 && value > 0);
        }"""
    )
    page.wait_for_timeout(250)  # the canvas reports to the page after 200 ms


def draw(page: Page, strokes: Sequence[Stroke]) -> None:
    """Move the mouse along each stroke."""
    box = page.locator(CANVAS).bounding_box()
    if box is None:
        raise RuntimeError("the pad is not on the page")
    for stroke in strokes:
        (x, y), *rest = stroke
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.up()


def draw_zero(page: Page) -> None:
    """Draw a zero on the Draw page, and wait until the address contains the drawing."""
    clear(page)
    draw(page, drawings()["0 by writer 15"])
    reads(page, "0")
    page.wait_for_function("location.search.includes('ink')")


def seen_pixels(page: Page) -> list[float]:
    """Grey values of the 28×28 picture that the network sees."""
    page.wait_for_function(
        """() => {
            const image = document.querySelector('.st-key-seen img');
            return image && image.complete && image.naturalWidth > 0;
        }"""
    )
    pixels: list[float] = page.evaluate(
        """() => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 28;
            const context = canvas.getContext('2d');
            context.drawImage(document.querySelector('.st-key-seen img'), 0, 0, 28, 28);
            return [...context.getImageData(0, 0, 28, 28).data].filter((_, k) => k % 4 === 0);
        }"""
    )
    return pixels


def reads(page: Page, digit: str, timeout: float = 10_000) -> None:
    """Wait until the page shows this digit."""
    page.wait_for_selector(f'{METRIC}:has-text("{digit}")', timeout=timeout)


def click(page: Page, key: str) -> None:
    """Press the button with this key."""
    page.locator(f".st-key-{key} button").first.click()


def example(page: Page, name: str) -> None:
    """Press the example of this name, once; while Streamlit replaces the pills there may be two."""
    page.wait_for_function(
        """name => {
            const found = [...document.querySelectorAll('.st-key-example p')]
                .filter((text) => text.textContent === name);
            if (found.length === 1) found[0].click();
            return found.length === 1;
        }""",
        arg=name,
    )


def run_says(page: Page, pattern: str, timeout: float = 60_000) -> None:
    """Wait until the status of the training run matches this regular expression."""
    page.wait_for_function(
        """([selector, pattern]) =>
            new RegExp(pattern).test(document.querySelector(selector)?.textContent || '')""",
        arg=[RUN_STATUS, pattern],
        timeout=timeout,
    )


def press_player(page: Page, key: str, button: str) -> None:
    """Press Play, Step or Reset of the figure with this key."""
    page.locator(f".st-key-{key} .updatemenu-button").filter(has_text=button).first.click()


def caption_starts(page: Page, caption: str, text: str) -> None:
    """Wait until the caption of a figure's slider starts with this text."""
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent.startsWith(text)",
        arg=[caption, text],
    )


def record_playing(page: Page, key: str, caption: str) -> None:
    """From now on, collect the texts of the caption and the shapes of the figure's lines.

    They are found in the page as `window.captions` (an array) and `window.shapes` (a set).
    """
    page.evaluate(
        """([figure, caption]) => {
            window.captions = []; window.shapes = new Set();
            new MutationObserver(() => {
                const text = document.querySelector(caption)?.textContent;
                if (text && text !== window.captions.at(-1)) window.captions.push(text);
                document.querySelectorAll(`${figure} .scatterlayer path.js-line`).forEach(
                    (line) => window.shapes.add(line.getAttribute('d').length));
            }).observe(document.querySelector(figure),
                       { subtree: true, childList: true, characterData: true, attributes: true });
        }""",
        [f".st-key-{key}", caption],
    )
