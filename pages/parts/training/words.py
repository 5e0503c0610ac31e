"""What the training lab says of a run. Pure functions of its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deq.training.lab.config import LabConfig
from pages.parts.runs.run import Run

Records = Sequence[Mapping[str, Any]]


def where(run: Run | None) -> str:
    """Where the run stands, in a sentence."""
    if run is None:
        return "A finished run, as an example. Press **Start** for one of your own."
    last = run.records[-1] if run.records else None
    match run.state:
        case "waiting":
            return f"Waiting for a free place: number {run.position} in the queue."
        case "starting":
            return "Starting: a process for the training is getting ready."
        case "running" if run.stopping:
            return "Stopping after this step. What was learnt is kept."
        case "running":
            return f"Training: {_progress(last)}."
        case "stopped" if last is None:
            return "Stopped before it began."
        case "stopped":
            return f"Stopped at {_progress(last)}. **Resume** goes on from there."
        case "failed":
            kept = " **Resume** goes on from the last epoch that was kept." if last else ""
            return f"The run failed. {run.why}{kept}"
        case _:
            shared = " An earlier run with the same settings, shared." if run.shared else ""
            seconds = float(last["seconds"]) if last else 0.0
            return f"Finished in {seconds:.0f} s.{shared}"


def _progress(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return "step 0"
    told = f"step {record['step']:,} of {record['steps']:,}"
    left = record.get("left")
    return f"{told}, about {_time(left)} left" if left else told


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def share_done(records: Records) -> float:
    """How much of the run is behind it, 0 to 1."""
    if not records:
        return 0.0
    return min(1.0, float(records[-1]["step"]) / float(records[-1]["steps"]))


def verdict(records: Records, config: LabConfig) -> str:
    """What was learnt, in a sentence."""
    last = records[-1] if records else None
    if last is None:
        return "Nothing learnt yet."
    if last.get("confusion"):
        asked = sum(map(sum, last["confusion"]))
        return f"It names {100 * last['accuracy']:.1f} % of {asked:,} digits it never saw."
    seen = [r["accuracy"] for r in records if known(r.get("accuracy"))]
    if not seen:
        return "Nothing learnt yet."
    return f"It names {100 * seen[-1]:.0f} % of 300 digits that are kept apart."


def known(value: Any) -> bool:
    """Whether a number of a record is there: JSON says null for what is not."""
    return value is not None and value == value


def readouts(records: Records) -> list[tuple[str, str]]:
    """The numbers of the moment: name and value."""

    def latest(name: str) -> Any:
        return next((r[name] for r in reversed(records) if known(r.get(name))), None)

    form: tuple[tuple[str, str, Callable[[float], str]], ...] = (
        ("Named right", "accuracy", lambda v: f"{100 * v:.1f} %"),
        ("Loss", "loss", lambda v: f"{v:.3f}"),
        ("Evaluations, forward", "evals", lambda v: f"{v:.1f}"),
        ("Backward", "adjoint_evals", lambda v: f"{v:.1f}"),
        ("Spectral radius", "radius", lambda v: f"{v:.2f}"),
        ("Digits a second", "speed", lambda v: f"{v:,.0f}"),
    )
    return [
        (label, say(value) if (value := latest(key)) is not None else "–")
        for label, key, say in form
    ]


def mistake(found: Mapping[str, Any]) -> str:
    """One digit read wrongly."""
    return f"{found['truth']:.0f} read as {found['guess']:.0f}, {100 * found['share']:.0f} % sure"
