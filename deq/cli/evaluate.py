"""The command ``python -m deq evaluate``."""

from __future__ import annotations

import argparse

from deq.cli.common import Bar, Commands
from deq.models.weights import load_file


def add_evaluate(commands: Commands, *shared: argparse.ArgumentParser) -> None:
    """Add ``evaluate``, which also takes the options of ``shared``."""
    parser = commands.add_parser(
        "evaluate",
        parents=shared,
        help="measure the digits model",
        description="Measure the digits model on test digits that it was never trained on.",
    )
    parser.set_defaults(command=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    """Print how well a digits model does; returns the exit code."""
    from deq.models.evaluation import evaluate as measure

    model = load_file(options.weights)
    with Bar() as bar:
        evaluation = measure(model, options.data, options.download, bar.show)
    print(*evaluation.lines(), sep="\n")
    return 0
