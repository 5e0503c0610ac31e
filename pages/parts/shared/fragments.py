"""Parts of a page that draw themselves again, and what reaches the page meanwhile.

With every question a browser sends what all controls show. In a part's question that may be what
they showed before a task set them (`settings.put_right`), or a click that the browser has sent with
it: two questions at once become one, of the part whose was first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from pages.parts.shared import errors, settings


def again(draw: Callable[[], None], every: float | None) -> None:
    """Draw a part of the page, without controls, and draw it again every so many seconds."""
    settings.keep()
    st.fragment(lambda: _as_kept(draw), run_every=every)()


def part(draw: Callable[[bool], None]) -> None:
    """Draw a part of the page, with neither controls nor buttons, that asks for itself.

    `draw` is told whether it is drawn alone, and not with the page. If a button was pressed or a
    control was set with the part's question, the page is run again.
    """
    settings.keep()
    alone = False
    errors.called_back()

    @st.fragment
    def drawn() -> None:
        if alone and settings.set_anew():
            st.rerun()
        if alone and errors.called_back():
            run_page_again()
        _as_kept(lambda: draw(alone))

    drawn()
    alone = True


def _as_kept(draw: Callable[[], None]) -> None:
    with errors.in_words():
        settings.put_right()
        draw()


def run_page_again() -> NoReturn:
    """In such a part: run the whole page, with its controls as they were kept.

    Streamlit merges this with the browser's next question, if that waits already.
    """
    st.session_state[settings.AGAIN] = settings.page()
    st.rerun()
