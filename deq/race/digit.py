"""The equilibrium of one digit under a network, as a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from deq.race.problem import Problem

if TYPE_CHECKING:
    from deq.models import Classifier


def digit_problem(model: Classifier, image: npt.NDArray[np.float32]) -> Problem:
    """``z = f(z, x)`` of a network's cell with the input x of one picture (28, 28), from zero."""
    with torch.no_grad():
        x = model.encode(torch.from_numpy(np.array(image, np.float32))[None])  # (1, *shape)
    return Problem(
        name="digit",
        title="A digit",
        formula=r"z = f(z, x)",
        why="The cell is a contraction by construction, and on digits a strong one: each step of "
        "iteration leaves about an eighth of the residual. There, Anderson and Broyden save one "
        "step at most. The ODE takes many more evaluations, since it follows a smooth path.",
        f=lambda z: model.cell(z, x),
        z0=model.start(),
    )
