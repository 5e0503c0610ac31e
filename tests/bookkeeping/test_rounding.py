"""The floor of floating point is that of the dtype in which f computes."""

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.bookkeeping.rounding import _is_made_of
from tests.problems import F64

SOLVERS = [deq.Picard(), deq.Anderson(), deq.Broyden()]
BF16 = torch.bfloat16


def _cell(dtype: torch.dtype) -> tuple[torch.nn.Linear, Tensor]:
    g = torch.Generator().manual_seed(0)
    w = torch.randn(64, 64, generator=g)
    linear = torch.nn.Linear(64, 64)
    linear.weight.data = (0.8 * w / torch.linalg.matrix_norm(w, 2)).to(dtype)
    linear.bias.data = torch.randn(64, generator=g).to(dtype)
    return linear, torch.randn(16, 64, generator=g).to(dtype)


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("kind", ["cell", "autocast", "mixed", "float32 in float64"])
def test_below_the_floor_of_the_map_a_solve_stalls_soon(solver: object, kind: str) -> None:
    coarse, state = (torch.float32, F64) if kind == "float32 in float64" else (BF16, torch.float32)
    linear, x = _cell(torch.float32 if kind in ("autocast", "mixed") else coarse)

    def f(z: Tensor) -> Tensor:
        out = torch.tanh(linear(z if kind in ("autocast", "mixed") else z.to(coarse)) + x).to(state)
        return 0.5 * z + 0.5 * out if kind == "mixed" else out

    tol = 1e-10 if state == F64 else 1e-6
    with torch.autocast("cpu", dtype=BF16, enabled=kind in ("autocast", "mixed")):
        sol = deq.solve(f, torch.zeros(16, 64, dtype=state), solver=solver, tol=tol, max_evals=900)
    done = (sol.status == int(Status.STALLED)) | sol.converged
    assert done.all()
    assert sol.nfe.max() < 200
    assert (sol.residual <= 4 * torch.finfo(coarse).eps * sol.z.norm(dim=1)).all()


def test_the_sentence_names_the_cure() -> None:
    assert "float32 in place of half types and autocast" in str(Status.STALLED)


def test_short_numbers_are_not_taken_for_a_coarse_dtype() -> None:
    # 1, 2, 3, … fit in bfloat16; the drift goes on to the cap.
    sol = deq.solve(lambda z: z + 1, torch.zeros(1), solver=deq.Picard(), max_evals=100)
    assert Status(int(sol.status)) is Status.MAX_EVALS
    g = torch.Generator().manual_seed(0)
    x = torch.randn(4, 50, generator=g)
    assert not _is_made_of(x, BF16)
    assert not _is_made_of(torch.zeros(4, 50), BF16)
    assert not _is_made_of(torch.arange(100.0), BF16)
    assert _is_made_of(x.to(BF16).float().relu(), BF16)
    assert _is_made_of(x.half().float(), torch.float16)
    assert _is_made_of(x.double(), torch.float32)
