"""How soon and how often the page reads along while the pen moves, and whether the pen stutters.

    python tests/benchmarks/live_latency.py [--strokes 30] [--off]

Draws digits of one stroke with real mouse moves in Chromium, a point every 16 ms, each on an empty
pad. Times are in milliseconds, by the browser's clock: from the moment at which the pen has gone 20
pixels to the first reading, and the longest gap between two pointer events that the page has
handled, for each stroke. With ``--off``, reading along is switched off: the gaps to compare with.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from deq.digits.strokes import resampled
from tests.benchmarks.stroke_latency import one_stroke_digits
from tests.browser.driver import CANVAS, browser, click, open_page, reads
from tests.browser.servers import server

NEAR = 20
WATCH = """
let seen = '';
const shown = () => document.querySelector('.live-seen')?.src;
window.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
  seen = shown();
  window.stroke = { far: 0, moves: [performance.now()], readings: [], near: 0, x, y };
}, true);
window.addEventListener('pointermove', (event) => {
  const s = window.stroke, now = performance.now();
  if (!s || s.up) return;
  s.far += Math.hypot(event.clientX - s.x, event.clientY - s.y);
  [s.x, s.y] = [event.clientX, event.clientY];
  s.moves.push(now);
  if (!s.near && s.far >= NEAR) s.near = now;
}, true);
window.addEventListener('pointerup', () => {
  if (window.stroke) window.stroke.up = performance.now();
}, true);
window.addEventListener('DOMContentLoaded', () => {
  new MutationObserver(() => {
    const s = window.stroke, picture = shown();
    if (!s || s.up || !picture || picture === seen) return;
    seen = picture;
    s.readings.push(performance.now());
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
});
""".replace("NEAR", str(NEAR))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=30)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--off", action="store_true")
    options = parser.parse_args()
    first, rate, gaps = [], [], []
    with server() as address, browser(options.chromium) as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        open_page(page, f"{address}/draw?live={str(not options.off).lower()}")
        page.wait_for_selector(".st-key-residuals .main-svg")
        for (stroke,) in one_stroke_digits(options.strokes):
            click(page, "clear")
            reads(page, "–")
            page.wait_for_timeout(600)  # time for the canvas to report that it is empty
            box = page.locator(CANVAS).bounding_box()
            (x, y), *rest = resampled(np.array(stroke), 6).tolist()
            page.mouse.move(box["x"] + x, box["y"] + y)
            page.mouse.down()
            for x, y in rest:
                page.mouse.move(box["x"] + x, box["y"] + y)
                page.wait_for_timeout(16)
            page.mouse.up()
            mark = page.evaluate("window.stroke")
            page.wait_for_timeout(500)
            if mark["near"] and mark["readings"]:
                first.append(mark["readings"][0] - mark["near"])
                seconds = (mark["up"] - mark["readings"][0]) / 1000
                rate.append((len(mark["readings"]) - 1) / seconds)
            gaps.append(max(np.diff(mark["moves"])))
    print(f"{len(first)} of {len(gaps)} strokes were read along, medians")
    if first:
        print(f"pen has gone {NEAR} pixels → first reading {np.median(first):6.0f} ms")
        print(f"readings a second, from the first on {np.median(rate):6.1f}")
    print(f"longest gap between two pointer events {np.median(gaps):4.0f} ms", end="")
    print(f", p95 {np.percentile(gaps, 95):.0f} ms")


if __name__ == "__main__":
    main()
