"""The sentences of the y = 2x page, its numbers and its code box, as pure functions."""

from __future__ import annotations

from deq.training.doubling.config import DoublingConfig
from pages.parts.runs.run import Records, Run
from pages.parts.runs.words import where
from pages.parts.shared.numbers import known, minus, readout

CLOSE = 0.05  # an answer that is right to the eye
ALT = (
    "Four panels: the learned answers against the line, the walk of slope and intercept, the ten "
    "states flowing to their equilibria, and the loss on a logarithmic axis."
)
LOOK_FOR = (
    "**Look for** the answer at x = −5, far outside the ten numbers: when the straight line is "
    "right, it is right everywhere. And for the states: the closer a is to 1, the longer they take."
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
        sentence = f"f rises with slope {slope:.2f}: from 1 on no equilibrium is stable."
    elif not known(answer):
        sentence = "It has not learnt anything yet."
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
    """The same in six lines; runs as it stands."""
    return (
        "import deq\n"
        "from deq.training.doubling import train_doubling\n"
        "from deq.training.doubling_config import DoublingConfig\n"
        f"config = DoublingConfig(slope={config.slope!r}, intercept={config.intercept!r}, "
        f"seed={config.seed})\n"
        "*_, last = train_doubling(config)\n"
        'print(f"asked -5, it answers {last.answer:.3f}; f(u) = {last.slope:.4f} u '
        '+ {last.intercept:.4f}")'
    )
