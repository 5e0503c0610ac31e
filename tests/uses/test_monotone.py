"""A monotone network (Winston & Kolter, 2020): one equilibrium, however large its weights grow."""

import torch
from torch import nn
from torch.nn import functional as F

import deq
from deq.digits.mnist import load_subset


def test_it_reads_digits_and_forgets_its_start() -> None:
    torch.manual_seed(0)
    images, labels = map(torch.from_numpy, load_subset())
    order = torch.randperm(len(images))
    x, y = images[order].flatten(1) / 255, labels[order]  # (5000, 784), (5000,)
    cell = deq.monotone.MonotoneCell(784, 40, margin=0.5)
    layer = deq.monotone.PeacemanRachford(cell, tol=1e-3)
    readout = nn.Linear(40, 10)
    model = nn.Sequential(layer, readout)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for a, b in zip(x[:4000].split(100), y[:4000].split(100), strict=True):
        loss = F.cross_entropy(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert layer.last.converged.all()
        assert layer.last.backward.converged.all()

    with torch.no_grad():
        assert (model(x[4000:]).argmax(1) == y[4000:]).float().mean() > 0.85
        for parameter in (cell.state.a, cell.state.b):
            parameter *= 10  # no longer a contraction, and still one equilibrium
        exact = deq.monotone.PeacemanRachford(cell, tol=1e-5)
        ones, zeros = (exact(x[4000:4100], z0=torch.full((100, 40), v)) for v in (1.0, 0.0))
        assert torch.linalg.matrix_norm(cell.state.weight, 2) > 1
        torch.testing.assert_close(ones, zeros, atol=0.01, rtol=0)
