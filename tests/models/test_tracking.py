"""While a drawing grows a little, its equilibrium moves a little, and the last one is near."""

import contextlib

import numpy as np
import pytest
import torch

import deq
from deq.digits import NotADrawing, prepare
from deq.digits.examples import EXAMPLES, strokes
from deq.digits.growing import growing
from deq.models import load

TEN = [name for name in EXAMPLES if name.isdigit()]


def pictures(name, steps):
    """The example as the network sees it while it grows, each (28, 28), once it is no dot."""
    drawn, seen = strokes()[name], []
    for _, pixels in growing(drawn, [22] * len(drawn), steps):
        with contextlib.suppress(NotADrawing):
            seen.append(prepare(pixels))
    return seen


@pytest.fixture(scope="module")
def model():
    return load("digits")


@pytest.mark.parametrize("name", TEN)
def test_an_equilibrium_moves_at_most_as_the_page_says(model, name):
    with torch.inference_mode():
        x = model.encode(torch.from_numpy(np.stack(pictures(name, 12))))  # (12, C, 7, 7)
        z = deq.solve(lambda z: model.cell(z, x), torch.zeros_like(x), tol=1e-6).z
    dx, dz = (x.diff(dim=0).flatten(1).norm(dim=1), z.diff(dim=0).flatten(1).norm(dim=1))
    assert (dz <= 1.0001 * dx / (1 - model.config.contraction) + 1e-4).all()


@pytest.mark.parametrize("solver", [deq.Picard(), deq.Anderson(), deq.ODE()], ids=repr)
def test_from_the_last_equilibrium_the_same_is_read_with_fewer_evaluations(model, solver):
    warm = cold = 0
    for name in TEN:
        z = None
        for image in pictures(name, 24):
            first = model.predict(image, solver=solver)
            again = model.predict(image, solver=solver, z0=z)
            z = again.solution.z
            cold, warm = cold + int(first.solution.nfe), warm + int(again.solution.nfe)
            assert torch.allclose(first.probabilities, again.probabilities, atol=0.02)
    assert warm < 0.95 * cold
