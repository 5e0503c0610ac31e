"""The command line: ``python -m deq train MODEL``, ``evaluate`` and ``predict drawing.png``.

Only words, bars and tables live here; each command calls into the package. What goes wrong with
a file or a drawing is one sentence on stderr and exit code 2; Ctrl-C gives 130.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

import deq
from deq.cli.lab import INTERRUPTED
from deq.cli.terminal import Bar, count, positive
from deq.cli.train import add_train
from deq.digits import DataError, NotADrawing, prepare
from deq.digits.picture import read_picture
from deq.models.weights import SHIPPED, WeightsError, load_file
from deq.solvers import Solver
from deq.training.errors import TrainingError

SOLVERS: dict[str, Callable[[], Solver]] = {
    "ode": deq.ODE,
    "picard": deq.Picard,
    "anderson": deq.Anderson,
}


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
    except (DataError, NotADrawing, TrainingError, WeightsError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m deq", description="Deep equilibrium models.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--threads", type=count, help="threads of PyTorch (default: its own)")

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

    add_train(commands, common, data)

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
    predict.add_argument("--tol", type=positive, default=1e-3, help="tolerance (default: 1e-3)")
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


def _evaluate(options: argparse.Namespace) -> int:
    from deq.models.evaluation import evaluate

    model = load_file(options.weights)
    with Bar() as bar:
        evaluation = evaluate(model, options.data, options.download, bar.show)
    print(*evaluation.lines(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
