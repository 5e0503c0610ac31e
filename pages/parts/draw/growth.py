"""How the equilibrium moves while the drawing grows: the drawing is read again, bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
import torch

from deq.digits.growing import growing
from pages.parts.pad import link
from pages.parts.pad.ink import strokes_of
from pages.parts.pad.pad import Pad
from pages.parts.shared.engine import Choice, Engine, Glance

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
    evals: int  # of all readings, each from the equilibrium before
    from_start: int  # of all readings, each from z₀

    @property
    def since(self) -> float:
        """The share of the ink from which on the class that is read at last is read."""
        read = self.shares.argmax(1)
        other = (read != read[-1]).nonzero()
        return float(self.ink[0 if not len(other) else int(other[-1]) + 1])


def growth(machine: Engine, drawing: Pad, choice: Choice) -> Growth | None:
    """Read the drawing as it grew; none without strokes, or if nothing of it can be read."""
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
    read: list[tuple[float, Glance, Glance]] = []
    z = None
    for share, pixels in growing(strokes, widths, STEPS) if strokes else ():
        glance = machine.glance(pixels, choice, z)
        if glance.read is not None:
            z = glance.read.solution.z
            read.append((share, glance, machine.glance(pixels, choice, None)))
    solved = [(g.read, g.point) for _, g, _ in read if g.read is not None and g.point is not None]
    if not solved:
        return None
    return Growth(
        ink=np.array([share for share, _, _ in read]),
        points=torch.stack([point for _, point in solved]),
        shares=torch.stack([one.probabilities for one, _ in solved]),
        residual=torch.cat([one.solution.residual for one, _ in solved]),
        relative_residual=torch.cat([one.solution.relative_residual for one, _ in solved]),
        evals=sum(int(one.solution.nfe[0]) for one, _ in solved),
        from_start=sum(int(c.read.solution.nfe[0]) for _, _, c in read if c.read is not None),
    )
