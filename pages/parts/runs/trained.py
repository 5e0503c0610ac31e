"""One run, trained in a worker: its records are written down as they come."""

from __future__ import annotations

from dataclasses import replace

from deq.training.records import json_line
from pages.parts.runs.run import RECORDS, Run, Standing, State
from pages.parts.runs.worker import Worker

_UNWRITTEN = "The records of this run could not be written: the server's disk may be full."


def trained(run: Run, worker: Worker) -> Standing:
    """Train to the end of the run or of the process; how the run has ended."""
    try:
        return _trained(run, worker)
    except OSError:
        worker.close()
        return replace(run.standing, state="failed", why=_UNWRITTEN)


def _trained(run: Run, worker: Worker) -> Standing:
    ended: State | None = None
    why, by_itself, began = "", False, run.standing
    with (run.folder / RECORDS).open("a", encoding="utf-8") as file:
        for record in worker.train(run.kind, run.config, run.folder):
            if record["stage"] == "failed":
                ended, why = "failed", record["why"]
                by_itself = record.get("by_itself", False)
                continue
            if run.standing.state != "running":
                run.write(replace(began, state="running"))
            file.write(json_line(record))
            file.flush()
            if record["stage"] in ("stopped", "done"):
                ended = record["stage"]
    if ended is None:  # the process ended before the run did
        ended = "stopped" if run.stopping else "failed"
        why = f"The run ended early: {worker.how_it_ended()}."
    return replace(began, state=ended, why=why, by_itself=by_itself)
