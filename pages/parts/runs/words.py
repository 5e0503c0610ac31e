"""The sentences of pages that train. Pure functions."""

from __future__ import annotations

from pages.parts.runs.run import Run
from pages.parts.shared.text import literal

OTHERS = "Started by another visitor: you can watch."


def lost(runs: int = 1) -> str:
    """That runs which a link names are not known to the server.

    Examples
    --------
    >>> lost(), lost(2)
    ('The run in this link is no longer here.', '2 runs in this link are no longer here.')
    """
    if runs == 1:
        return "The run in this link is no longer here."
    return f"{runs} runs in this link are no longer here."


def soon(seconds: float | None) -> str:
    """In how long a run begins, about, as the end of a sentence; empty if nobody knows.

    Examples
    --------
    >>> [soon(seconds) for seconds in (None, 2, 38, 89, 100)]
    ['', ', about 5 s', ', about 40 s', ', about 1 min', ', about 2 min']
    """
    if seconds is None:
        return ""
    if seconds <= 57:
        return f", about {max(5, 5 * round(seconds / 5))} s"
    return f", about {max(1, round(seconds / 60))} min"


def where(run: Run | None, *, running: str, stopped: str, finished: str, failed: str = "") -> str:
    """Where a run stands, in a sentence; a page says its own about three states.

    ``failed`` is added to why a run failed.
    """
    if run is None:
        return "A finished run, as an example. Press **Start** for one of your own."
    match run.state:
        case "waiting":
            return f"Waiting for a free place: number {run.position} in the queue{soon(run.wait)}."
        case "starting":
            return "Starting: a process for the training is getting ready."
        case "running":
            return running
        case "stopped":
            return stopped
        case "failed":
            return f"The run failed. {literal(run.why)}{failed}"
        case "done":
            shared = " An earlier run with the same settings, shared." if run.shared else ""
            return f"{finished}{shared}"
