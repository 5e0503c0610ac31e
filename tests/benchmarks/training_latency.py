"""The times of a run in the Training lab, as a visitor sees them.

    python tests/benchmarks/training_latency.py [--times 5]

Real clicks in Chromium, on a warm server. Seconds, measured by the browser's clock: from Start to
the first point of the loss, from Stop to "Stopped", and from Start to the end of the default run.
A run trains in its own process, on one thread, while the page is open.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page

from tests.browser.driver import RUN_STATUS, browser, open_page
from tests.browser.servers import server

FROM_CLICK = """([key, status, pattern]) => new Promise(done => {
  const begin = performance.now();
  document.querySelector(`.st-key-${key} button`).click();
  const look = () => {
    if (new RegExp(pattern).test(document.querySelector(status)?.textContent || ''))
      done((performance.now() - begin) / 1000);
    else setTimeout(look, 10);
  };
  look();
})"""


def seconds(page: Page, key: str, pattern: str) -> float:
    """Time from a click to the moment when the status matches the pattern."""
    return float(page.evaluate(FROM_CLICK, [key, RUN_STATUS, pattern]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    first, stopped = [], []
    with server() as address, browser(options.chromium) as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        for seed in range(1, options.times + 1):
            open_page(page, f"{address}/training?epochs=200&seed={seed}")
            page.wait_for_timeout(4000)  # as a visitor who reads first; meanwhile the worker starts
            first.append(seconds(page, "train-start", r"step [1-9]"))
            page.wait_for_timeout(2000 + 70 * seed)  # at different moments between two updates
            stopped.append(seconds(page, "train-stop", "Stopped at"))
        open_page(page, f"{address}/training")
        page.wait_for_timeout(1000)
        whole = seconds(page, "train-start", "Finished in")
    print(f"Start -> first point: median {statistics.median(first):.2f} s, most {max(first):.2f}")
    print(f"Stop -> stopped: median {statistics.median(stopped):.2f} s, most {max(stopped):.2f}")
    print(f"Start -> finished, the default run: {whole:.1f} s")


if __name__ == "__main__":
    main()
