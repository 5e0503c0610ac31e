"""The time from the command that starts the app to a usable Draw page.

    python tests/benchmarks/launch_time.py [--times 5] [--chromium /usr/bin/chromium]

Each launch has a fresh server and a browser profile without cache; Chromium is already running.
The first launch warms the disk cache and is not counted. "Usable" means: the page shows the pad and
the digit of the example.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser

from tests.browser.driver import browser
from tests.browser.servers import server

# Notes when each element was first on the page, by the browser's clock.
WATCH = """
window.seen = {};
const inside = (node) => node.querySelector('canvas.upper-canvas') ||
  [...node.querySelectorAll('*')].map((n) => n.shadowRoot && inside(n.shadowRoot)).find(Boolean);
const look = () => {
  const pad = document.querySelector('.st-key-pad');
  const digit = document.querySelector('.st-key-prediction [data-testid="stMetricValue"]');
  const path = document.querySelector('.st-key-trajectory .slider-label');
  const mark = (name, there) => {
    if (there && !window.seen[name]) window.seen[name] = Date.now();
  };
  mark('pad', pad && inside(pad));
  mark('digit', digit && /[0-9]/.test(digit.textContent));
  mark('path', path);
  if (!(window.seen.path && window.seen.digit)) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def launch(chromium: Browser) -> dict[str, float]:
    """Seconds from the command to each of the three moments."""
    begin = time.time()
    with server() as address:
        healthy = time.time()
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{address}/draw", wait_until="commit")
        page.wait_for_function(
            "window.seen && window.seen.path && window.seen.digit", timeout=60_000
        )
        seen = page.evaluate("window.seen")
        context.close()
    usable = max(seen["pad"], seen["digit"]) / 1000 - begin
    return {
        "server answers": healthy - begin,
        "pad and digit: usable": usable,
        "path is drawn": seen["path"] / 1000 - begin,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with browser(options.chromium) as chromium:
        launch(chromium)
        runs = [launch(chromium) for _ in range(options.times)]
    print(f"{len(runs)} launches, medians (slowest)")
    for name in runs[0]:
        values = [run[name] for run in runs]
        print(f"{name:<26}{statistics.median(values):6.1f} s  ({max(values):.1f})")


if __name__ == "__main__":
    main()
