"""A visitor's side of the training runs of one page: the one that is shown, and the buttons."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.parts.runs import registry
from pages.parts.runs.run import Refused, Run

_SOON, _CALM = 0.2, 0.8  # a look costs the server a figure, so none comes sooner than it must


def visitor() -> str:
    """Who this is, for as long as the session lasts."""
    if "visitor" not in st.session_state:
        st.session_state["visitor"] = uuid.uuid4().hex
    return str(st.session_state["visitor"])


@dataclass(frozen=True)
class Desk:
    """The runs of one kind. The one that is shown is named in the session and in the address.

    Parameters
    ----------
    kind : str
        As in `deq.training.jobs`.
    """

    kind: str

    @property
    def key(self) -> str:
        """Of the session's state that holds the id of the run that is shown."""
        return f"{self.kind}-run"

    def current(self) -> Run | None:
        """The run of this session, or the one that the address names; it may be forgotten by now.

        The address is written again, since a change of page wipes it.
        """
        asked = st.session_state.get(self.key) or st.query_params.get("run")
        run = registry.pool().find(str(asked)) if asked else None
        if run is not None and run.kind != self.kind:
            run = None
        if run is not None:
            self.show(run)
        return run

    def show(self, run: Run) -> None:
        """Make it the run that is shown."""
        st.session_state[self.key] = run.id
        if st.query_params.get("run") != run.id:
            st.query_params["run"] = run.id

    def start(self, config: Mapping[str, object]) -> None:
        """Callback of the Start button."""
        st.session_state.pop(self._refused, None)
        try:
            self.show(registry.pool().start(self.kind, config, visitor()))
        except Refused as refused:
            st.session_state[self._refused] = str(refused)

    def stop(self) -> None:
        """Callback of the Stop button."""
        run = self.current()
        if run is not None:
            run.stop()

    def resume(self) -> None:
        """Callback: go on with a run that was stopped or failed."""
        st.session_state.pop(self._refused, None)
        run = self.current()
        try:
            if run is not None:
                run.resume()
        except Refused as refused:
            st.session_state[self._refused] = str(refused)

    def refused(self) -> str:
        """Why the last button did nothing, if it did nothing."""
        return str(st.session_state.get(self._refused, ""))

    def every(self) -> float | None:
        """Seconds between two looks at the run, for a fragment's ``run_every``.

        Ask before the buttons are drawn: what changes after that makes `turn` draw them again.
        """
        pace = _pace(self.current())
        st.session_state[self._paced] = pace
        return pace

    def turn(self) -> None:
        """In that fragment: draw the whole page again where the run has come to another stage.

        Only this changes a fragment's pace, and the buttons, too, should know that a run is over.
        """
        if _pace(self.current()) != st.session_state.get(self._paced):
            st.rerun()

    @property
    def _paced(self) -> str:
        return f"{self.kind}-pace"

    @property
    def _refused(self) -> str:
        return f"{self.kind}-refused"


def _pace(run: Run | None) -> float | None:
    if run is None or not run.live:
        return None
    soon = (
        run.stopping or run.state == "starting" or (run.state == "running" and len(run.records) < 3)
    )
    return _SOON if soon else _CALM
