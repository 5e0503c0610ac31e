"""The sentences of the y = 2x page, its numbers and its code box, as pure functions."""

from __future__ import annotations

import math

from deq.training.doubling.config import DoublingConfig
from pages.parts.runs.run import Records, Run
from pages.parts.runs.words import where
from pages.parts.shared.numbers import known, minus, readout

CLOSE = 0.05  # an answer that is right to the eye
_PRINTED = ("answer", "loss", "slope", "intercept")


def alt(records: Records, config: DoublingConfig) -> str:
    """What the figure shows now, for people who cannot see it."""
    last = records[-1]
    line = minus(f"f has the slope {last['slope']:.2f} and the intercept {last['intercept']:.2f}")
    return (
        f"Four panels at epoch {last['epoch']}. The answers over x, with the line to learn dashed: "
        f"{verdict(records, config)} The path of slope and intercept: {line}. The ten states over "
        f"the time of the flow. The loss over epochs, on a logarithmic axis: "
        f"{readout(last['loss'], '.2g')}."
    )


def look_for(config: DoublingConfig) -> str:
    """What to look for in the figure, and what its numbers are."""
    far = (
        "a straight line that is right at the ten numbers is right everywhere"
        if config.variant == "linear"
        else "a curve that is right at the ten numbers need not be right there"
    )
    return (
        f"**Look for** the large dot at x = −5 (first panel), far outside the ten numbers: {far}. "
        "And for the ten states (third panel): the closer a is to 1, the longer they take. "
        "Evaluations are calls of f: forward, those that find z\\*; backward, products with the "
        "derivative of f, for the implicit gradient."
    )


def status(run: Run | None) -> str:
    """Where the run stands, in a sentence."""
    records = run.records if run is not None else []
    epochs = max(len(records) - 1, 0)
    seconds = float(records[-1]["seconds"]) if records else 0.0
    learnt = f"after epoch {epochs}" if records else "before it began"
    return where(
        run,
        running=f"Training: epoch {epochs} of {run.config['epochs'] if run else 0}.",
        stopped=f"Stopped {learnt}. What was learnt is below.",
        finished=f"Finished: {epochs} epochs in {seconds:.1f} s.",
    )


def verdict(records: Records, config: DoublingConfig) -> str:
    """What was learnt, in a sentence."""
    last = records[-1]
    right = config.slope * -5 + config.intercept
    answer, slope = last["answer"], last["slope"]
    if slope >= 1 and config.variant == "linear":
        sentence = f"f rises with slope {slope:.2f}: no equilibrium is stable from 1 on."
    elif not known(answer):
        sentence = "It has learnt nothing yet."
    elif abs(answer - right) < CLOSE:
        sentence = f"Asked −5, which it never saw, it answers {answer:.3f}. Right: {right:g}."
    else:
        sentence = f"Asked −5, it answers {answer:.2f}; the line says {right:g}."
    return minus(sentence)


def readouts(records: Records) -> dict[str, str]:
    """The numbers of the last epoch."""
    last = records[-1]
    # The last epoch takes no step, so the newest backward solve is that of the epoch before.
    backward = next((r["adjoint_evals"] for r in records[-2:] if known(r["adjoint_evals"])), None)
    return {
        "Answer at −5": readout(last["answer"], ".3f"),
        "Loss": readout(last["loss"], ".2g"),
        "Slope a": readout(last["slope"], ".4f"),
        "Intercept b": readout(last["intercept"], ".4f"),
        "Evaluations, forward": readout(last["evals"], ".0f"),
        "Backward": readout(backward, ".0f"),
    }


def code(config: DoublingConfig) -> str:
    """The same as code that runs as it stands."""
    usual = DoublingConfig()
    other = [
        f"{name}={getattr(config, name)!r}"
        for name in DoublingConfig.__dataclass_fields__
        if getattr(config, name) != getattr(usual, name)
    ]
    return (
        "from deq.training.doubling import DoublingConfig, train_doubling\n"
        "from deq.training.errors import TrainingError\n"
        "\n"
        "try:\n"
        f"    *_, last = train_doubling(DoublingConfig({', '.join(other)}))\n"
        '    print(f"Asked -5, it answers {last.answer:.3f}; loss {last.loss:.2g}")\n'
        '    print(f"Slope a: {last.slope:.4f}, intercept b: {last.intercept:.4f}")\n'
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
        "Asked -5, it answers {answer:.3f}; loss {loss:.2g}\n"
        "Slope a: {slope:.4f}, intercept b: {intercept:.4f}"
    ).format(**last)
