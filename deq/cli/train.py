"""What ``python -m deq train …`` does: the words and bars around training runs."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path

from deq.cli.lab import INTERRUPTED, add_lab, require_place, say_stopped
from deq.cli.terminal import Bar, count, finite, positive, seed, stop_on_interrupt
from deq.digits import DataError
from deq.models.doubling import VARIANTS
from deq.models.weights import SHIPPED, load_file
from deq.training.doubling.config import GRADIENTS, SOLVERS, DoublingConfig


def add_train(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    data: argparse.ArgumentParser,
) -> None:
    """Add ``train digits``, ``train doubling`` and ``train lab`` to the commands."""
    train = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model. A checkpoint is kept on the way and on Ctrl-C; the same "
        "command again goes on from there.",
    )
    models = train.add_subparsers(required=True, metavar="MODEL")
    digits = models.add_parser(
        "digits",
        parents=[common, data],
        help="the network that reads digits",
        description="Train the network that reads digits. Under `torchrun --nproc-per-node N -m "
        "deq` N processes share every batch.",
    )
    digits.add_argument("--epochs", type=count, help="passes over MNIST")
    digits.add_argument("--seed", type=seed, default=0, help="of every random choice (default: 0)")
    digits.add_argument(
        "--out",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="where the weights go, and the checkpoint beside them (default: where the app looks)",
    )
    digits.add_argument("--fresh", action="store_true", help="forget an earlier checkpoint")
    digits.set_defaults(command=train_digits)

    usual = DoublingConfig()
    doubling = models.add_parser(
        "doubling",
        parents=[common],
        help="y = 2x, in a second",
        description="Train sixteen numbers whose equilibrium is y = 2x, or another line.",
    )
    for name, kind, what in (
        ("slope", finite, "of the line, above -1"),
        ("intercept", finite, "of the line"),
        ("rate", positive, "learning rate"),
        ("epochs", count, "steps, each on all ten numbers"),
        ("seed", seed, "of the first weights"),
        ("tol", positive, "tolerance of the solves"),
    ):
        doubling.add_argument(
            f"--{name}", type=kind, default=getattr(usual, name), help=f"{what} (%(default)s)"
        )
    for name, choices in (("variant", VARIANTS), ("solver", SOLVERS), ("gradient", GRADIENTS)):
        doubling.add_argument(
            f"--{name}", choices=tuple(choices), default=getattr(usual, name), help="(%(default)s)"
        )
    doubling.add_argument(
        "--unconstrained",
        dest="constrained",
        action="store_false",
        help="let the slope of f rise to 1 and beyond, where no stable equilibrium is",
    )
    doubling.add_argument("--out", type=Path, metavar="FILE", help="keep the run in this file")
    doubling.set_defaults(command=train_doubling)
    add_lab(models, common, data)


def train_digits(options: argparse.Namespace) -> int:
    """Train the digits model; returns the exit code."""
    from deq.training import TrainConfig
    from deq.training import train_digits as run
    from deq.training.digits.distributed import world

    out: Path = options.out
    require_place(out)
    config = TrainConfig(epochs=options.epochs or TrainConfig().epochs, seed=options.seed)
    with world() as processes, stop_on_interrupt() as stop, Bar(stop, processes.main) as bar:
        for line in run(
            config,
            data=options.data,
            download=options.download,
            out=out,
            fresh=options.fresh,
            stop=stop,
            report=bar.show,
            world=processes,
        ):
            bar.show("training", line.step, line.steps)
            if line.stage == "step":
                bar.say(f"loss {line.loss:.3f}, {line.evals:.0f} evaluations")
            elif line.stage == "epoch":
                right = ", ".join(f"{name} {share:.2%}" for name, share in line.accuracy.items())
                bar.write(
                    f"epoch {line.epoch} of {line.epochs}, right on validation digits: {right}"
                )
            elif line.stage == "stopped":
                bar.close()
                if processes.main:
                    say_stopped(line.step, line.steps, f"beside {out}")
                return INTERRUPTED
        if processes.main:
            figures = json.loads(load_file(out).metadata["figures"])
            print(
                f"MNIST test digits named right: {figures['mnist']:.2%}; "
                f"pen digits of unseen writers: {figures['pen']:.2%}.\n"
                f"The weights are in {out}; `python -m deq evaluate` prints all figures."
            )
    return 0


def train_doubling(options: argparse.Namespace) -> int:
    """Train y = 2x; returns the exit code."""
    from deq.training.doubling.train import OUTSIDE
    from deq.training.doubling.train import train_doubling as run

    out: Path | None = options.out
    if out is not None:
        require_place(out)
    chosen = {field.name: getattr(options, field.name) for field in fields(DoublingConfig)}
    try:
        config = DoublingConfig.of(chosen)
    except ValueError as error:  # of an option that is a number, but too large a one
        raise DataError(str(error)) from error
    with stop_on_interrupt() as stop, Bar(stop) as bar:
        for line in run(config, checkpoint=out, stop=stop.is_set):
            bar.show("training", line.epoch, line.epochs)
            bar.say(f"loss {line.loss:.3g}, {line.evals:.0f} evaluations")
            if line.stage == "stopped":
                bar.close()
                kept = f"in {out}" if out is not None else None
                say_stopped(line.epoch, line.epochs, kept)
                return INTERRUPTED
    print(
        f"loss {line.loss:.2g}; asked {OUTSIDE:g}, it answers {line.answer:.3f} "
        f"(the line: {config.slope * OUTSIDE + config.intercept:g})."
    )
    if config.variant == "linear":
        sign = "-" if line.intercept < 0 else "+"
        print(f"f(u) = {line.slope:.4f} u {sign} {abs(line.intercept):.4f}, z* = f(z* + x)")
    return 0
