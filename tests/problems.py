"""Fixed-point problems with known answers, shared by the tests of solvers and gradients.

All numbers are float64. A problem lists the solvers that find its fixed point, and with which
status the other solvers end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from deq import Status

F64 = torch.float64
COS = 0.7390851332151607  # cos z = z
COS_SLOPE = -0.6736120291832148  # the derivative of cos at COS
TANH2 = 0.9575040240772687  # tanh 2z = z, the positive solution
# z = cos z + θ: dz/dθ and d²z/dθ² at θ = 0.
COS_SHIFT_GRAD = 0.5975100456753034
COS_SHIFT_GRAD2 = -0.15766311410377146
# z = cos(θ z): dz/dθ at θ = 1.
COS_SCALE_GRAD = -0.29747434150983226

ALL_SOLVERS = frozenset({"picard", "anderson", "ode"})


@dataclass(frozen=True)
class Problem:
    """z = f(z) from z0, with its exact answer.

    ``settles`` lists the solvers that reach ``z``. ``fails`` maps other solvers to the statuses
    that they may end with. A solver that is in neither is not tested on this problem.
    """

    name: str
    f: Callable[[Tensor], Tensor]  # takes a batch of any size
    z0: Tensor  # (1, …)
    z: Tensor | None = None  # (1, …)
    settles: frozenset[str] = ALL_SOLVERS
    fails: Mapping[str, frozenset[Status]] = field(default_factory=dict)
    max_evals: int = 1000

    def __str__(self) -> str:
        return self.name


def scalar(value: float) -> Tensor:
    """A batch of one scalar, (1,)."""
    return torch.tensor([value], dtype=F64)


def row(*values: float) -> Tensor:
    """A batch of one vector, (1, n)."""
    return torch.tensor([values], dtype=F64)


def _fails(**statuses: Status | tuple[Status, ...]) -> dict[str, frozenset[Status]]:
    return {
        solver: frozenset(s if isinstance(s, tuple) else (s,)) for solver, s in statuses.items()
    }


def linear(name: str, a: Tensor, **kwargs: object) -> Problem:
    """z = A z + 1 from zero, with z* = (I − A)⁻¹ 1."""
    n = a.shape[0]
    b = torch.ones(1, n, dtype=F64)
    z = torch.linalg.solve(torch.eye(n, dtype=F64) - a, b.squeeze(0)).unsqueeze(0)
    return Problem(name, lambda z: z @ a.T + b, torch.zeros(1, n, dtype=F64), z, **kwargs)  # type: ignore[arg-type]


def rotation(scale: float, degrees: float = 90.0) -> Tensor:
    """scale · rotation, (2, 2)."""
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    return torch.tensor([[c, -s], [s, c]], dtype=F64)


def symmetric(n: int, radius: float, seed: int = 0) -> Tensor:
    """A random symmetric matrix with eigenvalues spread evenly over [−radius, radius], (n, n)."""
    g = torch.Generator().manual_seed(seed)
    q = torch.linalg.qr(torch.randn(n, n, dtype=F64, generator=g)).Q
    return q @ torch.diag(torch.linspace(-radius, radius, n, dtype=F64)) @ q.T


def tanh_net(
    n: int = 50, batch: int = 8, gain: float = 0.9, seed: int = 0
) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:
    """A tanh layer with random weights of spectral radius about ``gain``: f, W (n, n), x (B, n)."""
    g = torch.Generator().manual_seed(seed)
    w = gain / math.sqrt(n) * torch.randn(n, n, dtype=F64, generator=g)
    x = torch.randn(batch, n, dtype=F64, generator=g)
    return (lambda z: torch.tanh(z @ w.T + x)), w, x


NOT_PICARD = frozenset({"anderson", "ode"})
NOT_ANDERSON = frozenset({"picard", "ode"})


def _tanh2(z: Tensor) -> Tensor:
    return torch.tanh(2 * z)


SCALAR_PROBLEMS = [
    Problem("cos z", torch.cos, scalar(-1.0), scalar(COS)),
    Problem("z/2 + 1", lambda z: 0.5 * z + 1, scalar(0.0), scalar(2.0)),
    Problem("0.99 z + 1", lambda z: 0.99 * z + 1, scalar(0.0), scalar(100.0), max_evals=3000),
    Problem(
        "0.999 z + 1",
        lambda z: 0.999 * z + 1,
        scalar(0.0),
        scalar(1000.0),
        settles=NOT_PICARD,
    ),
    Problem(
        "-3 z + 4",
        lambda z: -3 * z + 4,
        scalar(0.0),
        scalar(1.0),
        settles=NOT_PICARD,
        fails=_fails(picard=Status.DIVERGED),
    ),
    Problem("(z + 2/z)/2", lambda z: 0.5 * (z + 2 / z), scalar(1.0), scalar(math.sqrt(2))),
    Problem(
        "2/z",
        lambda z: 2 / z,
        scalar(1.0),
        scalar(math.sqrt(2)),
        settles=NOT_PICARD,
        fails=_fails(picard=Status.MAX_EVALS),
    ),
    Problem(
        "cos z + pi/2",
        lambda z: torch.cos(z) + math.pi / 2,
        scalar(-1.0),
        scalar(math.pi / 2),
        settles=NOT_PICARD,
        fails=_fails(picard=Status.MAX_EVALS),
    ),
    Problem(
        "logistic 3.95",
        lambda z: 3.95 * z * (1 - z),
        scalar(0.5),
        scalar(1 - 1 / 3.95),
        settles=NOT_PICARD,
        fails=_fails(picard=Status.MAX_EVALS),
    ),
    Problem(
        "2 z + 1",  # −1 is unstable: a root finder finds it; Picard and the ODE diverge
        lambda z: 2 * z + 1,
        scalar(0.0),
        scalar(-1.0),
        settles=frozenset({"anderson"}),
        fails=_fails(picard=Status.DIVERGED, ode=Status.DIVERGED),
        max_evals=3000,
    ),
    Problem(
        "z² + 1",  # no real equilibrium
        lambda z: z * z + 1,
        scalar(0.0),
        settles=frozenset(),
        fails=_fails(
            picard=Status.DIVERGED,
            ode=Status.DIVERGED,
            anderson=(Status.DIVERGED, Status.MAX_EVALS),
        ),
        max_evals=3000,
    ),
    Problem(
        "log z",  # no real equilibrium; the iterates leave the domain of log
        torch.log,
        scalar(2.0),
        settles=frozenset(),
        fails=_fails(picard=Status.NON_FINITE, ode=Status.NON_FINITE, anderson=Status.NON_FINITE),
    ),
    Problem("tanh z/2", lambda z: torch.tanh(0.5 * z), scalar(0.3), scalar(0.0)),
    # From these starts Anderson, a root finder, reaches the unstable equilibrium 0.
    Problem("tanh 2z, up", _tanh2, scalar(0.1), scalar(TANH2), settles=NOT_ANDERSON),
    Problem("tanh 2z, down", _tanh2, scalar(-0.1), scalar(-TANH2), settles=NOT_ANDERSON),
]

LINEAR_PROBLEMS = [
    linear(
        "diag .9 .99 .999", torch.diag(torch.tensor([0.9, 0.99, 0.999], dtype=F64)), max_evals=20000
    ),
    linear(
        "diag .99 -.99 .5", torch.diag(torch.tensor([0.99, -0.99, 0.5], dtype=F64)), max_evals=20000
    ),
    linear(
        "diag .99 -50",
        torch.diag(torch.tensor([0.99, -50.0], dtype=F64)),
        settles=frozenset({"anderson"}),
        fails=_fails(picard=Status.DIVERGED, ode=Status.MAX_EVALS),
    ),
    linear("0.99 rotation", rotation(0.99), max_evals=3000),
    linear(
        "rotations of radius 1",
        torch.block_diag(rotation(1.0, 30), rotation(1.0, 90), rotation(1.0, 150)),
        settles=NOT_PICARD,
        fails=_fails(picard=Status.MAX_EVALS),
        max_evals=3000,
    ),
    linear("nilpotent", 0.5 * torch.triu(torch.ones(20, 20, dtype=F64), diagonal=1)),
    linear("symmetric .5", symmetric(200, 0.5)),
    linear("symmetric .99", symmetric(200, 0.99), max_evals=20000),
]

PROBLEMS = SCALAR_PROBLEMS + LINEAR_PROBLEMS
