"""The command ``python -m deq train MODEL``, where MODEL is digits, doubling or lab."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from typing import TypeVar

from deq.cli.common import (
    INTERRUPTED,
    Bar,
    Commands,
    count,
    finite,
    positive,
    report_stopped,
    require_writable,
    seed,
    stop_on_interrupt,
)
from deq.digits import DataError
from deq.models.doubling import VARIANTS
from deq.models.weights import SHIPPED, load_file
from deq.training.doubling import config as doubling
from deq.training.lab import config as lab
from deq.training.options import SOLVERS, Options
from deq.training.records import json_line

Config = TypeVar("Config", bound=Options)


def add_train(
    commands: Commands, common: argparse.ArgumentParser, data: argparse.ArgumentParser
) -> None:
    """Add ``train digits``, ``train doubling`` and ``train lab``."""
    train = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model. A checkpoint is kept on the way and on Ctrl-C; the same "
        "command again goes on from there.",
    )
    models = train.add_subparsers(required=True, metavar="MODEL")
    _add_digits(models, common, data)
    _add_doubling(models, common)
    _add_lab(models, common, data)


def _add_digits(models: Commands, *shared: argparse.ArgumentParser) -> None:
    parser = models.add_parser(
        "digits",
        parents=shared,
        help="the network that reads digits",
        description="Train the network that reads digits. Under torchrun --nproc-per-node N -m "
        "deq, N processes share every batch.",
    )
    parser.add_argument("--epochs", type=count, help="passes over MNIST")
    parser.add_argument("--seed", type=seed, default=0, help="of every random choice (default: 0)")
    parser.add_argument(
        "--out",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="where the weights go, and the checkpoint beside them (default: where the app looks)",
    )
    parser.add_argument("--fresh", action="store_true", help="forget an earlier checkpoint")
    parser.set_defaults(command=train_digits)


def _add_doubling(models: Commands, *shared: argparse.ArgumentParser) -> None:
    usual = doubling.DoublingConfig()
    parser = models.add_parser(
        "doubling",
        parents=shared,
        help="y = 2x, in a second",
        description="Train sixteen numbers whose equilibrium is y = 2x, or another line.",
    )
    _add_number(parser, usual, "slope", finite, "of the line, above -1")
    _add_number(parser, usual, "intercept", finite, "of the line")
    _add_number(parser, usual, "rate", positive, "learning rate")
    _add_number(parser, usual, "epochs", count, "steps, each on all ten numbers")
    _add_number(parser, usual, "seed", seed, "of the first weights")
    _add_number(parser, usual, "tol", positive, "tolerance of the solves")
    _add_choice(parser, "variant", VARIANTS, usual.variant)
    _add_choice(parser, "solver", SOLVERS, usual.solver)
    _add_choice(parser, "gradient", doubling.GRADIENTS, usual.gradient)
    parser.add_argument(
        "--unconstrained",
        dest="constrained",
        action="store_false",
        help="let the slope of f rise to 1 and beyond, where no stable equilibrium is",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the run in this file")
    parser.set_defaults(command=train_doubling)


def _add_lab(models: Commands, *shared: argparse.ArgumentParser) -> None:
    usual = lab.LabConfig()
    parser = models.add_parser(
        "lab",
        parents=shared,
        help="the article's network, in ten seconds",
        description="Train what the app's training lab trains: the article's network or a small "
        "convolutional one, on the 5,000 digits that ship or on all of MNIST.",
    )
    _add_choice(parser, "model", lab.MODELS, usual.model)
    _add_choice(parser, "digits", lab.SIZES, usual.data, dest="source")  # --data is a folder
    _add_choice(parser, "solver", SOLVERS, usual.solver)
    _add_choice(parser, "gradient", lab.GRADIENTS, usual.gradient)
    _add_number(parser, usual, "width", count, "channels of the convolutional state")
    _add_number(parser, usual, "epochs", count, "passes over the digits")
    _add_number(parser, usual, "batch", count, "digits a step")
    _add_number(parser, usual, "rate", positive, "largest learning rate")
    _add_number(parser, usual, "tol", positive, "tolerance of the solves")
    _add_number(parser, usual, "contraction", positive, "constant that the cell is kept below")
    _add_number(parser, usual, "seed", seed, "of every random choice")
    parser.add_argument("--penalty", type=finite, default=usual.penalty, help="on the Jacobian (0)")
    parser.add_argument("--uncontained", dest="contained", action="store_false",
                        help="let the cell be no contraction")  # fmt: skip
    parser.add_argument("--as-they-are", dest="vary", action="store_false",
                        help="do not turn and stretch the digits")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep run and weights there")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="write all records, a JSON line each"
    )
    parser.set_defaults(command=train_lab)


def _add_number(
    parser: argparse.ArgumentParser,
    usual: Options,
    name: str,
    kind: Callable[[str], float],
    what: str,
) -> None:
    default = getattr(usual, name)
    parser.add_argument(f"--{name}", type=kind, default=default, help=f"{what} (%(default)s)")


def _add_choice(
    parser: argparse.ArgumentParser,
    name: str,
    choices: Iterable[str],
    default: str,
    dest: str | None = None,
) -> None:
    parser.add_argument(
        f"--{name}", dest=dest or name, choices=tuple(choices), default=default,
        help="(%(default)s)",
    )  # fmt: skip


def _config(kind: type[Config], options: Mapping[str, object]) -> Config:
    """The configuration that the options ask for; a value out of range is a DataError."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    try:
        return kind.of({name: value for name, value in options.items() if name in names})
    except ValueError as error:
        raise DataError(str(error)) from error


