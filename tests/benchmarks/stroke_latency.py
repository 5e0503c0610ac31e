"""The time from pointer-up to the new digit, and its parts.

    python tests/benchmarks/stroke_latency.py [--strokes 30] [--busy 2]

Draws digits of one stroke, each on an empty pad, with real mouse moves in Chromium. Times are in
milliseconds, by the browser's clock: component (pointer-up → message to the server; the canvas
waits 200 ms before it reports), answer (message → new digit on the page) and figures (digit →
trajectory redrawn). Preparation and solve are measured in this process, on the same strokes and
with one thread. With ``--busy N``, N training runs go on at the same time, each watched by another
visitor.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from playwright.sync_api import Browser

import deq
from tests.browser.driver import browser, click, draw, drawings, open_page, reads
from tests.browser.servers import server

ROOT = Path(__file__).resolve().parents[2]

WATCH = """
const sent = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (window.marks && window.marks.up && !window.marks.sent) window.marks.sent = performance.now();
  return sent.call(this, data);
};
window.addEventListener('pointerup', () => { window.marks = { up: performance.now() }; }, true);
window.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  const m = window.marks;
  if (!m || !m.sent) return;
  const verdict = document.querySelector('.st-key-verdict');  // also shown when there is no digit
  const said = verdict && verdict.textContent;
  if (!m.digit && said && !said.includes('Draw a digit')) m.digit = performance.now();
  const head = document.querySelector('.st-key-trajectory .slider-label');
  if (m.digit && !m.figures && head && head.textContent) m.figures = performance.now();
}).observe(document.body, { subtree: true, childList: true, characterData: true }));
"""


def one_stroke_digits(count: int) -> list[list[list[list[float]]]]:
    """Drawings of one stroke, by writers who are not in the training set, or from strokes.json."""
    source = ROOT.parent / "shared" / "data" / "pen" / "pendigits-orig.tra"
    if source.is_file():
        from deq.digits.pen import TEST_WRITERS, load_pen

        digits = [d for d in load_pen(source.parent) if d.writer in TEST_WRITERS]
        strokes = [d.strokes for d in digits if len(d.strokes) == 1]
        step = max(1, len(strokes) // count)
        return [_fit(s) for s in strokes[::step][:count]]
    stored = [s for s in drawings().values() if len(s) == 1]
    return [[[list(p) for p in s] for s in stored[k % len(stored)]] for k in range(count)]


def _fit(strokes: tuple[np.ndarray, ...], height: float = 185) -> list[list[list[float]]]:
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    scale = height / float((high - low).max())
    return [((s - (low + high) / 2) * scale + 140).tolist() for s in strokes]


def in_process(all_strokes: list[list[list[list[float]]]]) -> dict[str, float]:
    """Median cost of preparation and solve, warm, on one thread."""
    torch.set_num_threads(1)
    model = deq.models.load("digits")
    spent: dict[str, list[float]] = {"preparation": [], "solve": []}
    for strokes in all_strokes:
        rgba = deq.digits.render([np.asarray(s) for s in strokes], 280, 22)
        begin = time.perf_counter()
        image = deq.digits.prepare(rgba)
        middle = time.perf_counter()
        model.predict(image, solver=deq.ODE(), tol=1e-3)
        spent["preparation"].append(1000 * (middle - begin))
        spent["solve"].append(1000 * (time.perf_counter() - middle))
    return {name: statistics.median(values) for name, values in spent.items()}


def start_training(chromium: Browser, address: str, number: int) -> None:
    """Open the Training lab and start a run that takes some minutes."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    open_page(page, f"{address}/training?epochs=200&seed={number}")
    click(page, "train-start")
    page.wait_for_selector('.st-key-train-status:has-text("Training")', timeout=60_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=30)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    strokes = one_stroke_digits(options.strokes)
    marks = []
    with server() as address, browser(options.chromium) as chromium:
        for number in range(options.busy):
            start_training(chromium, address, number)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        open_page(page, f"{address}/draw")
        for drawing in strokes:
            click(page, "clear")
            reads(page, "–")
            page.wait_for_timeout(600)  # time for the canvas to report that it is empty
            draw(page, drawing)
            page.wait_for_function("window.marks && window.marks.figures", timeout=20_000)
            marks.append(page.evaluate("window.marks"))
    cost = in_process(strokes)

    def median(until: str, since: str) -> float:
        return statistics.median(m[until] - m[since] for m in marks)

    def row(name: str, value: float) -> None:
        print(f"{name:<46}{value:8.0f} ms")

    totals = sorted(m["digit"] - m["up"] for m in marks)
    print(f"{len(marks)} strokes, medians")
    row("pointer-up → new digit", statistics.median(totals))
    row("  90 % of them within", totals[int(0.9 * (len(totals) - 1))])
    row("component: pointer-up → message to the server", median("sent", "up"))
    row("answer: message → new digit", median("digit", "sent"))
    row("  of which preparation", cost["preparation"])
    row("  of which solve", cost["solve"])
    row(
        "  of which Streamlit, decoding, browser",
        median("digit", "sent") - cost["preparation"] - cost["solve"],
    )
    row("figures: new digit → trajectory redrawn", median("figures", "digit"))


if __name__ == "__main__":
    main()
