"""How long many visitors wait for their answers when they all draw at once.

    python tests/benchmarks/visitors_latency.py [--visitors 1 10 30] [--seconds 20] [--think 2]
        [--live] [--replicas 2 [--kill]]

A visitor is a websocket that uses Streamlit's protocol, without a browser, so the server is what is
measured (the clients run on the same cores, but do little). All visitors open the Draw page. Then
each one draws again and again; the pause between an answer and the next drawing is random, between
0.5 and 1.5 times `think` seconds. Times are from sending a drawing until its digit, and until the
last figure, is received. A browser adds its rendering. The canvas's own report of the drawing is
sent later, as a browser does. With ``--live`` all read along: during half of each pause, a visitor
asks for readings as often as the server allows, one at a time.

With ``--replicas``, the app is a hall: so many servers behind HAProxy, see ``python -m deq serve``.
With ``--kill``, one of them is killed after a third of the time. Its visitors connect again, as a
browser does, and draw the same once more; the last column is the longest time from the kill until
one of them had an answer, with the pause in which it did not draw.

Each visitor's drawings are shifted by a few pixels, so no two visitors send the same one. The
answer contains the digit, and the strokes in the page's address. Both are checked every time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus

import deq
from pages.parts.pad import ink, link
from tests.benchmarks.visitor import Answer, Drawing, Visitor
from tests.browser.driver import drawings
from tests.browser.servers import hall, kill_server, server

WARM_UP = 25.0
"""Seconds after its start in which a server still imports, and solves for the first time."""


@dataclass(frozen=True)
class Outcome:
    """All answers, the seconds that they took, and how many belonged to another drawing."""

    answers: list[Answer]
    seconds: float
    wrong: int
    readings: int
    back: float = 0.0  # seconds, until the last visitor of a killed replica had an answer

    def row(self, visitors: int) -> str:
        """A row of the table."""
        digit = np.percentile([answer.digit_ms for answer in self.answers], [50, 95])
        everything = np.percentile([answer.all_ms for answer in self.answers], [50, 95])
        count = len(self.answers)
        return (
            f"{visitors:>8}{count:>8}{count / self.seconds:>10.1f}{digit[0]:>9.0f}{digit[1]:>7.0f}"
            f"{everything[0]:>9.0f}{everything[1]:>7.0f}{self.wrong:>7}"
            f"{self.readings / self.seconds:>9.1f}{self.back:>24.1f}"
        )


def drawings_of(visitor: int) -> list[Drawing]:
    """The digits of strokes.json, shifted for this visitor, each with its right answer."""
    model = deq.models.load("digits")
    shift = np.array([visitor % 6, visitor // 6], dtype=np.float64) - 3
    made = []
    for strokes in drawings().values():
        moved = [np.asarray(stroke, dtype=np.float64) + shift for stroke in strokes]
        pad = deq.digits.render(moved, ink.SIZE, ink.BRUSH)
        seen = model.predict(deq.digits.prepare(pad), solver=deq.ODE(), tol=1e-3)
        png = io.BytesIO()
        Image.fromarray(pad).save(png, "PNG")
        url = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
        raw = {"objects": ink.objects_of(moved, ink.BRUSH)}
        made.append(
            Drawing(
                json.dumps({"drawing": {"raw": raw, "data": url}}),
                url,
                "–" if seen.verdict == "not a digit" else str(seen.digit),
                link.encode(moved, [ink.BRUSH] * len(moved)) or "",
            )
        )
    order = np.random.default_rng(visitor).permutation(len(made))
    return [made[k] for k in order]


async def draw(
    visitor: Visitor,
    own: list[Drawing],
    until: float,
    think: float,
    live: bool,
    rng: np.random.Generator,
) -> int:
    """Draw until the time is up; return the number of wrong answers."""
    wrong = 0
    await asyncio.sleep(rng.uniform(0, think))
    while time.perf_counter() < until:
        drawing = own[len(visitor.answers) % len(own)]
        try:
            answer = await visitor.run(drawing)
            visitor.answers.append(answer)
            wrong += (answer.digit, answer.link) != (drawing.digit, drawing.link)
            pause = rng.uniform(0.5, 1.5) * think
            await asyncio.sleep(0.2)
            await visitor.run(drawing, report=True)
            await asyncio.sleep(max(0.0, pause / 2 - 0.2))
            end = time.perf_counter() + pause / 2
            if live:
                await visitor.read_along(own[len(visitor.answers) % len(own)], end)
            await asyncio.sleep(max(0.0, end - time.perf_counter()))
        except (OSError, ConnectionClosed, InvalidStatus):
            await again(visitor)
            answer = await visitor.run(drawing)
            wrong += (answer.digit, answer.link) != (drawing.digit, drawing.link)
            visitor.back = time.perf_counter()
    return wrong


async def again(visitor: Visitor) -> None:
    """Connect again, and open the page."""
    while True:
        with contextlib.suppress(OSError, ConnectionClosed, InvalidStatus):
            await visitor.connect()
            await visitor.run(None)
            return
        await asyncio.sleep(0.1)


async def visit(
    address: str,
    own: list[list[Drawing]],
    seconds: float,
    think: float,
    live: bool,
    kill: Callable[[], None] | None = None,
) -> Outcome:
    """Connect one visitor per list of drawings; they draw for so many seconds."""
    visitors = [Visitor(address) for _ in own]
    for visitor in visitors:
        await visitor.connect()
    await asyncio.gather(*(visitor.run(None) for visitor in visitors))
    begin = killed = time.perf_counter()

    async def accident() -> None:
        nonlocal killed
        if kill is not None:
            await asyncio.sleep(seconds / 3)
            killed = time.perf_counter()
            await asyncio.to_thread(kill)

    *wrong, _ = await asyncio.gather(
        *(
            draw(visitor, mine, begin + seconds, think, live, np.random.default_rng(number))
            for number, (visitor, mine) in enumerate(zip(visitors, own, strict=True))
        ),
        accident(),
    )
    took = time.perf_counter() - begin
    for visitor in visitors:
        await visitor.socket.close()
    answers = [answer for visitor in visitors for answer in visitor.answers]
    readings = sum(visitor.readings for visitor in visitors)
    back = [visitor.back - killed for visitor in visitors if visitor.back]
    return Outcome(answers, took, sum(filter(None, wrong)), readings, max(back, default=0.0))


@contextmanager
def served(replicas: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Start one server, or a hall; yield its address, and what kills one of its replicas."""
    if replicas:
        with hall(replicas) as (address, ports):
            yield address, lambda: kill_server(ports[0])
    else:
        with server() as address:
            yield address, lambda: None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--think", type=float, default=2)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--replicas", type=int, default=0, help="0, the default, is one server")
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    own = [drawings_of(number) for number in range(max(options.visitors))]
    print(" " * 26 + "   digit, ms  all figures, ms")
    print(
        "visitors  reruns  a second      p50    p95      p50    p95  wrong  read along a second"
        "  back after, s"
    )
    with served(options.replicas) as (address, kill):
        time.sleep(WARM_UP * max(1, options.replicas))
        for count in options.visitors:
            outcome = asyncio.run(
                visit(
                    address,
                    own[:count],
                    options.seconds,
                    options.think,
                    options.live,
                    kill if options.kill else None,
                )
            )
            print(outcome.row(count), flush=True)
            if outcome.wrong:
                raise SystemExit("a visitor got the answer to another drawing")


if __name__ == "__main__":
    main()
