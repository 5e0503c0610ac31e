"""How the equilibrium moves while the drawing grows: the drawing is read again, bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
import torch

from deq.digits.classes import NO_DIGIT
from deq.digits.growing import growing
from deq.models import Prediction
from pages.parts.pad import link
from pages.parts.pad.drawing import Pad
from pages.parts.pad.ink import pictures_of, strokes_of
from pages.parts.shared.engine import Choice, Engine

STEPS = 24
"""Readings of one drawing."""
_KEPT = "last-growth"


@dataclass(frozen=True, eq=False)
class Growth:
    """The equilibria of a drawing that grows, with the share of its ink at each."""

    ink: npt.NDArray[np.float64]  # (T,), to 1
    points: torch.Tensor  # on the model's basis (T, 3)
    shares: torch.Tensor  # what is read at each (T, 10 or 11)
    residual: torch.Tensor  # ‖f(z) − z‖ at each (T,)
    relative_residual: torch.Tensor  # ‖f(z) − z‖ / (1 + ‖z‖) at each (T,)
    classes: list[int]  # what each is called: a digit, or `NO_DIGIT`
    evals: int  # of all readings, each from the equilibrium before
    from_start: int  # of all readings, each from z₀

    @property
    def since(self) -> float:
        """The share of the ink from which on the drawing is called what it is called at last."""
        last = self.classes[-1]
        other = [k for k, called in enumerate(self.classes) if called != last]
        return float(self.ink[other[-1] + 1 if other else 0])

    @property
    def columns(self) -> tuple[Any, ...]:
        """What `trajectory_csv` writes."""
        return self.ink, self.residual, self.relative_residual, self.points, self.shares


def growth(machine: Engine, drawing: Pad, choice: Choice) -> Growth | None:
    """Read the drawing as it grew; none if it is more than strokes, or nothing can be read."""
    key = (drawing.number, choice, id(machine.model))
    kept: tuple[Any, Growth | None] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        kept = key, _read(machine, drawing, choice)
        st.session_state[_KEPT] = kept
    return kept[1]


def _read(machine: Engine, drawing: Pad, choice: Choice) -> Growth | None:
    # As the address has it, so that whoever opens the link sees the same.
    address = drawing.address()
    strokes, widths = link.decode(address) if address else strokes_of(drawing.objects)
    if not strokes or pictures_of(drawing.objects):
        return None
    read: list[tuple[float, Prediction, torch.Tensor]] = []
    z, from_start = None, 0
    for share, pixels in growing(strokes, widths, STEPS):
        glance, cold = machine.glance(pixels, choice, z), machine.glance(pixels, choice, None)
        if glance.read is None or glance.point is None or cold.read is None:
            continue
        z = glance.read.solution.z
        from_start += int(cold.read.solution.nfe[0])
        read.append((share, glance.read, glance.point))
    if not read:
        return None
    ink, predictions, points = zip(*read, strict=True)
    solutions = [one.solution for one in predictions]
    return Growth(
        ink=np.array(ink),
        points=torch.stack(points),
        shares=torch.stack([one.probabilities for one in predictions]),
        residual=torch.cat([one.residual for one in solutions]),
        relative_residual=torch.cat([one.relative_residual for one in solutions]),
        classes=[NO_DIGIT if p.verdict == "not a digit" else p.digit for p in predictions],
        evals=sum(int(one.nfe[0]) for one in solutions),
        from_start=from_start,
    )
