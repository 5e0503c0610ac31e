"""The sentences of the training lab, its numbers and its code box, as pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from deq.training.lab.config import LabConfig
from pages.parts.look.hero import ONE_THREAD
from pages.parts.runs.run import Records, Run
from pages.parts.runs.words import where
from pages.parts.shared import settings
from pages.parts.shared.numbers import known
from pages.parts.training import controls

LOOK = (
    "**Look for** ten clusters that part as the loss falls. Below right: the **contraction "
    "constant** κ of f (dotted) is the most that f can stretch a distance; below 1 every digit has "
    "exactly one equilibrium. The **spectral radius** is the size of the largest eigenvalue of "
    "∂f/∂z at one digit's equilibrium: the nearer it is to 1, the more **evaluations** of f the "
    "equilibrium takes. The residual is ‖f(z) − z‖/(1 + ‖z‖) where the solver stopped."
)
CLOUD = (
    "Each point is the equilibrium of one of 200 digits that are kept apart, projected on the two "
    "principal components (the directions of largest spread) of the ten class means, and turned to "
    "fit the picture before."
)


_PRINTED = ("accuracy", "loss", "evals", "adjoint_evals", "radius", "bound")


def alt(records: Records) -> str:
    """What the figure shows now, for people who cannot see it."""
    now = readouts(records)
    return (
        "A cloud of 200 equilibria in ten colours, and beside it four panels over epochs. "
        f"Loss, now {now['Loss']}. Share of 300 digits named right. Evaluations, now "
        f"{now['Evaluations, forward']} forward and {now['Backward']} backward. Residual, spectral "
        f"radius, now {now['Spectral radius']}, and contraction constant, now "
        f"{now['Contraction constant']}."
    )


def confusion_alt(confusion: Sequence[Sequence[int]]) -> str:
    """The same for the table of what was taken for what."""
    most, written, read = max(
        (count, i, j) for i, row in enumerate(confusion) for j, count in enumerate(row) if i != j
    )
    wrong = f"the largest number is {most}: {written} read as {read}" if most else "are zeros"
    return (
        "A ten by ten table: rows are digits as written, columns as read. Off its diagonal "
        f"{wrong}."
    )


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
        finished=f"Finished in {_duration(last)}." if last else "Finished.",
        failed=" **Resume** goes on from the last epoch that was kept." if last and mine else "",
    )


def _duration(record: Mapping[str, Any]) -> str:
    speed = record.get("speed")
    each = f", {speed:,.0f} digits a second" if known(speed) else ""
    return f"{float(record['seconds']):.0f} s{each}"


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
        ("Contraction constant", "bound", "{:.2f}"),
    ):
        value = _latest(records, name)
        shown[label] = "–" if value is None else form.format(value).replace("%", " %")
    return shown


def labelled(config: LabConfig) -> dict[str, object]:
    """What a visitor can choose of a configuration, by the labels of the controls."""
    table = settings.controls(controls.Settings)
    return {control.label: getattr(config, key) for key, control in table.items()}


def mistake(digit: Mapping[str, Any]) -> str:
    """One digit that was read wrongly."""
    return f"{digit['truth']:.0f} read as {digit['guess']:.0f}, {100 * digit['share']:.0f} % sure"


def end_of_run(name: str, accuracy: npt.NDArray[Any], evals: npt.NDArray[Any]) -> str:
    """What a run has come to, beside others.

    Examples
    --------
    >>> import numpy as np
    >>> end_of_run("the example", np.array([0.1, 0.966]), np.array([2.0, 4.04]))
    'the example: 97 % named right, 4.0 evaluations'
    """
    cost = f"{evals[-1]:.1f} evaluations" if len(evals) else "no step yet"
    return f"{name}: {100 * accuracy[-1]:.0f} % named right, {cost}"


def code(config: LabConfig) -> str:
    """The same as code that runs as it stands."""
    usual = LabConfig()
    other = [
        f"{name}={getattr(config, name)!r}"
        for name in LabConfig.__dataclass_fields__
        if getattr(config, name) != getattr(usual, name)
    ]
    return (
        "import torch\n"
        "from deq.training.errors import TrainingError\n"
        "from deq.training.lab import LabConfig, train_lab\n"
        "\n"
        f"{ONE_THREAD}\n"
        "try:\n"
        f"    *_, last = train_lab(LabConfig({', '.join(other)}))\n"
        '    print(f"Named right: {last.accuracy:.1%}, loss: {last.loss:.3f}")\n'
        '    print(f"Evaluations, forward: {last.evals:.1f}, backward: {last.adjoint_evals:.1f}")\n'
        '    print(f"Spectral radius: {last.radius:.2f}, contraction constant: {last.bound:.2f}")\n'
        "except TrainingError as reason:\n"
        "    print(reason)"
    )


def prints(run: Run | None, records: Records) -> str:
    """What the code of a run prints; empty if the run has not come to its own end."""
    if run is not None and run.by_itself:
        return run.why
    if run is not None and run.state != "done":
        return ""
    last = {name: records[-1][name] if known(records[-1][name]) else math.nan for name in _PRINTED}
    return (
        "Named right: {accuracy:.1%}, loss: {loss:.3f}\n"
        "Evaluations, forward: {evals:.1f}, backward: {adjoint_evals:.1f}\n"
        "Spectral radius: {radius:.2f}, contraction constant: {bound:.2f}"
    ).format(**last)
