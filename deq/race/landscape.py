"""The residual of a map of the plane on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.race.problem import Problem

_GRID = 61


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """log₁₀ ‖f(z) − z‖₂ on a grid.

    Attributes
    ----------
    x, y : Tensor (G,)
        Coordinates of the grid.
    height : Tensor (G, G)
        The values; rows are y, columns are x.
    """

    x: Tensor
    y: Tensor
    height: Tensor


def landscape(problem: Problem, size: int = _GRID) -> Landscape:
    """The residual of a problem with states of two numbers, on a grid over its view.

    Raises
    ------
    ValueError
        If its state is not two numbers.
    """
    if problem.view is None or problem.dim != 2:
        raise ValueError(f"problem must have states of two numbers, not of {problem.dim}.")
    x0, x1, y0, y1 = problem.view
    x, y = (torch.linspace(*ends, size, dtype=torch.float64) for ends in ((x0, x1), (y0, y1)))
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 2)  # (G·G, 2)
    with torch.no_grad():
        length = (problem.f(grid) - grid).norm(dim=1)
    return Landscape(x, y, length.clamp_min(1e-6).log10().reshape(size, size))
