"""The training runs of one page: which run it shows to a visitor, and what the buttons do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.runs import registry
from pages.parts.runs.run import Refused, Run
from pages.parts.runs.visitor import visitor
from pages.parts.shared.fragments import again, run_page_again
from pages.parts.shared.text import literal

_FAST, _SLOW = 0.2, 0.8  # seconds; each update costs the server a figure
_RESUMED = 2.0  # seconds after which a page notices that a run goes on again


@dataclass(frozen=True)
class RunPanel:
    """The runs of one kind. The id of the run that is shown is in the session and in the address.

    Parameters
    ----------
    kind : str
        As in `deq.training.jobs`.
    config : callable
        Makes the typed configuration of a run's JSON; raises TypeError or ValueError if it cannot.
    """

    kind: str
    config: Callable[[Mapping[str, Any]], object]

    @property
    def key(self) -> str:
        """Where the session keeps the id of the run that is shown."""
        return f"{self.kind}-run"

    def current(self) -> Run | None:
        """The run of this session, or of the address; None if the server does not know it.

        The address is written again, since a change of page clears it.
        """
        asked = self._asked()
        run = self.find(asked) if asked else None
        if run is not None:
            self.show(run)
        return run

    def find(self, run_id: str) -> Run | None:
        """The run of that id, if the server knows it and this page can show it."""
        run = registry.pool().find(run_id)
        if run is None or run.kind != self.kind:
            return None
        with suppress(TypeError, ValueError):  # an earlier version of the app may have left it
            self.config(run.config)
            return run
        return None

    def lost(self) -> bool:
        """Whether a run was asked for that the server does not know."""
        return bool(self._asked()) and self.current() is None

    def mine(self) -> bool:
        """Whether this visitor has started the run, and so may stop and resume it."""
        run = self.current()
        return run is not None and run.visitor == visitor()

    def show(self, run: Run) -> None:
        """Make it the run that is shown."""
        st.session_state[self.key] = run.id
        if st.query_params.get("run") != run.id:
            st.query_params["run"] = run.id

    def start(self, config: Mapping[str, object]) -> None:
        """Callback of the Start button."""
        st.session_state.pop(self._refusal, None)
        try:
            self.show(registry.pool().start(self.kind, config, visitor()))
        except Refused as refused:
            st.session_state[self._refusal] = literal(refused)

    def stop(self) -> None:
        """Callback of the Stop button."""
        run = self.current()
        if run is not None and self.mine():
            run.stop()

    def resume(self) -> None:
        """Callback: go on with a run that was stopped or failed."""
        st.session_state.pop(self._refusal, None)
        run = self.current()
        try:
            if run is not None and self.mine():
                run.resume()
        except Refused as refused:
            st.session_state[self._refusal] = literal(refused)

    def refusal(self) -> str:
        """Why the last button started no run; empty if it did."""
        return str(st.session_state.get(self._refusal, ""))

    def interval(self) -> float | None:
        """Seconds between two updates, for a fragment's ``run_every``; None once a run has ended.

        Call it before the buttons are drawn, so that `update_page` notices all that changes later.
        """
        seconds = _interval(self.current())
        st.session_state[self._interval] = seconds
        return seconds

    def update_page(self) -> None:
        """In that fragment: run the whole page again if the interval has changed.

        A fragment's interval is set by the page, and the buttons depend on the run's state, too.
        """
        if _interval(self.current()) != st.session_state.get(self._interval):
            run_page_again()

    def watch(self) -> None:
        """Let a page with a run that was stopped notice when another tab resumes it."""
        run = self.current()
        if run is not None and run.resumable:
            again(self.update_page, _RESUMED)

    def _asked(self) -> str:
        return str(st.session_state.get(self.key) or st.query_params.get("run", ""))

    @property
    def _interval(self) -> str:
        return f"{self.kind}-interval"

    @property
    def _refusal(self) -> str:
        return f"{self.kind}-refusal"


def _interval(run: Run | None) -> float | None:
    if run is None or not run.live:
        return None
    begins = run.state == "starting" or (run.state == "running" and len(run.records) < 3)
    return _FAST if begins or run.stopping else _SLOW
