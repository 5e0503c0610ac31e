"""A visitor of the Draw page without a browser: a websocket that speaks Streamlit's protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

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


@dataclass
class Part:
    """A component of the page: its id, its fragment, and what it was told last."""

    id: str = ""
    fragment: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Visitor:
    """One websocket, of a browser that keeps its cookies."""

    address: str  # of the server
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""
    pad: Part = field(default_factory=lambda: Part())
    stage: Part = field(default_factory=lambda: Part())
    live: Part = field(default_factory=lambda: Part())
    readings: int = 0
    answers: list[Answer] = field(default_factory=list)
    alerts: list[tuple[str, int]] = field(default_factory=list)  # of the page that was opened last
    back: float = 0.0  # when it had an answer again, after its server was gone

    async def connect(self) -> None:
        """Open the websocket; before that the page, for its cookies, as a browser does."""
        if not self.cookies:
            page = urllib.request.Request(self.address, headers={"Accept": "text/html"})  # noqa: S310
            headers = await asyncio.to_thread(_headers, page)
            self._take(headers.get_all("Set-Cookie", []))
        self.socket: ClientConnection = await connect(
            self.address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": self._cookie},
            max_size=None,
            ping_interval=None,
        )
        assert self.socket.response is not None
        self._take(self.socket.response.headers.get_all("Set-Cookie"))

    def _take(self, given: Iterable[str]) -> None:
        for cookie in given:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

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

    async def open(self, page: str, query: str) -> list[tuple[str, int]]:
        """Open a page at an address; the texts of its alerts, with their kinds."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        self.alerts = []
        await self._answer(message)
        return self.alerts

    async def read_along(self, drawing: Drawing, until: float) -> None:
        """Ask for readings of a drawing, as often as the server allows."""
        pause = self.live.data["pause"] / 1000
        address = f"{self.address}{self.live.data['address']}?number={self.live.data['number']}"
        png = base64.b64decode(drawing.picture.partition(",")[-1])
        question = urllib.request.Request(address, png, {"Cookie": self._cookie}, method="POST")  # noqa: S310
        while time.perf_counter() + pause < until:
            await asyncio.sleep(pause)
            pause = (await asyncio.to_thread(_reading, question))["pause"] / 1000
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
            case "alert":
                self.alerts.append((element.alert.body, element.alert.format))
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


def _headers(question: urllib.request.Request) -> Message:
    with urllib.request.urlopen(question, timeout=TIMEOUT) as answer:  # noqa: S310
        headers: Message = answer.headers
        return headers


def _reading(question: urllib.request.Request) -> dict[str, Any]:
    with urllib.request.urlopen(question, timeout=TIMEOUT) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found
