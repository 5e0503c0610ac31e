"""The command line ``python -m deq``: parses the options and calls the command in `deq.cli`.

A mistake in a file, a drawing or an option is named on stderr and gives exit code 2; Ctrl-C gives
130.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from deq.cli.common import INTERRUPTED, threads
from deq.cli.evaluate import add_evaluate
from deq.cli.predict import add_predict
from deq.cli.serve import add_serve
from deq.cli.train import add_train
from deq.digits import NotADrawing
from deq.digits.errors import NotFound
from deq.errors import Explained
from deq.models.weights import SHIPPED
from deq.training.errors import TrainingError

OPTIONS = "Here, --data names a folder, and --download fetches MNIST."
"""What the options of a command can do about data that were not found."""


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
    except NotFound as error:
        print(f"{error} {OPTIONS}", file=sys.stderr)
    except (Explained, NotADrawing, TrainingError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="python -m deq", description="Deep equilibrium models.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--threads", type=threads, help="threads of PyTorch (default: its own)")

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
    add_evaluate(commands, common, data, weights)
    add_predict(commands, common, weights)
    add_serve(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
