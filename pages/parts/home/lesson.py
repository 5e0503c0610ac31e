"""The smallest example there is, f(z) = cos z: its equilibrium by iteration and as an ODE."""

from __future__ import annotations

import streamlit as st
import torch

import deq
from pages.parts.shared.engine import recorded

START = -1.0
TOLERANCE = 1e-3


@st.cache_resource(max_entries=1)
def cosine() -> tuple[dict[str, deq.Trajectory], float]:
    """The states on the way by either solver, and where the ODE settles."""
    z0 = torch.tensor([START], dtype=torch.float64)
    solutions = {
        name: deq.solve(torch.cos, z0, solver=solver, tol=TOLERANCE, record=True)
        for name, solver in (("Picard", deq.Picard()), ("ODE", deq.ODE()))
    }
    return {name: recorded(solution) for name, solution in solutions.items()}, float(
        solutions["ODE"].z
    )
