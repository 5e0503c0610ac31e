"""What the training lab shows of a run. Reads results; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from deq.figures import magnify
from deq.figures.training.comparison import MOST, runs
from deq.figures.training.confusion import confusion_matrix
from deq.figures.training.run import lab
from deq.training.lab.config import LabConfig
from deq.training.lab.curves import Log, to_csv
from deq.training.lab.data import lab_data
from deq.training.lab.train import WEIGHTS
from pages.parts.runs.run import Run
from pages.parts.shared import downloads as files
from pages.parts.shared import player_keys
from pages.parts.shared.chart import chart
from pages.parts.training import lesson, to_draw, words

ALT = (
    "A cloud of 200 equilibria in ten colours, and beside it four curves over epochs: loss, share "
    "of digits named right, evaluations, and residual with spectral radius."
)
_SHOWN = 12
_MISTAKE = 84  # wide, pixels of the screen


def status(run: Run | None, records: words.Records, config: LabConfig) -> None:
    """What was learnt, where the run stands, and how far it is."""
    failed = run is not None and run.state == "failed"
    with st.container(horizontal=not failed, vertical_alignment="center", gap="small"):
        st.markdown(f"**{words.verdict(records, config)}**", width="content")
        with st.container(key="train-status", width="stretch" if failed else "content"):
            if failed:
                st.warning(words.where(run), icon=":material/error:")
            else:
                st.caption(words.where(run), width="content")
    if run is not None and run.live:
        st.progress(words.share_done(records))


def readouts(records: words.Records) -> None:
    """The numbers of the moment."""
    for label, value in words.readouts(records):
        st.metric(label, value, width="content")


def picture(records: words.Records, *, live: bool, theme: str | None) -> Any:
    """The cloud and the four curves; played once nothing more is to come. Returns the figure."""
    narrow = player_keys.narrow()
    figure = lab(Log.of(records), played=not live, stacked=narrow, theme=theme)
    with st.container(key="train-loss"):
        chart(figure, "lab", height=1250 if narrow else 540, alt=ALT, theme=theme)
    return figure


def downloads(run: Run | None, records: words.Records, figure: Any) -> None:
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
            on_click=to_draw.take_model,
            args=(weights, words.verdict(records, lesson.config_of(run))),
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
        files.numbers("Log (CSV)", lambda: to_csv(records), "lab")
        files.picture(figure, "Training lab", ALT, "lab")


def answers(records: words.Records, config: LabConfig, theme: str | None) -> None:
    """Confusion matrix and mistakes of a run that has ended."""
    last: Mapping[str, Any] = records[-1] if records else {}
    if not last.get("confusion"):
        return
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        st.markdown("**Which digit is taken for which?** Look for pairs that hands confuse too.")
        with st.container(key="confusion"):
            chart(
                confusion_matrix(last["confusion"], theme=theme),
                "confusion",
                height=430,
                alt="A ten by ten table: rows are digits as written, columns as read.",
                theme=theme,
                camera=False,
            )
    with right, st.container(key="mistakes", gap="small"):
        wrong = last["mistakes"]
        st.markdown(
            f"**The mistakes it is surest of**, {min(_SHOWN, len(wrong))} of {len(wrong)} kept. "
            "Press one to watch the shipped network, or yours, read it."
            if wrong
            else "**No mistakes** on these digits."
        )
        _gallery(wrong[:_SHOWN], config)


def _gallery(wrong: Sequence[Mapping[str, Any]], config: LabConfig) -> None:
    images = lab_data(config.data).held_out[0]
    with st.container(horizontal=True, gap="small"):  # unlike columns, also in rows on a phone
        for k, found in enumerate(wrong):
            image = (images[int(found["place"])].float() / 255).numpy()  # (28, 28)
            with st.container(width=_MISTAKE, gap="xsmall"):
                st.image(
                    magnify(image, 3),
                    width=_MISTAKE,
                    output_format="PNG",
                    alt=f"A digit: {words.mistake(found)}",
                )
                st.button(
                    f"{found['truth']:.0f} → {found['guess']:.0f}",
                    key=f"mistake-{k}",
                    help=words.mistake(found) + ". Opens it on the Draw page.",
                    on_click=to_draw.take_picture,
                    args=(image,),
                    width="stretch",
                )


def comparison(found: Sequence[Run], theme: str | None) -> None:
    """Up to four runs on one chart, once there is more than one."""
    ready = [(k, run) for k, run in enumerate(found, 1) if any(r.get("cloud") for r in run.records)]
    if len(ready) < 2:
        st.caption("Start a second run with other settings to see both on one chart here.")
        return
    names = {run.id: lesson.name(run, k) for k, run in ready}
    chosen = st.multiselect(
        "Runs to compare",
        list(names),
        default=list(names)[-MOST:],
        format_func=lambda run: names[run],
        max_selections=MOST,
        key=f"compare-{len(names)}",
    )
    some = [run for _, run in ready if run.id in chosen]
    if not some:
        st.caption("Choose a run to see its curves.")
        return
    with st.container(key="comparison"):
        chart(
            runs([Log.of(r.records) for r in some], [names[r.id] for r in some], theme=theme),
            "comparison",
            height=330,
            alt="Loss, share named right and evaluations over epochs of "
            + "; ".join(names[r.id] for r in some),
            theme=theme,
        )


def code(config: LabConfig) -> str:
    """The same in a few lines, as they run."""
    usual = LabConfig()
    odd = [
        f"{name}={getattr(config, name)!r}"
        for name in LabConfig.__dataclass_fields__
        if getattr(config, name) != getattr(usual, name)
    ]
    return (
        "from deq.training.lab import LabConfig, train_lab\n"
        f"for line in train_lab(LabConfig({', '.join(odd)})):\n"
        '    if line.stage != "step":\n'
        '        print(f"step {line.step:4}: {line.accuracy:.1%} named right")'
    )
