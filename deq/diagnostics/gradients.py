"""Error, memory and time of implicit, unrolled and phantom gradients at several depths."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.gradients.phantom import Phantom
from deq.gradients.unrolled import Unrolled
from deq.layer import DEQ
from deq.solvers import Anderson, Picard
from deq.solvers.base import require_count, require_number

METHODS = ("implicit", "unrolled", "phantom", "JFB")
DEPTHS = (5, 10, 20, 50, 100, 200)
_NEVER = 1e-30  # a tolerance that is never met, so that all steps are taken
_REPEATS = 3
_INPUT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The layer that is measured: z* = tanh(γ Q z* + x) with a random rotation Q.

    Parameters
    ----------
    gain : float
        γ, the contraction constant; from 1 on an equilibrium may not be found.
    width, batch : int
        Numbers in a state, and samples.
    seed : int
        Seed of Q, x and the loss.

    Raises
    ------
    TypeError, ValueError
        If a field is unusable; the sentence names it.
    """

    gain: float = 0.9
    width: int = 64
    batch: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        require_number("gain", self.gain, low=0.0, high=10.0)
        require_count("width", self.width)
        require_count("batch", self.batch)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One gradient, measured.

    Attributes
    ----------
    method : str
        One of `METHODS`.
    depth : int
        k. The forward solve takes k Picard steps. Then ``"implicit"`` takes k steps on the adjoint
        system, ``"phantom"`` k tracked steps and ``"JFB"`` one; ``"unrolled"`` tracks the k steps
        of the forward solve.
    error : float
        ‖∇ − ∇*‖₂ / ‖∇*‖₂ over γQ and x, where ∇* is the gradient at the exact equilibrium.
    kept : int
        Largest number of bytes stored for the backward pass at any time, without γQ and x.
    cost : float
        Time of forward and backward, in evaluations of the cell.
    """

    method: str
    depth: int
    error: float
    kept: int
    cost: float


class NoEquilibrium(ValueError):
    """No equilibrium of the layer was found, so there is no exact gradient."""


def gradients(setting: Setting, depths: tuple[int, ...] = DEPTHS) -> Iterator[Measurement]:
    """Measure every method at every depth, in the order of ``depths``.

    The loss is L = ⟨c, z⟩ with a random c, in float64. The exact gradient is the implicit one,
    ``∇L = (∂f/∂θ)ᵀ (I − J)⁻ᵀ c``, with tolerances of 1e-12.

    Parameters
    ----------
    setting : Setting
        The layer.
    depths : tuple of int
        Values of k.

    Yields
    ------
    Measurement

    Raises
    ------
    NoEquilibrium
        If the exact gradient was not found.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019 (implicit). Geng et al., "On training
    implicit models", 2021 (phantom). Fung et al., "JFB", 2022.

    Examples
    --------
    >>> found = {m.method: m.error for m in gradients(Setting(gain=0.5), (30,))}
    >>> found["implicit"] < 1e-6, found["JFB"] > 0.1
    (True, True)
    """
    layer = _Layer(setting)
    exact = layer.exact()
    unit = layer.evaluation()
    for depth in depths:
        for method in METHODS:
            gradient, evals = _gradient_and_evals(method, depth)
            times = []
            for _ in range(_REPEATS):
                began = time.perf_counter()
                found, kept = layer.gradient(gradient, evals)
                times.append(time.perf_counter() - began)
            yield Measurement(
                method,
                depth,
                float((found - exact).norm() / exact.norm()),
                kept,
                statistics.median(times) / unit,
            )


def _gradient_and_evals(method: str, depth: int) -> tuple[Gradient, int]:
    """The gradient method, and the evaluations of the forward solve."""
    if method == "implicit":
        return Implicit(solver=Picard(), tol=_NEVER, max_evals=depth), depth
    if method == "unrolled":
        return Unrolled(), depth + 1  # the last evaluation only gives the residual
    return Phantom(steps=depth if method == "phantom" else 1), depth


class _Layer:
    def __init__(self, setting: Setting) -> None:
        g = torch.Generator().manual_seed(setting.seed)
        shape = (setting.batch, setting.width)
        w = torch.randn(setting.width, setting.width, dtype=torch.float64, generator=g)
        self.w = (setting.gain * torch.linalg.qr(w)[0]).requires_grad_()  # (n, n)
        # Small, so that the slope of tanh stays near 1 and γ is the contraction constant.
        x = _INPUT * torch.randn(shape, dtype=torch.float64, generator=g)
        self.x = x.requires_grad_()
        self.c = torch.randn(shape, dtype=torch.float64, generator=g)

    def cell(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(torch.addmm(x, z, self.w.T))  # (B, n)

    def exact(self) -> Tensor:
        """∇L at the equilibrium, flat."""
        gradient = Implicit(solver=Anderson(), tol=1e-12, max_evals=2000)
        layer = DEQ(
            self.cell,
            solver=Anderson(),
            tol=1e-12,
            max_evals=2000,
            gradient=gradient,
            on_failure="ignore",  # it is judged here
        )
        found = self._backward(layer)
        last = layer.last
        backward = None if last is None else last.backward
        fine = last is not None and bool(last.converged.all())
        if not fine or backward is None or not bool(backward.converged.all()):
            raise NoEquilibrium(
                "No equilibrium was found for every sample, so there is no exact gradient to "
                "compare with. A gain below 1 always has one."
            )
        return found

    def gradient(self, gradient: Gradient, evals: int) -> tuple[Tensor, int]:
        """∇L by a method, flat, and the largest number of bytes stored for it."""
        layer = DEQ(
            self.cell,
            solver=Picard(),
            tol=_NEVER,
            max_evals=evals,
            gradient=gradient,
            on_failure="ignore",  # the solves end early on purpose
        )
        memory = _SavedMemory({t.untyped_storage().data_ptr() for t in (self.w, self.x, self.c)})
        with torch.autograd.graph.saved_tensors_hooks(memory.pack, _SavedTensor.unpack):
            return self._backward(layer), memory.most

    def _backward(self, layer: DEQ) -> Tensor:
        loss = (self.c * layer(self.x)).sum()
        found = torch.autograd.grad(loss, (self.w, self.x))
        return torch.cat([part.flatten() for part in found])

    @torch.no_grad()
    def evaluation(self) -> float:
        """Seconds of one evaluation of the cell."""
        times = []
        z = torch.zeros_like(self.x)
        for _ in range(50):
            began = time.perf_counter()
            z = self.cell(z, self.x)
            times.append(time.perf_counter() - began)
        return statistics.median(times)


class _SavedMemory:
    """Counts the bytes that graphs store; each storage counts once while it is in use."""

    def __init__(self, free: set[int]) -> None:
        self.free = free
        self.users: dict[int, int] = {}
        self.now = self.most = 0

    def pack(self, tensor: Tensor) -> _SavedTensor:
        return _SavedTensor(self, tensor)


class _SavedTensor:
    """A tensor stored in a graph; it is deleted together with the graph."""

    def __init__(self, memory: _SavedMemory, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        self.memory, self.tensor = memory, tensor
        self.place, self.size = storage.data_ptr(), storage.nbytes()
        if self.place in memory.free:
            self.size = 0
        users = memory.users.get(self.place, 0)
        memory.users[self.place] = users + 1
        memory.now += 0 if users else self.size
        memory.most = max(memory.most, memory.now)

    def unpack(self) -> Tensor:
        return self.tensor

    def __del__(self) -> None:
        left = self.memory.users[self.place] - 1
        self.memory.users[self.place] = left
        self.memory.now -= 0 if left else self.size
