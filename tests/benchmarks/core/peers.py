"""torchdeq 0.1.0 behind one face. It is imported when it is asked for, and in no other place.

Its stop tests, as its source has them: after each step, ‖f(z) − z‖₂ of every sample ("abs") or
‖f(z) − z‖₂/(‖f(z)‖₂ + 1e-9) ("rel"), and the whole batch goes on until the largest is below
``tol``. What comes back is, per sample, the state with the lowest value: f(z) for Picard and
Anderson, so one evaluation further than the test looked at; z itself for Broyden. With
``ift=True`` the layer evaluates once more, and again in the backward pass. The adjoint starts at
zero. Picard has no memory, Anderson six states like ours, Broyden as many as ``max_iter``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tests.benchmarks.core.cells import Map

NAMES = {"Picard": "fixed_point_iter", "Anderson": "anderson", "Broyden": "broyden"}


def solve(name: str, f: Map, z0: Tensor, tol: float, max_iter: int, mode: str = "rel") -> Tensor:
    """The state that torchdeq's solver of that name (ours) returns."""
    from torchdeq.solver import get_solver  # type: ignore[import-untyped, unused-ignore]

    solver: Callable[..., tuple[Tensor, Any, Any]] = get_solver(NAMES[name])
    with torch.no_grad():
        return solver(f, z0, max_iter=max_iter, tol=tol, stop_mode=mode)[0]


class Layer(nn.Module):
    """``layer(x, z0=z0)``: torchdeq's DEQ with its exact gradient, shaped like ours.

    ``last_steps`` is the largest number of steps of a sample in the last forward pass.
    """

    def __init__(
        self, cell: nn.Module, name: str, *, tol: float, adjoint_tol: float, max_iter: int
    ) -> None:
        super().__init__()
        from torchdeq import get_deq  # type: ignore[import-untyped, unused-ignore]

        self.cell = cell
        self.deq = get_deq(
            ift=True,
            f_solver=NAMES[name],
            b_solver=NAMES[name],
            f_max_iter=max_iter,
            b_max_iter=max_iter,
            f_tol=tol,
            b_tol=adjoint_tol,
            f_stop_mode="rel",
            b_stop_mode="rel",
        )
        self.last: dict[str, Tensor] = {}

    def forward(self, x: Tensor, z0: Tensor | None = None) -> Tensor:
        start = torch.zeros_like(x) if z0 is None else z0
        states, self.last = self.deq(lambda z: self.cell(z, x), start)
        z: Tensor = states[-1]
        return z
