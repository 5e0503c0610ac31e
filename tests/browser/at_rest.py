"""A hand that draws with random pauses, a slow line, and what the network reads of the pad."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image
from playwright.sync_api import Page, WebSocketRoute

import deq
from deq.digits import NotADrawing, prepare
from deq.models import Classifier
from deq.models.several import unless_several
from tests.browser.driver import click, draw, drawings

PAUSES = 20, 400  # milliseconds between strokes
PICTURE = """() => {
    const inside = (node) => node.querySelector('canvas.upper-canvas') ||
        [...node.querySelectorAll('*')].map((n) => n.shadowRoot && inside(n.shadowRoot))
            .find(Boolean);
    const pen = inside(document.querySelector('.st-key-pad'));
    const sheet = document.createElement('canvas');
    sheet.width = sheet.height = 280;
    const context = sheet.getContext('2d');
    context.fillRect(0, 0, 280, 280);
    context.drawImage(pen.parentElement.querySelector('canvas.lower-canvas'), 0, 0, 280, 280);
    return sheet.toDataURL();
}"""


def delayed(seconds: float) -> Callable[[WebSocketRoute], None]:
    """A connection on which every message is so many seconds on its way, in both directions."""

    def route(page_side: WebSocketRoute) -> None:
        server = page_side.connect_to_server()
        later = asyncio.get_event_loop().call_later
        page_side.on_message(lambda message: later(seconds, server.send, message))
        server.on_message(lambda message: later(seconds, page_side.send, message))

    return route


class Hand:
    """Draws on the Draw page: real digits, stroke by stroke, with Undo and Clear in between."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page, self.rng = page, np.random.default_rng(seed)

    def draws(self) -> None:
        """One drawing of several strokes, on what was there or on an empty pad."""
        names = sorted(name for name, strokes in drawings().items() if len(strokes) > 1)
        strokes = drawings()[names[int(self.rng.integers(len(names)))]]
        self._presses("clear", 0.8)
        for stroke in strokes:
            draw(self.page, [stroke])
            self.page.wait_for_timeout(float(self.rng.uniform(*PAUSES)))
            if self._presses("undo", 0.2):
                draw(self.page, [stroke])
        self._presses("undo", 0.2)

    def _presses(self, key: str, share: float) -> bool:
        button = self.page.locator(f".st-key-{key} button").first
        chosen = self.rng.random() < share and button.is_enabled()
        if chosen:
            click(self.page, key)
            self.page.wait_for_timeout(float(self.rng.uniform(*PAUSES)))
        return bool(chosen)


def on_the_pad(page: Page) -> str:
    """What the Draw page has to read, from the pixels that the canvas shows."""
    url = page.evaluate(PICTURE).partition(",")[2]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(url))).convert("RGBA"))
    try:
        read = _model().predict(prepare(pixels), solver=deq.ODE(), tol=1e-3)
    except NotADrawing:
        return "–"
    read = unless_several(read, _model(), pixels)
    return "–" if read.verdict == "not a digit" else str(read.digit)


@cache
def _model() -> Classifier:
    return deq.models.load("digits")
