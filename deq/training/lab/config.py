"""What decides a run of the training lab, and the network that it begins with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

import torch

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.gradients.phantom import Phantom
from deq.gradients.unrolled import Unrolled
from deq.models.dense import DenseClassifier, DenseConfig
from deq.models.digits import Digits, DigitsConfig
from deq.solvers import ODE, Anderson, Broyden, Picard, Solver
from deq.solvers.base import require_count, require_number
from deq.training.options import (
    Options,
    require_at_most,
    require_flag,
    require_one_of,
    require_seed,
)

Network = Digits | DenseClassifier
MODELS = ("article", "convolutional")
SIZES: Mapping[str, int] = {"subset": 4_000, "mnist": 60_000}
"""Data → how many digits there are to learn from."""
SOLVERS: Mapping[str, Callable[[], Solver]] = {
    "Anderson": Anderson,
    "Picard": Picard,
    "Broyden": Broyden,
    "ODE": ODE,
}
_MOST_EVALS = 100
GRADIENTS: Mapping[str, Callable[[float], Gradient]] = {
    "implicit": lambda tol: Implicit(tol=tol, max_evals=_MOST_EVALS),
    "phantom": lambda tol: Phantom(steps=3),
    "unrolled": lambda tol: Unrolled(),
}
MOST_EPOCHS, WIDEST = 200, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LabConfig(Options):
    """What decides a run; the same configuration gives the same losses.

    Parameters
    ----------
    model : ``"article"`` or ``"convolutional"``
        `deq.models.dense`, 180,110 parameters, or `deq.models.digits` at a chosen width.
    width : int
        Channels of the convolutional state; the stem has half as many, then as many.
    data : ``"subset"`` or ``"mnist"``
        4,000 of the shipped digits, or all 60,000.
    epochs, batch : int
        Passes over them, and digits a step.
    rate : float
        Largest learning rate of Adam. It falls along half a cosine.
    solver : ``"Anderson"``, ``"Picard"``, ``"Broyden"`` or ``"ODE"``
        Finds the equilibria, in at most 100 evaluations (the ODE in 1000).
    tol : float
        Of both solves.
    gradient : ``"implicit"``, ``"phantom"`` or ``"unrolled"``
        Exact, from three tracked steps, or through all steps of the solver.
    contained : bool
        Keep the cell a contraction.
    contraction : float
        Its constant κ, between 0 and 1.
    penalty : float
        Weight of the Jacobian penalty (`deq.jacobian_penalty`).
    vary : bool
        Turn, stretch, slant, shift and thicken each digit a little, anew in every epoch.
    seed : int
        Of the weights and of every random choice.

    Raises
    ------
    TypeError, ValueError
        If a field is unusable; the sentence names it.
    """

    model: Literal["article", "convolutional"] = "article"
    width: int = 16
    data: Literal["subset", "mnist"] = "subset"
    epochs: int = 10
    batch: int = 64
    rate: float = 1e-3
    solver: str = "Anderson"
    tol: float = 1e-3
    gradient: str = "implicit"
    contained: bool = True
    contraction: float = 0.9
    penalty: float = 0.0
    vary: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("width", "epochs", "batch"):
            require_count(name, getattr(self, name))
        require_one_of("model", self.model, MODELS)
        require_one_of("data", self.data, SIZES)
        require_one_of("solver", self.solver, SOLVERS)
        require_one_of("gradient", self.gradient, GRADIENTS)
        require_at_most("width", self.width, WIDEST)
        require_at_most("epochs", self.epochs, MOST_EPOCHS)
        require_at_most("batch", self.batch, SIZES[self.data], ", all there are to learn from")
        require_number("rate", self.rate, low=0.0, high=1.0)
        require_number("tol", self.tol, low=0.0, high=1.0)
        require_number("contraction", self.contraction, low=0.0, high=0.999)
        if self.penalty != 0:
            require_number("penalty", self.penalty, low=0.0, high=100.0)
        require_flag("contained", self.contained)
        require_flag("vary", self.vary)
        require_seed(self.seed)


class _Solves(TypedDict):
    solver: Solver
    tol: float
    gradient: Gradient


def build(config: LabConfig) -> Network:
    """The network that a configuration begins with."""
    options = _Solves(
        solver=SOLVERS[config.solver](),
        tol=config.tol,
        gradient=GRADIENTS[config.gradient](config.tol),
    )
    model: Network
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        if config.model == "article":
            limit = config.contraction if config.contained else None
            model = DenseClassifier(DenseConfig(contraction=limit), **options)
        else:
            sizes = DigitsConfig(
                channels=config.width,
                stem=(max(1, config.width // 2), config.width),
                contraction=config.contraction,
            )
            model = Digits(sizes, **options)
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            if not config.contained:
                model.cell.contraction = math.inf  # measured, never reached
    if config.solver == "ODE":
        model.equilibrium.max_evals = 10 * _MOST_EVALS
    return model