def train_digits(options: argparse.Namespace) -> int:
    """Train the digits model; returns the exit code."""
    from deq.training import TrainConfig
    from deq.training import train_digits as run
    from deq.training.digits.distributed import world

    out: Path = options.out
    require_writable(out)
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
                    report_stopped(line.step, line.steps, f"beside {out}")
                return INTERRUPTED
        if processes.main:
            figures = json.loads(load_file(out).metadata["figures"])
            print(
                f"MNIST test digits named right: {figures['mnist']:.2%}; "
                f"pen digits of unseen writers: {figures['pen']:.2%}.\n"
                f"The weights are in {out}; python -m deq evaluate prints all figures."
            )
    return 0


def train_doubling(options: argparse.Namespace) -> int:
    """Train y = 2x; returns the exit code."""
    from deq.training.doubling.train import OUTSIDE
    from deq.training.doubling.train import train_doubling as run

    out: Path | None = options.out
    if out is not None:
        require_writable(out)
    config = _config(doubling.DoublingConfig, vars(options))
    with stop_on_interrupt() as stop, Bar(stop) as bar:
        for line in run(config, checkpoint=out, stop=stop.is_set):
            bar.show("training", line.epoch, line.epochs)
            bar.say(f"loss {line.loss:.3g}, {line.evals:.0f} evaluations")
    if line.stage == "stopped":
        report_stopped(line.epoch, line.epochs, f"in {out}" if out is not None else None)
        return INTERRUPTED
    print(
        f"loss {line.loss:.2g}; asked {OUTSIDE:g}, it answers {line.answer:.3f} "
        f"(the line: {config.slope * OUTSIDE + config.intercept:g})."
    )
    if config.variant == "linear":
        sign = "-" if line.intercept < 0 else "+"
        print(f"f(u) = {line.slope:.4f} u {sign} {abs(line.intercept):.4f}, z* = f(z* + x)")
    return 0


def train_lab(options: argparse.Namespace) -> int:
    """Train as the lab does; returns the exit code."""
    from deq.digits.mnist import SHA256, fetch
    from deq.training.lab.train import train_lab as run

    out: Path | None = options.out
    config = _config(lab.LabConfig, {**vars(options), "data": options.source})
    if out is not None:
        require_writable(out / "weights.safetensors")
    if options.download and config.data == "mnist":
        for name in SHA256:
            fetch(name)
    with ExitStack() as opened:
        log = None
        if options.log is not None:
            require_writable(options.log)
            log = opened.enter_context(options.log.open("w", encoding="utf-8"))
        stop = opened.enter_context(stop_on_interrupt())
        bar = opened.enter_context(Bar(stop))
        for line in run(config, folder=out, data=options.data, stop=stop.is_set):
            if log is not None:
                log.write(json_line(asdict(line)))
            bar.show("training", line.step, line.steps)
            bar.say(f"loss {line.loss:.3f}, {line.evals:.0f} evaluations")
    if line.stage == "stopped":
        report_stopped(line.step, line.steps, f"in {out}" if out is not None else None)
        return INTERRUPTED
    print(
        f"{line.accuracy:.2%} of {sum(map(sum, line.confusion or [])):,} digits that were kept "
        f"apart are named right, after {line.seconds:.0f} s."
    )
    return 0
