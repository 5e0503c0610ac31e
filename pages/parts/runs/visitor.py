"""Who a visitor is: a secret name in a cookie of the browser, so that a reload changes nothing.

Whoever started a run may stop and resume it, and nobody else. The name of a Streamlit session would
end with a reload, and the address of the page is there to be shared. A cookie is neither: the
browser sends it back to this server alone, for all its tabs and until it is closed. Scripts cannot
read it. Where cookies are off, a visitor lasts as long as the session.
"""

from __future__ import annotations

import uuid

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "deq-visitor"
_SESSION = "visitor"


def visitor() -> str:
    """The secret name of this visitor."""
    name = st.context.cookies.get(COOKIE)
    if isinstance(name, str):
        return name
    return str(st.session_state.setdefault(_SESSION, uuid.uuid4().hex))


async def _named(request: Request, answer: RequestResponseEndpoint) -> Response:
    """Give a browser that opens a page its name, if it has none."""
    response = await answer(request)
    if COOKIE not in request.cookies and "text/html" in request.headers.get("accept", ""):
        # "lax": also a link from elsewhere sends the cookie, and so does not replace it.
        # The path keeps it from whatever else a proxy serves beside this app.
        path = "/" + st.get_option("server.baseUrlPath").strip("/")
        response.set_cookie(COOKIE, uuid.uuid4().hex, path=path, httponly=True, samesite="lax")
    return response


NAMED = Middleware(BaseHTTPMiddleware, dispatch=_named)
"""For the server: every browser gets a name."""
