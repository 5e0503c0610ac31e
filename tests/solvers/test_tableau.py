"""The Butcher tableaus are torchdiffeq's, number by number, and consistent."""

import pytest
import torch
from torchdiffeq._impl.odeint import SOLVERS

from deq.solvers.tableau import ADAPTIVE, FIXED, tableau
from tests.problems import F64


@pytest.mark.parametrize("method", ADAPTIVE)
def test_coefficients_are_those_of_torchdiffeq(method: str) -> None:
    ours, theirs = tableau(method), SOLVERS[method]
    assert ours.order == theirs.order
    rows = [*theirs.tableau.beta, theirs.tableau.c_sol, theirs.tableau.c_error]
    for found, expected in zip(ours.coefficients[1:], rows, strict=True):
        n = len(expected)
        assert torch.equal(found[:n], expected)
        assert not found[n:].any()


@pytest.mark.parametrize("method", [*ADAPTIVE, *FIXED])
def test_weights_sum_to_one_and_errors_to_zero(method: str) -> None:
    found = tableau(method)
    assert found.coefficients.shape == (found.stages + 2, found.stages)
    sums = found.coefficients[-2:].sum(1)
    assert torch.allclose(sums, torch.tensor([1.0, 0.0], dtype=F64), atol=1e-14)
