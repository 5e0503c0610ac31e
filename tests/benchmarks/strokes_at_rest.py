"""Whether the Draw page, once at rest, has always read what is on its pad.

    python tests/benchmarks/strokes_at_rest.py [--drawings 200] [--delays 0 0.15]

A hand draws digits of several strokes in Chromium, with pauses of 20 to 400 ms, and with Undo and
Clear in between, on a line delayed by so many seconds in both directions. After each drawing, when
the page is at rest, its digit is compared with what the network reads from the canvas's pixels.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.at_rest import Hand, delayed, on_the_pad
from tests.browser.driver import IDLE, METRIC, browser, open_page
from tests.browser.servers import server


def main() -> None:
    """Draw, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawings", type=int, default=200)
    parser.add_argument("--delays", type=float, nargs="+", default=[0, 0.15])
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    each = options.drawings // len(options.delays)
    with server() as address, browser(options.chromium) as chromium:
        for delay in options.delays:
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.route_web_socket("**/_stcore/stream", delayed(delay))
            open_page(page, f"{address}/draw")
            page.wait_for_selector(".st-key-residuals .main-svg")
            hand, right = Hand(page, seed=round(1000 * delay)), 0
            for _ in range(each):
                hand.draws()
                page.wait_for_timeout(1200 + 4000 * delay)
                page.wait_for_selector(IDLE)
                right += page.locator(METRIC).inner_text().strip() == on_the_pad(page)
            print(f"line delayed by {delay:g} s: {right} of {each} right", flush=True)


if __name__ == "__main__":
    main()
