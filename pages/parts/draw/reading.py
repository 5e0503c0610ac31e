"""Answers the page's script while the pen moves.

Not by a run of the page: in the browser that would stop the pen for 70 ms each time, and it would
cost the server twice as much.
"""

from __future__ import annotations

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LARGEST = 500_000
"""Bytes of a picture of 280×280 pixels."""


def address(name: str) -> str:
    """Where a trail's questions go, below the address of the app."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{'/' if base else ''}{base}/reading/{name}"


async def _answer(request: Request) -> Response:
    """The reading of a PNG, as JSON; nothing for an old drawing, or for one that is gone.

    A page has one reading at a time, whatever it asks.
    """
    from pages.parts.draw import trail  # heavy, and loaded by now; see warm_up.py

    line = trail.find(request.path_params["name"])
    if line is None or line.busy or request.query_params.get("number") != str(line.number):
        return Response(status_code=204)
    line.busy = True
    try:
        png = bytearray()
        async for chunk in request.stream():
            png += chunk
            if len(png) > LARGEST:
                return Response(status_code=413)
        return JSONResponse(await run_in_threadpool(line.read, bytes(png)))
    except ValueError:  # no picture of the pad
        return Response(status_code=400)
    finally:
        line.busy = False


ROUTE = Route(address("{name}"), _answer, methods=["POST"])
"""For the server."""
