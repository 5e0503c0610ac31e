"""The adjoint system of a problem at its equilibrium, as a problem of its own."""

from __future__ import annotations

import torch

from deq.gradients.vjp import Pullback
from deq.race.problem import Problem
from deq.solve import solve
from deq.solvers import Anderson, PseudoTransient

_TOL = 1e-8
_SOLVERS = (PseudoTransient(), Anderson())  # first one that finds equilibria stable for the flow


def adjoint_problem(problem: Problem, seed: int = 0) -> Problem | None:
    """The fixed-point problem ``w = Jᵀ w + g`` with J = ∂f/∂z at an equilibrium z*, from w = 0.

    An implicit gradient needs its solution w = (I − Jᵀ)⁻¹ g, where g is the gradient of the loss
    with respect to z*. Here g is random, of length 1 for each sample. One evaluation is one product
    with Jᵀ.

    Parameters
    ----------
    problem : Problem
        Its equilibrium is found first, to 1e-8 in float64 and 1e-5 in float32.
    seed : int
        Seed of g.

    Returns
    -------
    Problem or None
        None if no equilibrium was found.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", NeurIPS 2019, theorem 1.
    """
    tol = _TOL if problem.z0.dtype == torch.float64 else 1e-5
    for solver in _SOLVERS:
        found = solve(problem.f, problem.z0, solver=solver, tol=tol, max_evals=2000)
        if bool(found.converged.all()):
            break
    else:
        return None
    pull = Pullback(problem.f, found.z)
    generator = torch.Generator().manual_seed(seed)
    g = torch.randn(pull.batch, pull.dim, generator=generator, dtype=torch.float64)
    g = (g / g.norm(dim=1, keepdim=True)).to(found.z)  # (B, D)
    return Problem(
        name=f"adjoint-{problem.name}",
        title=f"Backward: {problem.title}",
        formula=r"w = J^\top w + g",
        why="The adjoint system of any map is linear, with the same eigenvalues: solvers that are "
        "slow forward are slow backward, too. GMRES is made for linear systems.",
        f=lambda w: (pull(w) + g).detach(),
        z0=torch.zeros_like(g),
        adjoint=True,
    )
