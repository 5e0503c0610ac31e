"""The sentences of the training lab, its numbers and its code box, as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deq.training.lab.config import LabConfig
from pages.parts.runs.run import Records, Run
from pages.parts.runs.words import where
from pages.parts.shared.numbers import known

ALT = (
    "A cloud of 200 equilibria in ten colours, and beside it four curves over epochs: loss, share "
    "of digits named right, evaluations, and residual with spectral radius."
)
CONFUSION_ALT = "A ten by ten table: rows are digits as written, columns as read."


def status(run: Run | None, mine: bool = True) -> str:
    """Where the run stands, in a sentence; `mine`: the visitor may resume it."""
    last = run.records[-1] if run is not None and run.records else None
    done = _progress(last)
    stopping = run is not None and run.stopping
    return where(
        run,
        running="Stopping after this step. What was learnt is kept."
        if stopping
        else f"Training: {done}.",
        stopped=f"Stopped at {done}.{' **Resume** goes on from there.' if mine else ''}"
        if last
        else "Stopped before it began.",
        finished=f"Finished in {float(last['seconds']) if last else 0.0:.0f} s.",
        failed=" **Resume** goes on from the last epoch that was kept." if last and mine else "",
    )


def _progress(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return "step 0"
    step = f"step {record['step']:,} of {record['steps']:,}"
    left = record.get("left")
    return f"{step}, about {_time(left)} left" if left else step


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def share_done(records: Records) -> float:
    """How much of the run is done, 0 to 1."""
    if not records:
        return 0.0
    return min(1.0, float(records[-1]["step"]) / float(records[-1]["steps"]))


def verdict(records: Records) -> str:
    """What was learnt, in a sentence."""
    if records and (confusion := records[-1].get("confusion")):
        share = 100 * records[-1]["accuracy"]
        return f"It names {share:.1f} % of {sum(map(sum, confusion)):,} digits it never saw."
    accuracy = _latest(records, "accuracy")
    if accuracy is None:
        return "Nothing learnt yet."
    return f"It names {100 * accuracy:.0f} % of 300 digits that are kept apart."


def _latest(records: Records, name: str) -> Any:
    return next((r[name] for r in reversed(records) if known(r.get(name))), None)


def readouts(records: Records) -> dict[str, str]:
    """The numbers of the moment."""
    shown = {}
    for label, name, form in (
        ("Named right", "accuracy", "{:.1%}"),
        ("Loss", "loss", "{:.3f}"),
        ("Evaluations, forward", "evals", "{:.1f}"),
        ("Backward", "adjoint_evals", "{:.1f}"),
        ("Spectral radius", "radius", "{:.2f}"),
        ("Digits a second", "speed", "{:,.0f}"),
    ):
        value = _latest(records, name)
        shown[label] = "–" if value is None else form.format(value).replace("%", " %")
    return shown


def mistake(digit: Mapping[str, Any]) -> str:
    """One digit that was read wrongly."""
    return f"{digit['truth']:.0f} read as {digit['guess']:.0f}, {100 * digit['share']:.0f} % sure"


def code(config: LabConfig) -> str:
    """The same in a few lines; runs as it stands."""
    usual = LabConfig()
    other = [
        f"{name}={getattr(config, name)!r}"
        for name in LabConfig.__dataclass_fields__
        if getattr(config, name) != getattr(usual, name)
    ]
    return (
        "from deq.training.lab import train_lab\n"
        "from deq.training.lab_config import LabConfig\n"
        f"for line in train_lab(LabConfig({', '.join(other)})):\n"
        '    if line.stage != "step":\n'
        '        print(f"step {line.step:4}: {line.accuracy:.1%} named right")'
    )
