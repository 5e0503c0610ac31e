"""Problems that separate the solvers, each with a sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from deq.race.problem import Problem

_F64 = torch.float64
_EASY, _HARD = 0.4, 0.985  # gains in "one hard member"
Map = Callable[[Tensor], Tensor]


def problem(name: str, gain: float = 0.9) -> Problem:
    """A problem of the gallery.

    Parameters
    ----------
    name : str
        Key of `GALLERY`.
    gain : float
        Gain of ``"tanh layer"``; other problems have none.

    Raises
    ------
    ValueError
        If there is no such problem.

    Examples
    --------
    >>> problem("three speeds").z0.shape
    torch.Size([1, 3])
    """
    if name not in GALLERY:
        raise ValueError(f"name must be one of {', '.join(GALLERY)}, not {name!r}.")
    title, formula, why = GALLERY[name]
    f, z0 = _tanh_layer(gain) if name == "tanh layer" else _MAPS[name]()
    return Problem(name, title, formula, why, f, z0, _VIEWS.get(name))


GALLERY: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "one hard member": (
            "A batch with one hard member",
            r"z = \tanh(\gamma_b Q z + x_b)",
            "Seven members are strong contractions (γ = 0.4), one is hardly any (γ = 0.985). Each "
            "is frozen as it converges; the curve is that of the one with the largest residual.",
        ),
        "tanh layer": (
            "A tanh layer of 50 numbers",
            r"z = \tanh(\gamma W z + x)",
            "Its gain γ decides. Small: plain iteration is hard to beat. Beyond 1 there may be "
            "no equilibrium that is stable, or several.",
        ),
        "three speeds": (
            "Three speeds",
            r"z = \mathrm{diag}(.9,\ .99,\ .999)\,z + 1",
            "Iteration removes 0.1 % of its slowest error a step: thousands of steps. But there "
            "are only three speeds, and a solver that uses a few past steps can tell them apart.",
        ),
        "two hundred speeds": (
            "Two hundred speeds",
            r"z = A z + 1,\quad A = A^\top,\ \rho(A) = .99",
            "Eigenvalues all over [−0.99, 0.99]: five past steps cannot tell two hundred apart, so "
            "they help less, and more past steps help more.",
        ),
        "turning for ever": (
            "Rotations",
            r"z = R z + 1,\quad |\lambda| = 1",
            "Iteration circles around the equilibrium and comes no nearer. The flow "
            "spirals in, since Re λ < 1, and so does iteration with half steps.",
        ),
        "spiral": (
            "A spiral in the plane",
            r"z = .95\,R_{100°}\, z + b",
            "Each step of iteration turns by 100° and comes 5 % nearer. Solvers that use past "
            "steps leave the spiral and go straight to its centre.",
        ),
        "narrow valley": (
            "A narrow valley in the plane",
            r"z = A z + b,\quad \lambda = .98,\ -.6",
            "Fast across and slow along: iteration falls into the valley at once and then crawls. "
            "A linear map of two numbers is known after two past steps; Anderson and Broyden use "
            "them.",
        ),
        "nine equilibria": (
            "Nine equilibria",
            r"z = \tanh(2z) \text{ in each coordinate}",
            "Four of nine equilibria attract the flow. The flow goes to the one whose basin it "
            "starts in; a solver that extrapolates may end at any, even at one that is "
            "not stable.",
        ),
        "stiff": (
            "One steep direction",
            r"z = \mathrm{diag}(.5,\ -5)\,z + b",
            "The slope −5 makes each step of iteration land further out. The flow is stable, since "
            "Re λ < 1, but its steps have to be short.",
        ),
        "repelling": (
            "An equilibrium that repels",
            r"z = 2z + 1",
            "−1 is a fixed point, but iteration and flow move away from it. A method that solves "
            "f(z) − z = 0, such as Newton's, finds it all the same: found does not mean stable.",
        ),
        "no equilibrium": (
            "No equilibrium at all",
            r"z = z^2 + 1",
            "There is no real solution. Each solver says that it has failed, and keeps its best "
            "state.",
        ),
        "twenty steps": (
            "Done in twenty steps",
            r"z = N z + 1,\quad N^{20} = 0",
            "Strictly triangular: iteration is exact after twenty steps, though the error first "
            "grows. All eigenvalues are 0, so they do not show this growth.",
        ),
        "all alike": (
            "A hundred times the same",
            r"z_i = .9\,z_i + 1,\ i = 1 \dots 100",
            "All residuals point the same way, so the past steps are multiples of each other and "
            "their least-squares system is singular. A solver has to see that, or it divides by 0.",
        ),
        "one number": (
            "One number",
            r"z = \cos z",
            "Anderson keeps five past steps, but in one dimension a single one is enough: the "
            "others say nothing new.",
        ),
    }
)
"""Title, formula and reason of each problem, by name."""

_VIEWS = {
    "spiral": (-2.2, 2.2, -2.2, 2.2),
    "narrow valley": (-3.0, 3.0, -3.0, 3.0),
    "nine equilibria": (-1.7, 1.7, -1.7, 1.7),
    "stiff": (-3.0, 3.0, -3.0, 3.0),
}


def _affine(a: Tensor, b: Tensor, z0: Tensor | None = None) -> tuple[Map, Tensor]:
    start = torch.zeros(1, len(a), dtype=_F64) if z0 is None else z0
    return (lambda z: z @ a.T + b), start


def _ones(a: Tensor) -> tuple[Map, Tensor]:
    return _affine(a, torch.ones(1, len(a), dtype=_F64))


def _rotation(scale: float, degrees: float) -> Tensor:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return scale * torch.tensor([[c, -s], [s, c]], dtype=_F64)


def _blocks(*parts: Tensor) -> Tensor:
    blocks: Tensor = torch.block_diag(*parts)  # type: ignore[no-untyped-call]
    return blocks


def _affine_around(
    a: Tensor, centre: tuple[float, float], start: tuple[float, float]
) -> tuple[Map, Tensor]:
    """The map z ← A (z − c) + c in the plane."""
    c, z0 = (torch.tensor([p], dtype=_F64) for p in (centre, start))
    return _affine(a, c - c @ a.T, z0)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _rotated(size: int, seed: int) -> Tensor:
    q: Tensor = torch.linalg.qr(torch.randn(size, size, dtype=_F64, generator=_generator(seed))).Q
    return q


def _tanh_layer(gain: float) -> tuple[Map, Tensor]:
    generator = _generator(0)
    w = torch.randn(50, 50, dtype=_F64, generator=generator) / math.sqrt(50)
    x = 0.5 * torch.randn(1, 50, dtype=_F64, generator=generator)
    w = gain * w / torch.linalg.eigvals(w).abs().max()
    return (lambda z: torch.tanh(z @ w.T + x)), torch.zeros(1, 50, dtype=_F64)


def _one_hard_member() -> tuple[Map, Tensor]:
    q = _rotated(20, 3)
    x = 0.3 * torch.randn(8, 20, dtype=_F64, generator=_generator(4))
    x[-1] *= 0.05  # near the origin, where the slope of tanh is almost 1
    gain = torch.full((8, 1), _EASY, dtype=_F64)
    gain[-1] = _HARD
    return (lambda z: torch.tanh(gain * (z @ q.T) + x)), torch.zeros(8, 20, dtype=_F64)


def _narrow_valley() -> tuple[Map, Tensor]:
    q = _rotation(1.0, 30)
    a = q @ torch.diag(torch.tensor([0.98, -0.6], dtype=_F64)) @ q.T
    return _affine_around(a, (1.2, 0.9), (-2.6, -0.2))


def _two_hundred_speeds() -> tuple[Map, Tensor]:
    q = _rotated(200, 0)
    return _ones(q @ torch.diag(torch.linspace(-0.99, 0.99, 200, dtype=_F64)) @ q.T)


_MAPS: Mapping[str, Callable[[], tuple[Map, Tensor]]] = {
    "one hard member": _one_hard_member,
    "three speeds": lambda: _ones(torch.diag(torch.tensor([0.9, 0.99, 0.999], dtype=_F64))),
    "two hundred speeds": _two_hundred_speeds,
    "turning for ever": lambda: _ones(_blocks(*(_rotation(1.0, d) for d in (30, 90, 150)))),
    "spiral": lambda: _affine_around(_rotation(0.95, 100), (0.4, 0.2), (-1.8, -1.4)),
    "narrow valley": _narrow_valley,
    "nine equilibria": lambda: (
        (lambda z: torch.tanh(2 * z)),
        torch.tensor([[0.12, -0.5]], dtype=_F64),
    ),
    "stiff": lambda: _affine_around(
        torch.diag(torch.tensor([0.5, -5.0], dtype=_F64)), (1.0, 0.5), (-2.2, -1.5)
    ),
    "repelling": lambda: ((lambda z: 2 * z + 1), torch.zeros(1, dtype=_F64)),
    "no equilibrium": lambda: ((lambda z: z * z + 1), torch.zeros(1, dtype=_F64)),
    "twenty steps": lambda: _ones(0.5 * torch.triu(torch.ones(20, 20, dtype=_F64), diagonal=1)),
    "all alike": lambda: _ones(0.9 * torch.eye(100, dtype=_F64)),
    "one number": lambda: (torch.cos, torch.tensor([-1.0], dtype=_F64)),
}
