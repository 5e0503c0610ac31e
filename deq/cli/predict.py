"""The command ``python -m deq predict PICTURE``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import deq
from deq.cli.common import Commands, positive
from deq.digits import NotADrawing
from deq.digits.pictures.picture import prepare_picture, read_picture
from deq.models.several import digits_of, sentence
from deq.models.weights import load_file
from deq.solvers import Solver

SOLVERS: dict[str, Callable[[], Solver]] = {
    "ode": deq.ODE,
    "picard": deq.Picard,
    "anderson": deq.Anderson,
}


def add_predict(commands: Commands, *shared: argparse.ArgumentParser) -> None:
    """Add ``predict``, which also takes the options of ``shared``."""
    parser = commands.add_parser(
        "predict",
        parents=shared,
        help="name the digit in a picture",
        description="Name the digit in a drawing, a scan or a photograph of a sheet, in any ink.",
    )
    parser.add_argument("picture", type=Path, help="a PNG or JPEG that shows one digit")
    parser.add_argument("--solver", choices=SOLVERS, default="ode", help="default: ode")
    parser.add_argument("--tol", type=positive, default=1e-3, help="tolerance (default: 1e-3)")
    parser.set_defaults(command=predict)


def predict(options: argparse.Namespace) -> int:
    """Print which digit a picture shows; returns the exit code.

    Raises
    ------
    NotADrawing
        The picture shows no digit, or more than one.
    """
    model = load_file(options.weights)
    if digits := digits_of(model, read_picture(options.picture, several=True)):
        raise NotADrawing("several", sentence(digits))
    image = prepare_picture(options.picture)
    prediction = model.predict(
        image, solver=SOLVERS[options.solver](), tol=options.tol, record=False
    )
    solution = prediction.solution
    print(prediction.reason)
    for digit in dict.fromkeys([prediction.digit, prediction.runner_up]):
        print(f"  {digit}  {prediction.probabilities[digit]:6.1%}")
    print(
        f"{options.solver}: {int(solution.nfe[0])} evaluations, "
        f"|f(z) - z| / (1 + |z|) = {float(solution.relative_residual[0]):.1e}, "
        f"tolerance {options.tol:.1e}. {deq.Status(int(solution.status[0]))}"
    )
    return 0
