"""How long many visitors wait for their answers when they all draw at once.

    python tests/benchmarks/visitors_latency.py [--visitors 1 10 30] [--seconds 20] [--think 2]
        [--live]

A visitor is a websocket that uses Streamlit's protocol, without a browser, so the server is what is
measured (the clients run on the same cores, but do little). All visitors open the Draw page. Then
each one draws again and again; the pause between an answer and the next drawing is random, between
0.5 and 1.5 times `think` seconds. Times are from sending a drawing until its digit, and until the
last figure, is received. A browser adds its rendering. The canvas's own report of the drawing is
sent later, as a browser does. With ``--live`` all read along: during half of each pause, a visitor
asks for readings as often as the server allows, one at a time.

Each visitor's drawings are shifted by a few pixels, so no two visitors send the same one. The
answer contains the digit, and the strokes in the page's address. Both are checked every time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image
from websockets.asyncio.client import connect

import deq
from pages.parts.pad import ink, link
from tests.benchmarks.visitor import Answer, Drawing, Visitor
from tests.browser.driver import drawings, server

WARM_UP = 25.0
"""Seconds after its start in which a server still imports, and solves for the first time."""


@dataclass(frozen=True)
class Outcome:
    """All answers, the seconds that they took, and how many belonged to another drawing."""

    answers: list[Answer]
    seconds: float
    wrong: int
    readings: int

    def row(self, visitors: int) -> str:
        """A row of the table."""
        digit = np.percentile([answer.digit_ms for answer in self.answers], [50, 95])
        everything = np.percentile([answer.all_ms for answer in self.answers], [50, 95])
        count = len(self.answers)
        return (
            f"{visitors:>8}{count:>8}{count / self.seconds:>10.1f}{digit[0]:>9.0f}{digit[1]:>7.0f}"
            f"{everything[0]:>9.0f}{everything[1]:>7.0f}{self.wrong:>7}"
            f"{self.readings / self.seconds:>9.1f}"
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
    return wrong


async def visit(
    address: str, own: list[list[Drawing]], seconds: float, think: float, live: bool
) -> Outcome:
    """Connect one visitor per list of drawings; they draw for so many seconds."""
    stream = address.replace("http", "ws") + "/_stcore/stream"
    sockets = [
        await connect(stream, subprotocols=["streamlit"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        for _ in own
    ]
    visitors = [Visitor(socket, address) for socket in sockets]
    await asyncio.gather(*(visitor.run(None) for visitor in visitors))
    begin = time.perf_counter()
    wrong = await asyncio.gather(
        *(
            draw(visitor, mine, begin + seconds, think, live, np.random.default_rng(number))
            for number, (visitor, mine) in enumerate(zip(visitors, own, strict=True))
        )
    )
    took = time.perf_counter() - begin
    for socket in sockets:
        await socket.close()
    answers = [answer for visitor in visitors for answer in visitor.answers]
    return Outcome(answers, took, sum(wrong), sum(visitor.readings for visitor in visitors))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--think", type=float, default=2)
    parser.add_argument("--live", action="store_true")
    options = parser.parse_args()
    own = [drawings_of(number) for number in range(max(options.visitors))]
    print(" " * 26 + "   digit, ms  all figures, ms")
    print("visitors  reruns  a second      p50    p95      p50    p95  wrong  read along a second")
    with server() as address:
        time.sleep(WARM_UP)
        for count in options.visitors:
            outcome = asyncio.run(
                visit(address, own[:count], options.seconds, options.think, options.live)
            )
            print(outcome.row(count), flush=True)
            if outcome.wrong:
                raise SystemExit("a visitor got the answer to another drawing")


if __name__ == "__main__":
    main()
