"""What the y = 2x page shows of a run. Reads results; computes nothing."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from deq.figures.doubling.learning import learning
from deq.training.doubling.config import DoublingConfig
from deq.training.doubling.curves import curves_of
from pages.parts.runs.run import Run
from pages.parts.shared import downloads as files
from pages.parts.shared import player_keys
from pages.parts.shared.chart import chart

Records = Sequence[Mapping[str, Any]]
ANSWER_BAR = 0.05
ALT = (
    "Four panels: the learned answers against the line, the walk of slope and intercept, the ten "
    "states flowing to their equilibria, and the loss on a logarithmic axis."
)
LOOK = (
    "**Look for** the answer at x = −5, far outside the ten numbers: when the straight line is "
    "right, it is right everywhere. And for the states: the closer a is to 1, the longer they take."
)


def status(run: Run | None, said: str) -> None:
    """What was learnt, and where the run stands."""
    failed = run is not None and run.state == "failed"
    with st.container(horizontal=not failed, vertical_alignment="center", gap="small"):
        st.markdown(f"**{said}**", width="content")
        with st.container(key="train-status", width="stretch" if failed else "content"):
            if failed:
                st.warning(where(run), icon=":material/error:")
            else:
                st.caption(where(run), width="content")


def where(run: Run | None) -> str:
    """Where the run stands, in a sentence."""
    if run is None:
        return "A finished run, as an example. Press **Start** for one of your own."
    epochs = max(len(run.records) - 1, 0)
    match run.state:
        case "waiting":
            return f"Waiting for a free place: number {run.position} in the queue."
        case "starting":
            return "Starting: a process for the training is getting ready."
        case "running":
            return f"Training: epoch {epochs} of {run.config['epochs']}."
        case "stopped":
            learnt = f"after epoch {epochs}" if run.records else "before it began"
            return f"Stopped {learnt}. What was learnt is below."
        case "failed":
            return f"The run failed. {run.why}"
        case _:
            shared = " An earlier run with the same settings, shared." if run.shared else ""
            seconds = float(run.records[-1]["seconds"])
            return f"Finished: {epochs} epochs in {seconds:.1f} s.{shared}"


def verdict(records: Records, config: DoublingConfig) -> str:
    """What was learnt, in a sentence."""
    last = records[-1]
    wanted = config.slope * -5 + config.intercept
    answer, slope = last["answer"], last["slope"]
    if slope >= 1 and config.variant == "linear":
        said = f"f rises with slope {slope:.2f}: from 1 on no equilibrium is stable."
    elif not _known(answer):
        said = "It has not learnt anything yet."
    elif abs(answer - wanted) < ANSWER_BAR:
        said = f"Asked −5, which it never saw, it answers {answer:.3f}. Right: {wanted:g}."
    else:
        said = f"Asked −5, it answers {answer:.2f}; the line says {wanted:g}."
    return said.replace("-", "−")


def _known(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def readouts(records: Records) -> None:
    """The numbers of the last epoch."""
    last = records[-1]
    # The last epoch has taken no step: the backward solves were those before it.
    backward = next((r["adjoint_evals"] for r in records[-2:] if _known(r["adjoint_evals"])), None)
    for label, value, form in (
        ("Answer at −5", last["answer"], ".3f"),
        ("Loss", last["loss"], ".2g"),
        ("Slope a", last["slope"], ".4f"),
        ("Intercept b", last["intercept"], ".4f"),
        ("Evaluations, forward", last["evals"], ".0f"),
        ("Backward", backward, ".0f"),
    ):
        said = format(value, form).replace("-", "−") if _known(value) else "–"
        st.metric(label, said, width="content")


def picture(records: Records, config: DoublingConfig, *, live: bool, theme: str | None) -> Any:
    """The four panels; played once nothing more is to come. Returns the figure."""
    narrow = player_keys.narrow()
    played = not live and len(records) > 1
    figure = learning(curves_of(records, config), played=played, stacked=narrow, theme=theme)
    height = 1150 if narrow else 570
    with st.container(key="train-loss"):
        chart(figure, "doubling", height=height, alt=ALT, theme=theme)
    return figure


def downloads(records: Records, figure: Any, said: str) -> None:
    """The log, and the picture that plays."""

    def log() -> str:
        out = io.StringIO()
        names = [name for name in records[0] if name not in ("weights", "stage")]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([record[name] for name in names] for record in records)
        return out.getvalue()

    with st.container(horizontal=True):
        files.numbers("Log (CSV)", log, "doubling")
        files.picture(figure, "y = 2x", said, "doubling")


def code(config: DoublingConfig) -> str:
    """The same in six lines, as they run."""
    return (
        "import deq\n"
        "from deq.training.doubling import DoublingConfig, train_doubling\n"
        f"config = DoublingConfig(slope={config.slope!r}, intercept={config.intercept!r}, "
        f"seed={config.seed})\n"
        "*_, last = train_doubling(config)\n"
        'print(f"asked -5, it answers {last.answer:.3f}; f(u) = {last.slope:.4f} u '
        '+ {last.intercept:.4f}")'
    )
