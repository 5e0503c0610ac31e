"""How long from moving a slider of the fixed-points page to its new picture, in Chromium.

    python tests/benchmarks/slider_latency.py [--moves 20] [--page "fixed_points?map=tanh"]

Moves a slider by the arrow keys, one step at a time, and waits for the picture each time. All times
are taken by the browser's own clock, in milliseconds: component (key → message to the server) and
picture (message → the curve or the web redrawn by Plotly).
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.driver import IDLE, browser, server

WATCH = """
const sent = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (window.marks && !window.marks.sent) window.marks.sent = performance.now();
  return sent.call(this, data);
};
window.addEventListener('keydown', () => { window.marks = { key: performance.now() }; }, true);
window.addEventListener('DOMContentLoaded', () => new MutationObserver((changes) => {
  const m = window.marks;
  if (!m || !m.sent || m.picture) return;
  const drawn = (node) => node.matches && node.matches('.st-key-cobweb path.js-line');
  if (changes.some((change) => drawn(change.target)
      || [...change.addedNodes].some((node) => node.querySelector
        && node.querySelector('path.js-line')))) m.picture = performance.now();
}).observe(document.body,
           { subtree: true, childList: true, attributes: true, attributeFilter: ['d'] }));
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--page", default="fixed_points?map=tanh")
    parser.add_argument("--sliders", nargs="+", default=["tanh-w", "tanh-x0-slide"])
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with server() as address, browser(options.chromium) as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        page.goto(f"{address}/{options.page}")
        page.wait_for_selector(".st-key-errors .main-svg", timeout=60_000)
        page.wait_for_selector(IDLE)
        for name in options.sliders:
            slider = page.locator(f".st-key-{name} input").first
            slider.focus()
            marks = []
            for _ in range(options.moves):
                page.keyboard.press("ArrowLeft")
                page.wait_for_function("window.marks && window.marks.picture", timeout=20_000)
                marks.append(page.evaluate("window.marks"))
                page.wait_for_selector(IDLE)
                page.wait_for_timeout(300)
            totals = sorted(m["picture"] - m["key"] for m in marks)
            component = statistics.median(m["sent"] - m["key"] for m in marks)
            print(f"{name}: {len(marks)} moves, medians")
            print(f"  move → new picture           {statistics.median(totals):6.0f} ms")
            print(f"    90 % of them within        {totals[int(0.9 * (len(totals) - 1))]:6.0f} ms")
            print(f"    of which slider → message  {component:6.0f} ms")


if __name__ == "__main__":
    main()
