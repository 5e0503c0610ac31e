"""What decides a run of y = 2x, and the network that it begins with."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from deq.models.doubling import VARIANTS, Doubling, Variant
from deq.solvers.base import require_count, require_number
from deq.training.options import SOLVERS as SOLVERS
from deq.training.options import (
    Options,
    gradients,
    require_at_most,
    require_flag,
    require_one_of,
    require_seed,
)

_MAX_EVALS = 3000  # the ODE's thousands are ten numbers each
GRADIENTS = gradients(max_evals=_MAX_EVALS, phantom_steps=5)
MOST_EPOCHS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingConfig(Options):
    """What decides a run; the same configuration gives the same losses.

    Parameters
    ----------
    slope, intercept : float
        The line to learn, ``y = slope·x + intercept``, on x = 1, …, 10.
    rate : float
        Adam's learning rate; it falls to zero over the second half of the epochs.
    epochs : int
        Steps, each on all ten numbers.
    seed : int
        Of the first weights.
    variant : ``"linear"`` or ``"tanh"``
        The cell; see `deq.models.doubling`.
    solver : ``"Anderson"``, ``"Picard"``, ``"Broyden"`` or ``"ODE"``
        Finds the equilibria.
    gradient : ``"implicit"``, ``"phantom"`` or ``"unrolled"``
        Exact, from five tracked steps, or through all steps of the solver.
    tol : float
        Of both solves.
    constrained : bool
        Keep the slope of f below 1, so that there always is a stable equilibrium. Without it one
        start in ten has none.

    Raises
    ------
    TypeError, ValueError
        If a field is unusable; the sentence names it.
    """

    slope: float = 2.0
    intercept: float = 0.0
    rate: float = 0.05
    epochs: int = 400
    seed: int = 0
    variant: Variant = "linear"
    solver: str = "Anderson"
    gradient: str = "implicit"
    tol: float = 1e-6
    constrained: bool = True

    def __post_init__(self) -> None:
        require_number("slope", self.slope, low=-1.0, high=20.0)
        require_number("intercept", self.intercept, low=-100.0, high=100.0)
        require_number("rate", self.rate, low=0.0, high=1.0)
        require_number("tol", self.tol, low=0.0, high=1.0)
        require_count("epochs", self.epochs)
        require_at_most("epochs", self.epochs, MOST_EPOCHS)
        require_seed(self.seed)
        require_flag("constrained", self.constrained)
        require_one_of("variant", self.variant, VARIANTS)
        require_one_of("solver", self.solver, SOLVERS)
        require_one_of("gradient", self.gradient, GRADIENTS)


def build(config: DoublingConfig) -> Doubling:
    """The network that a configuration begins with, in float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = Doubling(
            config.variant,
            solver=SOLVERS[config.solver](),
            gradient=GRADIENTS[config.gradient](config.tol),
            tol=config.tol,
            max_evals=_MAX_EVALS,
        ).double()
    if config.constrained:
        model.constrain_()
    return model
