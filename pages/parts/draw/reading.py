"""Answers the page's script while the pen moves.

Not by a run of the page: in the browser that would stop the pen for 70 ms each time, and it would
cost the server twice as much.
"""

from __future__ import annotations

import json

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LARGEST = 500_000
"""Characters of a question, most of them a picture of 280×280 pixels."""


def address(name: str) -> str:
    """Where a trail's questions go, below the address of the app."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{'/' if base else ''}{base}/reading/{name}"


async def _answer(request: Request) -> Response:
    """The reading of a picture, as JSON; nothing for an old drawing, or for one that is gone."""
    from pages.parts.draw import trail  # heavy, and loaded by now; see warm_up.py

    line = trail.find(request.path_params["name"])
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return Response(status_code=413)
    try:
        asked = json.loads(body)
        number, picture = int(asked["number"]), str(asked["picture"])
        if line is None or number != line.number:
            return Response(status_code=204)
        return JSONResponse(await run_in_threadpool(line.read, picture))
    except (ValueError, KeyError, TypeError, OSError):  # no JSON, or no picture
        return Response(status_code=400)


ROUTE = Route(address("{name}"), _answer, methods=["POST"])
"""For the server."""
