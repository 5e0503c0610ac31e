"""How fast pages respond to a slider and play their animations, in Chromium.

    python tests/benchmarks/slider_latency.py [--moves 15] [--only solvers]

The arrow keys move a slider, one step at a time, until the page's main figure has changed. The time
is from the key to the curve redrawn by Plotly, in milliseconds, by the browser's clock. It includes
the slider's own delay. Then each main figure is played: frames per second, and its size as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from playwright.sync_api import Page

from deq.digits.mnist import load_subset
from deq.models import load
from deq.race import measure_times, race
from deq.race.digit import digit_problem
from tests.browser.driver import IDLE, browser
from tests.browser.servers import server

SLIDERS = [  # page, its main figure, the sliders to move
    ("fixed_points?map=tanh", "cobweb", ("tanh-w", "tanh-x0-slide")),
    ("fixed_points?map=logistic", "cobweb", ("logistic-r",)),
    ("steady_states?map=tanh", "flow-field", ("tanh-w",)),
    ("steady_states?part=Euler+step", "euler", ("h-slide",)),
    ("steady_states?part=Why+an+ODE", "jump", ("w",)),
    ("steady_states?part=Depth", "portrait", ("gain", "z1")),
    ("solvers?tolerance=1e-10", "race", ("tolerance",)),
    ("solvers?problem=tanh+layer", "race", ("layer-gain",)),
    ("solvers?problem=narrow+valley&tolerance=1e-10", "race", ("tolerance",)),
    ("inside?gamma=6", "inside", ("gamma",)),
    ("inside?see=kick&when=9&size=3", "inside", ("when", "size")),
    ("inside?see=channels&gamma=4", "inside", ("gamma",)),
    ("inside?see=depth&gamma=4", "inside", ("gamma",)),
    ("inside?see=starts&gamma=4", "inside", ("gamma",)),
    ("inside?see=smudge&gamma=4", "inside", ("gamma",)),
]
MOST = {"tolerance": 6}  # moves to the end of a short slider
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
  const here = (node) => node.closest && node.closest(`.st-key-${window.figure}`);
  const drawn = (node) => here(node) && (node.matches('path.js-line')
      || node.querySelector('path.js-line'));
  if (changes.some((change) => drawn(change.target) && (change.type === 'attributes'
      || [...change.addedNodes].some(drawn)))) m.picture = performance.now();
}).observe(document.body,
           { subtree: true, childList: true, attributes: true, attributeFilter: ['d'] }));
"""
PLAY = """(figure) => new Promise((done) => {
  const plot = document.querySelector(`.st-key-${figure} .js-plotly-plot`), times = [];
  const last = plot.layout.meta && plot.layout.meta.last;
  const stop = () => done(times);
  let timeout = setTimeout(stop, 1500);
  plot.on('plotly_animatingframe', ({ name }) => {
    times.push(performance.now());
    clearTimeout(timeout);
    if (name === last) stop(); else timeout = setTimeout(stop, 1500);
  });
  const play = plot.querySelector('.updatemenu-button');
  if (!play) stop();
  else play.dispatchEvent(new MouseEvent('click', { bubbles: true }));
})"""


def moves(page: Page, slider: str, number: int) -> list[dict[str, float]]:
    """For each of `number` moves: when the key was pressed, the message sent, the picture drawn."""
    page.locator(f".st-key-{slider} input").first.focus()
    marks = []
    for _ in range(number):
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("window.marks && window.marks.picture", timeout=20_000)
        marks.append(page.evaluate("window.marks"))
        page.wait_for_selector(IDLE)
        page.wait_for_timeout(300)
    return marks


def rate(page: Page, figure: str) -> tuple[int, float]:
    """Number of frames that one play shows, and frames per second; NaN without an animation."""
    times = page.evaluate(PLAY, figure)
    if len(times) < 2:
        return len(times), float("nan")
    return len(times), 1000 * (len(times) - 1) / (times[-1] - times[0])


def payload(page: Page, figure: str) -> int:
    """Bytes of the figure as JSON: data, layout and frames."""
    spec: Any = page.evaluate(
        """(figure) => {
            const plot = document.querySelector(`.st-key-${figure} .js-plotly-plot`);
            const frames = plot._transitionData ? plot._transitionData._frames : [];
            return JSON.stringify({ data: plot.data, layout: plot.layout, frames: frames });
        }""",
        figure,
    )
    json.loads(spec)
    return len(spec)


def race_seconds() -> tuple[float, float]:
    """Seconds for all solvers on one digit, without and with the measurement of their times."""
    torch.set_num_threads(1)
    images, _ = load_subset()
    problem = digit_problem(load("digits"), images[1204].astype("float32") / 255)
    race(problem)  # warm-up
    begin = time.perf_counter()
    results = race(problem, timed=False)
    raced = time.perf_counter()
    measure_times(problem, results)
    return raced - begin, time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moves", type=int, default=15)
    parser.add_argument("--only", default="", help="only pages whose address starts with this")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    print(f"{'page and slider':48} {'median':>7} {'90 %':>6}  of which slider → message")
    with server() as address, browser(options.chromium) as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        played = []
        for path, figure, sliders in SLIDERS:
            if not path.startswith(options.only):
                continue
            page.goto(f"{address}/{path}")
            page.wait_for_selector(f".st-key-{figure} .main-svg", timeout=60_000)
            page.wait_for_selector(IDLE)
            page.wait_for_timeout(1500)
            page.evaluate(f"window.figure = '{figure}'")
            played.append((path, payload(page, figure), *rate(page, figure)))
            for slider in sliders:
                marks = moves(page, slider, min(options.moves, MOST.get(slider, options.moves)))
                totals = sorted(m["picture"] - m["key"] for m in marks)
                component = statistics.median(m["sent"] - m["key"] for m in marks)
                most = totals[int(0.9 * (len(totals) - 1))]
                name = f"{path} {slider}"
                print(f"{name:48} {statistics.median(totals):7.0f} {most:6.0f}  {component:6.0f}")
    print("\nall solvers on a digit: {:.2f} s, with their times {:.2f} s".format(*race_seconds()))
    print(f"\n{'animation':48} {'kB':>7} {'frames':>6}  a second")
    for path, size, frames, speed in (row for row in played if row[2] > 1):
        print(f"{path:48} {size / 1000:7.0f} {frames:6d}  {speed:6.1f}")


if __name__ == "__main__":
    main()
