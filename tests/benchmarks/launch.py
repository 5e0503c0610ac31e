"""How long from the command that starts the app to a Draw page that can be used.

    python tests/benchmarks/launch.py [--times 5] [--chromium /usr/bin/chromium]

Each time a fresh server and a browser profile without cache; Chromium itself is running already.
The disk is warm after the first start, which is not counted. Usable means: the pad is there and
the example's digit is on the page.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser

from tests.browser.driver import CANVAS, METRIC, browser, server


def launch(chromium: Browser) -> dict[str, float]:
    """Seconds from the command to each landmark."""
    begin = time.perf_counter()
    marks = {}
    with server() as address:
        marks["server answers"] = time.perf_counter() - begin
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/draw", wait_until="commit")
        page.wait_for_selector(CANVAS, timeout=60_000)
        marks["pad is there"] = time.perf_counter() - begin
        page.wait_for_selector(f"{METRIC}:has-text('4')", timeout=60_000)
        marks["digit is there: usable"] = time.perf_counter() - begin
        page.wait_for_selector(".st-key-trajectory .slider-label", timeout=60_000)
        marks["path is drawn"] = time.perf_counter() - begin
        context.close()
    return marks


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
