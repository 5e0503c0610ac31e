"""The command line: ``python -m deq train digits``, ``evaluate`` and ``predict drawing.png``.

Only words, bars and tables live here; each command calls into the package. What goes wrong with
a file or a drawing is one sentence on stderr and exit code 2; Ctrl-C gives 130.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

import torch

import deq
from deq.digits import DataError, NotADrawing, prepare
from deq.digits.picture import read_picture
from deq.models.weights import SHIPPED, WeightsError, load_file
from deq.solvers import Solver
from deq.terminal import Bar, stop_on_interrupt

SOLVERS: dict[str, Callable[[], Solver]] = {
    "ode": deq.ODE,
    "picard": deq.Picard,
    "anderson": deq.Anderson,
}
Number = TypeVar("Number", int, float)
INTERRUPTED = 130  # what shells give for a program ended by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        return int(options.command(options))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except (DataError, NotADrawing, WeightsError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m deq", description="Deep equilibrium models.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--threads", type=_count, help="threads of PyTorch (default: its own)")

    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="folder with mnist/ and pen/ (default: the environment variable DEQ_DATA)",
    )
    data.add_argument(
        "--download", action="store_true", help="fetch MNIST from a public mirror if not found"
    )

    weights = argparse.ArgumentParser(add_help=False)
    weights.add_argument(
        "--weights",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="weights to use (default: those the project ships)",
    )

    train = commands.add_parser(
        "train",
        parents=[common, data],
        help="train a model",
        description="Train a model. A checkpoint is kept after every epoch and on Ctrl-C; the same "
        "command again goes on from there. Under `torchrun --nproc-per-node N -m deq` N processes "
        "share every batch.",
    )
    train.add_argument("model", choices=["digits"], help="which model")
    train.add_argument("--epochs", type=_count, help="passes over MNIST")
    train.add_argument("--seed", type=_seed, default=0, help="of every random choice (default: 0)")
    train.add_argument(
        "--out",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="where the weights go, and the checkpoint beside them (default: where the app looks)",
    )
    train.add_argument("--fresh", action="store_true", help="forget an earlier checkpoint")
    train.set_defaults(command=_train)

    evaluate = commands.add_parser(
        "evaluate",
        parents=[common, data, weights],
        help="measure the digits model",
        description="Measure the digits model on test digits that it was never trained on.",
    )
    evaluate.set_defaults(command=_evaluate)

    predict = commands.add_parser(
        "predict",
        parents=[common, weights],
        help="name the digit in a picture",
        description="Name the digit in a picture, in any ink on any plain paper.",
    )
    predict.add_argument("picture", type=Path, help="a PNG or JPEG of one digit")
    predict.add_argument("--solver", choices=SOLVERS, default="ode", help="default: ode")
    predict.add_argument("--tol", type=_positive, default=1e-3, help="tolerance (default: 1e-3)")
    predict.set_defaults(command=_predict)
    return top


def _predict(options: argparse.Namespace) -> int:
    model = load_file(options.weights)
    image = prepare(read_picture(options.picture))
    prediction = model.predict(
        image, solver=SOLVERS[options.solver](), tol=options.tol, record=False
    )
    solution = prediction.solution
    print(prediction.reason)
    for digit in dict.fromkeys([prediction.digit, prediction.runner_up]):
        print(f"  {digit}  {prediction.probabilities[digit]:6.1%}")
    print(
        f"{options.solver}: {int(solution.nfe[0])} evaluations, "
        f"residual {float(solution.residual[0]):.1e}. {deq.Status(int(solution.status[0]))}"
    )
    return 0


def _train(options: argparse.Namespace) -> int:
    from deq.training import TrainConfig, train_digits
    from deq.training.distributed import world

    out: Path = options.out
    if out.is_dir():
        raise DataError(f"{out} is a folder. Name a file with --out.")
    try:  # a bad place shows now, not after the first epoch
        out.parent.mkdir(parents=True, exist_ok=True)
        NamedTemporaryFile(dir=out.parent, suffix=".part").close()
    except OSError as error:
        why = error.strerror or error
        raise DataError(f"{out} cannot be written: {why}. Name a place with --out.") from error
    config = TrainConfig(epochs=options.epochs or TrainConfig().epochs, seed=options.seed)
    with world() as processes, stop_on_interrupt() as stop, Bar(stop, processes.main) as bar:
        for line in train_digits(
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
                    print(
                        f"Stopped after {line.step:,} of {line.steps:,} steps. All of them are "
                        f"kept beside {out}; the same command goes on from there.",
                        file=sys.stderr,
                    )
                return INTERRUPTED
        if processes.main:
            figures = json.loads(load_file(out).metadata["figures"])
            print(
                f"MNIST test digits named right: {figures['mnist']:.2%}; "
                f"pen digits of unseen writers: {figures['pen']:.2%}.\n"
                f"The weights are in {out}; `python -m deq evaluate` prints all figures."
            )
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from deq.evaluation import evaluate

    model = load_file(options.weights)
    with Bar() as bar:
        evaluation = evaluate(model, options.data, options.download, bar.show)
    print(*evaluation.lines(), sep="\n")
    return 0


def _count(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    return _number(int, text, lambda n: n >= 1, "a whole number from 1 on")


def _seed(text: str) -> int:
    """What seeds both NumPy and PyTorch, for argparse."""
    return _number(int, text, lambda n: 0 <= n < 2**32, "a whole number from 0 to 4,294,967,295")


def _positive(text: str) -> float:
    """A finite number above 0, for argparse."""
    return _number(float, text, lambda n: 0 < n < math.inf, "a number above 0")


def _number(
    kind: Callable[[str], Number], text: str, fits: Callable[[Number], bool], what: str
) -> Number:
    """The number in `text`, or argparse's error in words of ours."""
    try:
        number = kind(text)
        if fits(number):
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"must be {what}, not {text}")


if __name__ == "__main__":
    sys.exit(main())
