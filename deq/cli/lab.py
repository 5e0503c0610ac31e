"""What ``python -m deq train lab`` does, and what all training commands share."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import NamedTemporaryFile

from deq.cli.terminal import Bar, count, positive, seed, stop_on_interrupt
from deq.digits import DataError
from deq.training.lab.config import GRADIENTS, MODELS, SIZES, SOLVERS, LabConfig

INTERRUPTED = 130  # what shells give for a program ended by Ctrl-C


def add_lab(
    models: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    data: argparse.ArgumentParser,
) -> None:
    """Add ``train lab`` to the models that can be trained."""
    usual = LabConfig()
    lab = models.add_parser(
        "lab",
        parents=[common, data],
        help="the article's network, in ten seconds",
        description="Train what the app's training lab trains: the article's network or a small "
        "convolutional one, on the 5,000 digits that ship or on all of MNIST.",
    )
    for name, choices in (
        ("model", MODELS),
        ("digits", SIZES),
        ("solver", SOLVERS),
        ("gradient", GRADIENTS),
    ):
        field = "data" if name == "digits" else name
        lab.add_argument(
            f"--{name}",
            choices=tuple(choices),
            default=getattr(usual, field),
            dest="source" if name == "digits" else name,
            help="(%(default)s)",
        )
    for name, kind, what in (
        ("width", count, "channels of the convolutional state"),
        ("epochs", count, "passes over the digits"),
        ("batch", count, "digits a step"),
        ("rate", positive, "largest learning rate"),
        ("tol", positive, "tolerance of the solves"),
        ("contraction", positive, "constant that the cell is kept below"),
        ("seed", seed, "of every random choice"),
    ):
        lab.add_argument(
            f"--{name}", type=kind, default=getattr(usual, name), help=f"{what} (%(default)s)"
        )
    lab.add_argument("--penalty", type=positive, default=usual.penalty, help="on the Jacobian (0)")
    lab.add_argument("--uncontained", dest="contained", action="store_false",
                     help="let the cell be no contraction")  # fmt: skip
    lab.add_argument("--as-they-are", dest="vary", action="store_false",
                     help="do not turn and stretch the digits")  # fmt: skip
    lab.add_argument("--out", type=Path, metavar="FOLDER", help="keep run and weights there")
    lab.add_argument("--log", type=Path, metavar="FILE", help="write all records, a JSON line each")
    lab.set_defaults(command=train_lab)


def train_lab(options: argparse.Namespace) -> int:
    """Train as the lab does; returns the exit code."""
    from deq.digits.mnist import SHA256, fetch
    from deq.training.lab.train import train_lab as run

    chosen = {f.name: getattr(options, f.name) for f in fields(LabConfig) if f.name != "data"}
    try:
        config = LabConfig.of({**chosen, "data": options.source})
    except ValueError as error:
        raise DataError(str(error)) from error
    if options.out is not None:
        require_place(options.out / "weights.safetensors")
    if options.download and config.data == "mnist":
        for name in SHA256:
            fetch(name)
    with ExitStack() as opened:
        log = None
        if options.log is not None:
            require_place(options.log)
            log = opened.enter_context(options.log.open("w", encoding="utf-8"))
        stop = opened.enter_context(stop_on_interrupt())
        bar = opened.enter_context(Bar(stop))
        for line in run(config, folder=options.out, data=options.data, stop=stop.is_set):
            if log is not None:
                # JSON has no NaN: what is not known is null.
                known = {k: None if v != v else v for k, v in asdict(line).items()}
                log.write(json.dumps(known, allow_nan=False) + "\n")
            bar.show("training", line.step, line.steps)
            bar.say(f"loss {line.loss:.3f}, {line.evals:.0f} evaluations")
    if line.stage == "stopped":
        kept = f"in {options.out}" if options.out is not None else None
        say_stopped(line.step, line.steps, kept)
        return INTERRUPTED
    print(
        f"{line.accuracy:.2%} of {sum(map(sum, line.confusion or [])):,} digits that were kept "
        f"apart are named right, after {line.seconds:.0f} s."
    )
    return 0


def require_place(out: Path) -> None:
    """Raise DataError where nothing can be written: a bad place shows now, not after an epoch."""
    if out.is_dir():
        raise DataError(f"{out} is a folder. Name a file with --out.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        NamedTemporaryFile(dir=out.parent, suffix=".part").close()
    except OSError as error:
        why = error.strerror or error
        raise DataError(f"{out} cannot be written: {why}. Name a place with --out.") from error


def say_stopped(step: int, steps: int, kept: str | None) -> None:
    """How far a run came that somebody stopped, and how it goes on."""
    then = "To keep a run, name a file with --out."
    if kept:
        then = f"All of them are kept {kept}; the same command goes on from there."
    print(f"Stopped after {step:,} of {steps:,} steps. {then}", file=sys.stderr)
