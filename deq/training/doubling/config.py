"""The configuration of a run of y = 2x, and its untrained network."""

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

_MAX_EVALS = 3000  # the ODE may need thousands; each is of ten numbers only
GRADIENTS = gradients(max_evals=_MAX_EVALS, phantom_steps=5)
MAX_EPOCHS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingConfig(Options):
    """The configuration of a run; the same configuration gives the same losses.

    Parameters
    ----------
    slope, intercept : float
        The line to learn, ``y = slope·x + intercept``, on x = 1, …, 10.
    rate : float
        Adam's learning rate; it falls to zero over the second half of the epochs.
    epochs : int
        Number of steps, each on all ten numbers.
    seed : int
        Seed of the first weights.
    variant : ``"linear"`` or ``"tanh"``
        The cell; see `deq.models.doubling`.
    solver : ``"Anderson"``, ``"Picard"``, ``"Broyden"`` or ``"ODE"``
        Solver of the equilibria.
    gradient : ``"implicit"``, ``"phantom"`` or ``"unrolled"``
        Exact, through five tracked steps, or through all steps of the solver.
    tol : float
        Tolerance of the forward and the adjoint solve.
    constrained : bool
        Keep the slope of f below 1, so that there is always a stable equilibrium. Without it, one
        seed in ten starts with none.

    Raises
    ------
    TypeError, ValueError
        If a field cannot be used; the message names it.
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
        require_at_most("epochs", self.epochs, MAX_EPOCHS)
        require_seed(self.seed)
        require_flag("constrained", self.constrained)
        require_one_of("variant", self.variant, VARIANTS)
        require_one_of("solver", self.solver, SOLVERS)
        require_one_of("gradient", self.gradient, GRADIENTS)


def build(config: DoublingConfig) -> Doubling:
    """The untrained network, in float64."""
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
