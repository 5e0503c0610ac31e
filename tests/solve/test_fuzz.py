"""Random solves of random maps with random options: what holds for every one of them.

``DEQ_FUZZ=6500 python -m pytest tests/solve/test_fuzz.py`` tries so many.
"""

from __future__ import annotations

import math
import os
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from torch import Tensor

import deq
from deq import Status
from deq.solvers.tableau import ADAPTIVE, FIXED
from tests.problems import F64
from tests.solve.fuzz_maps import CONTRACTIONS, MAPS, MIXING, Parameters

EXAMPLES = int(os.environ.get("DEQ_FUZZ", "400"))
HALF = (torch.float16, torch.bfloat16)


def number(*values: float | None) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


damping = number(1.0, 1.0, 0.5, 0.01, 2.0)
solvers = st.one_of(
    st.builds(deq.Picard, damping=damping),
    st.builds(deq.Anderson, window=number(5, 1, 2, 40), damping=damping,
              ridge=number(None, 1e-14, 1.0), restart=number(None, 1.0, 1e-3)),
    st.builds(deq.Broyden, memory=number(30, 1, 2), damping=damping),
    st.builds(deq.Newton, dense_limit=number(32, 1), forcing=number(0.1, 1e-8, 1.0),
              krylov=number(30, 1), damping=number(1.0, 0.3), exact=st.booleans(),
              line_search=st.booleans()),
    st.builds(deq.PseudoTransient, step=number(1.0, 1e-4, 1e4), krylov=number(20, 1),
              krylov_tol=number(0.5, 1e-6, 1.0)),
    st.builds(deq.ODE, method=st.sampled_from(ADAPTIVE + FIXED), t_max=number(math.inf, 2.5),
              rtol=number(None, 1e-12, 1.0), atol=number(None, 1e-12, 1.0),
              step=number(0.5, 1e-3, 3.0)),
    st.builds(deq.GMRES, restart=number(30, 1)),
    st.builds(deq.Dense),
)  # fmt: skip
tols = number(1e-4, 1e-4, 1e-1, 1e-2, 1e-8, 1e-12, 1e-46)
dtypes = st.sampled_from([F64, torch.float32, torch.float32, *HALF])


def length(x: Tensor) -> Tensor:
    """‖x‖₂ by rows, (B,), in float64."""
    return torch.linalg.vector_norm(x.to(F64), dim=1)


def documented_bound(z: Tensor, z0: Tensor, r0: Tensor, tol: float) -> Tensor:
    """What the docstring of ``deq.solve`` allows for residuals at z, (B,)."""
    eps, size, start = torch.finfo(z.dtype).eps, length(z), length(z0) + r0
    near = tol + tol * start
    far = torch.maximum(torch.maximum(near, min(math.sqrt(tol), 0.25) * r0), eps * size / 2)
    hidden = torch.maximum(torch.maximum(near, 4 * eps * start), r0 / 8)
    bound = torch.where(size > start, torch.minimum(tol + tol * size, far), tol + tol * size)
    return torch.where((size > start) & (eps * size > hidden), -1.0, bound)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(MAPS)),
    solver=solvers,
    tol=tols,
    dtype=dtypes,
    max_evals=number(60, 60, 1, 2, 7, 200),
    batch=number(1, 3, 6),
    dim=number(1, 2, 5, 12),
    start=number(0.0, 1.0, 1e3, 1e-6),
    bad=number(None, None, None, math.nan, math.inf),
    several=st.booleans(),
    record=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_what_every_solve_promises(
    kind: str, solver: Any, tol: float, dtype: torch.dtype, max_evals: int, batch: int, dim: int,
    start: float, bad: float | None, several: bool, record: bool, seed: int,
) -> None:  # fmt: skip
    drawn = Parameters.draw(seed, batch, dim)
    p = drawn.rows(slice(None), dtype)
    g = torch.Generator().manual_seed(seed + 1)
    z0 = (start * torch.randn(batch, dim, generator=g, dtype=F64)).to(dtype)
    if bad is not None:
        z0[seed % batch, seed % dim] = bad

    def f(z: Tensor) -> Tensor:
        return MAPS[kind](p, z)

    def parted(state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        z = f(torch.cat(state, dim=1))
        return z[:, :1], z[:, 1:]

    options = {"solver": solver, "tol": tol, "max_evals": max_evals}
    if several and dim > 1:
        both = deq.solve(parted, (z0[:, :1], z0[:, 1:]), record=record, **options)
        sol, z = both, torch.cat(both.z, dim=1)
    else:
        sol = deq.solve(f, z0, record=record, **options)
        z = sol.z
    note(str(sol))

    fine = z0.isfinite().all(dim=1)
    assert z[fine].isfinite().all(), "a finite start gave a state that is not finite"
    assert torch.equal(z[~fine].nan_to_num(), z0[~fine].nan_to_num()), "an invented state"
    assert (sol.status[~fine] == int(Status.NON_FINITE)).all()
    assert ((sol.nfe >= 1) & (sol.nfe <= max_evals)).all()
    assert not sol.residual.isnan().any()

    if kind in MIXING:
        return
    first, r = f(z0) - z0, f(z) - z
    eps, known = torch.finfo(dtype).eps, sol.residual.isfinite()
    assert torch.equal(z[~known].nan_to_num(), z0[~known].nan_to_num())
    tiny = torch.finfo(torch.promote_types(dtype, torch.float32)).tiny  # squares below it vanish
    slack = 4 * eps * (length(z) + length(f(z)) + torch.finfo(dtype).tiny) + math.sqrt(tiny)
    true = length(r).clamp(max=torch.finfo(dtype).max)
    error = (sol.residual.to(F64) - true).abs()
    assert (error <= (1e-4 + 2 * eps) * true + slack)[known].all(), "not the true residual"
    bound = documented_bound(z, z0, length(first), tol)
    done = sol.converged
    assert (length(r) <= bound * (1 + 1e-4 + 2 * eps) + slack * (bound >= 0))[done].all(), (
        "not converged"
    )

    if kind in CONTRACTIONS and batch > 1 and bad is None and dtype not in HALF:
        i = seed % batch
        mine = drawn.rows(slice(i, i + 1), dtype)
        lone = deq.solve(lambda z: MAPS[kind](mine, z), z0[i : i + 1], **options)
        if lone.converged and sol.converged[i]:
            apart = length(lone.z - z[i : i + 1])
            allowed = 10 * (length(MAPS[kind](mine, lone.z) - lone.z) + length(r)[i])
            assert (apart <= 1.01 * allowed + 100 * slack[i]).all(), "another answer in company"


@pytest.mark.parametrize("kind", sorted(CONTRACTIONS))
def test_the_contractions_contract(kind: str) -> None:
    p = Parameters.draw(0, 50, 5)
    z = torch.randn(2, 50, 5, generator=torch.Generator().manual_seed(1), dtype=F64)
    apart = length(MAPS[kind](p, z[0]) - MAPS[kind](p, z[1]))
    assert (apart <= 0.9 * length(z[0] - z[1]) + 1e-12).all()
    assert len(MAPS) >= 24
