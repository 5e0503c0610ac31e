"""What the training lab shows of a run. Reads results; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from deq.figures.training.comparison import MOST, runs
from deq.figures.training.confusion import confusion_matrix
from deq.figures.training.run import lab
from deq.training.lab.config import LabConfig
from deq.training.lab.curves import Log, to_csv
from deq.training.lab.data import lab_data
from deq.training.lab.train import WEIGHTS
from pages.parts.look import downloads
from pages.parts.look.chart import Panel, chart
from pages.parts.look.picture import picture
from pages.parts.runs.run import Records, Run
from pages.parts.runs.views import Results
from pages.parts.shared import errors, own_model
from pages.parts.training import lesson, to_draw, words

_SHOWN = 12
_MISTAKE = 84  # wide, pixels of the screen
_EXAMPLE = "example"  # among the ids of runs


def results(run: Run | None, live: bool, narrow: bool, theme: str | None) -> Results:
    """Verdict, numbers, and the cloud with four curves, which play once the run has ended."""
    records = lesson.records(run)
    return Results(
        verdict=words.verdict(records),
        status=words.status(run, lesson.PANEL.mine()),
        share=words.share_done(records),
        readouts=words.readouts(records),
        figure=lab(Log.of(records), played=not live, stacked=narrow, theme=theme),
        name="lab",
        height=1250 if narrow else 540,
        alt=words.alt(records),
        caption=f"{words.LOOK} {words.CLOUD}",
        records=records,
    )


def files(run: Run | None, results: Results) -> None:
    """Weights, log, and the picture that plays; and the way to the Draw page."""
    weights = None if run is None else run.folder / WEIGHTS
    there = weights is not None and weights.is_file()
    with st.container(horizontal=True):
        st.button(
            "Draw with this network",
            icon=":material/draw:",
            type="primary" if there else "secondary",
            key="use-model",
            disabled=not there,
            help=None if there else "A run of your own leaves a network to draw with.",
            on_click=errors.callback(to_draw.take_model),
            args=(weights, results.verdict),
        )
        st.download_button(
            "Weights (safetensors)",
            weights.read_bytes if there and weights is not None else b"",
            "lab.safetensors",
            icon=":material/download:",
            on_click="ignore",
            key="download-weights",
            disabled=not there,
        )
        downloads.numbers("Log (CSV)", lambda: to_csv(results.records), "lab")
        downloads.picture(results.figure, "Training lab", results.alt, "lab")
    if there:
        st.caption(own_model.DIGITS_ONLY)
    to_draw.from_fragment()


def answers(records: Records, config: LabConfig, theme: str | None) -> None:
    """Confusion matrix and mistakes of a run that has ended."""
    last: Mapping[str, Any] = records[-1] if records else {}
    if not last.get("confusion"):
        return
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        st.markdown("**Which digit is taken for which?** Look for pairs that hands confuse too.")
        with st.container(key="confusion"):
            figure = confusion_matrix(last["confusion"], theme=theme)
            alt = words.confusion_alt(last["confusion"])
            chart(figure, "confusion", 430, alt, camera=False)
    with right, st.container(key="mistakes", gap="small"):
        wrong = last["mistakes"]
        st.markdown(
            f"**The mistakes it is surest of**, {min(_SHOWN, len(wrong))} of {len(wrong)} kept. "
            "Press one to watch the shipped network, or yours, read it."
            if wrong
            else "**No mistakes** on these digits."
        )
        with errors.in_words():  # the pictures may be missing
            _gallery(wrong[:_SHOWN], config)


def _gallery(wrong: Sequence[Mapping[str, Any]], config: LabConfig) -> None:
    images = lab_data(config.data).held_out[0]
    with st.container(horizontal=True, gap="small"):  # unlike columns, also in rows on a phone
        for k, digit in enumerate(wrong):
            image = (images[int(digit["place"])].float() / 255).numpy()  # (28, 28)
            with st.container(width=_MISTAKE, gap="xsmall"):
                picture(image, _MISTAKE, f"A digit: {words.mistake(digit)}", factor=3)
                st.button(
                    f"{digit['truth']:.0f} → {digit['guess']:.0f}",
                    key=f"mistake-{k}",
                    help=words.mistake(digit) + ". Opens it on the Draw page.",
                    on_click=errors.callback(to_draw.take_picture),
                    args=(image,),
                    width="stretch",
                )


def comparison(known: Sequence[Run], theme: str | None) -> None:
    """Up to four runs on one chart: the visitor's and the example."""
    ready = {run.id: run for run in known if any(r.get("cloud") for r in run.records)}
    names = {_EXAMPLE: "the example"} | {
        run.id: lesson.name(run, k) for k, run in enumerate(known, 1) if run.id in ready
    }
    if len(names) < 2:
        st.caption("Start a run with other settings to see it and the example on one chart here.")
        return
    chosen = st.multiselect(
        "Runs to compare",
        list(names),
        default=list(names)[-MOST:],
        format_func=names.__getitem__,
        max_selections=MOST,
        key=f"compare-{len(names)}",
    )
    some = [one for one in names if one in chosen]
    if not some:
        st.caption("Choose a run to see its curves.")
        return
    logs = [Log.of(lesson.records(ready.get(one))) for one in some]
    figure = runs(logs, [names[one] for one in some], theme=theme)
    ends = "; ".join(
        words.end_of_run(names[one], log.accuracy, log.evals)
        for one, log in zip(some, logs, strict=True)
    )
    alt = f"Loss, share named right and evaluations over epochs. At the end {ends}."
    Panel(figure, "comparison", 330, alt).show()
