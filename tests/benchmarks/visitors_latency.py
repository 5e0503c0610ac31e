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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

import deq
from pages.parts.pad import ink, link
from tests.browser.driver import drawings, server

TIMEOUT = 120


@dataclass(frozen=True)
class Drawing:
    """What a visitor sends, and the answer that the page must give."""

    value: str
    picture: str
    digit: str
    link: str


@dataclass
class Answer:
    """One run of the page: when its parts were received, and what they contained."""

    digit_ms: float = float("nan")
    all_ms: float = float("nan")
    digit: str = ""
    link: str = ""


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


@dataclass
class Part:
    """A component of the page: its id, its fragment, and what it was told last."""

    id: str = ""
    fragment: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Visitor:
    """One websocket."""

    socket: ClientConnection
    page: str = ""
    pad: Part = field(default_factory=lambda: Part())
    stage: Part = field(default_factory=lambda: Part())
    live: Part = field(default_factory=lambda: Part())
    known: str = ""  # what the canvas has reported last
    readings: int = 0
    answers: list[Answer] = field(default_factory=list)

    async def run(self, drawing: Drawing | None, *, report: bool = False) -> Answer:
        """Open the page, or send a drawing, and wait for the whole answer.

        With `report` it is the canvas's own report of a drawing that the page knows.
        """
        message = BackMsg()
        state = message.rerun_script
        state.page_name = "draw"
        if drawing is not None:
            state.page_script_hash = self.page
            state.fragment_id = (self.pad if report else self.stage).fragment
            widget = state.widget_states.widgets.add()
            widget.id, widget.json_value = self.pad.id, drawing.value
        return await self._answer(message)

    async def read_along(self, drawing: Drawing, until: float) -> None:
        """Ask for readings of a drawing, as often as the server allows."""
        while True:
            pause = self.live.data["pause"] / 1000
            if time.perf_counter() + pause > until:
                return
            await asyncio.sleep(pause)
            message = BackMsg()
            state = message.rerun_script
            state.page_name, state.page_script_hash = "draw", self.page
            state.fragment_id = self.live.fragment
            known, asked = state.widget_states.widgets.add(), state.widget_states.widgets.add()
            known.id, known.json_value = self.pad.id, self.known
            asked.id = _make_trigger_id(self.live.id, "events")
            value = {"picture": drawing.picture, "number": self.live.data["number"], "turn": 1}
            asked.json_trigger_value = json.dumps([{"event": "reading", "value": value}])
            await self._answer(message)
            self.readings += 1

    async def _answer(self, message: BackMsg) -> Answer:
        answer, begin = Answer(), time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), TIMEOUT))
            spent = 1000 * (time.perf_counter() - begin)
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.page = received.new_session.page_script_hash
            elif kind == "delta":
                self._element(received, answer, spent)
            elif kind == "script_finished":
                answer.all_ms = spent
                return answer

    def _element(self, received: ForwardMsg, answer: Answer, spent: float) -> None:
        element = received.delta.new_element
        match element.WhichOneof("type"):
            case "metric":
                answer.digit, answer.digit_ms = element.metric.body, spent
            case "bidi_component":
                part = element.bidi_component
                for ending in ("pad", "pad-script", "live-script"):
                    if part.id.endswith(f"-{ending}"):
                        told = json.loads(part.json) if part.json else {}
                        found = Part(part.id, received.delta.fragment_id, told)
                        setattr(
                            self, {"pad": "pad", "pad-script": "stage"}.get(ending, "live"), found
                        )
                if part.component_name == "pad_script":
                    answer.link = json.loads(part.json)["drawing"]["ink"]


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
        visitor.known = drawing.value
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
    visitors = [Visitor(socket) for socket in sockets]
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
        for count in options.visitors:
            outcome = asyncio.run(
                visit(address, own[:count], options.seconds, options.think, options.live)
            )
            print(outcome.row(count), flush=True)
            if outcome.wrong:
                raise SystemExit("a visitor got the answer to another drawing")


if __name__ == "__main__":
    main()
