"""A multiscale DEQ (Bai, Koltun & Kolter, 2020), kept convergent by a penalty, reads digits."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deq
from deq.digits.mnist import load_subset

WIDTHS = (12, 16, 24)  # channels at the resolutions 8×8, 4×4 and 2×2


def conv(a: int, b: int, *options: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, *options, bias=False), nn.GroupNorm(4, b))


def resample(j: int, i: int) -> nn.Sequential:  # from resolution j to i
    if j > i:
        return conv(WIDTHS[j], WIDTHS[i], 1).append(nn.Upsample(scale_factor=2 ** (j - i)))
    return nn.Sequential(*(conv(WIDTHS[k], WIDTHS[k + 1], 3, 2, 1) for k in range(j, i)))


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        blocks = ([conv(c, c, 3, 1, 1), *conv(c, c, 3, 1, 1), nn.GroupNorm(4, c)] for c in WIDTHS)
        self.blocks = nn.ModuleList(map(nn.ModuleList, blocks))
        self.ways = nn.ModuleList(nn.ModuleList(resample(j, i) for j in range(3)) for i in range(3))
        self.last = nn.ModuleList(conv(c, c, 1) for c in WIDTHS)

    def forward(self, z: tuple[Tensor, ...], x: Tensor) -> tuple[Tensor, ...]:
        h = []  # a residual block for each resolution; x enters at the finest
        for (one, two, norm, last), p, q in zip(self.blocks, z, (x, 0.0, 0.0), strict=True):
            h.append(last(F.relu(norm(two(F.relu(one(p))) + q) + p)))
        sums = [sum(way(p) for way, p in zip(ways, h, strict=True)) for ways in self.ways]
        return tuple(last(F.relu(p)) for last, p in zip(self.last, sums, strict=True))


class Multiscale(nn.Module):
    def __init__(self, **options: object) -> None:
        super().__init__()
        self.stem = conv(1, 12, 3, 2, 3).append(nn.ReLU()).extend(conv(12, 12, 3, 2, 1))
        self.layer = deq.DEQ(Cell(), start=self.zeros, max_evals=18, **options)
        self.head = nn.Linear(4 * sum(WIDTHS), 10)

    def zeros(self, x: Tensor) -> tuple[Tensor, ...]:
        return tuple(x.new_zeros(len(x), c, 8 >> i, 8 >> i) for i, c in enumerate(WIDTHS))

    def read(self, z: tuple[Tensor, ...]) -> Tensor:
        return self.head(torch.cat([F.adaptive_avg_pool2d(p, 2).flatten(1) for p in z], 1))


@pytest.mark.filterwarnings("default")  # the first step does not converge yet
def test_a_multiscale_deq_learns_to_read_digits() -> None:
    torch.manual_seed(0)
    images, labels = map(torch.from_numpy, load_subset())
    images, order = images[:, None] / 255, torch.randperm(len(labels))
    model = Multiscale(tol=1e-2, gradient=deq.Implicit(tol=1e-2, max_evals=18))
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    for batch in order[:2400].split(60):
        z = model.layer(x := model.stem(images[batch]))
        loss = F.cross_entropy(model.read(z), labels[batch])
        adam.zero_grad()
        (loss + 0.5 * deq.jacobian_penalty(model.layer.cell, z, x)).backward()
        adam.step()
    with torch.no_grad():  # 500 others
        right = model.read(model.layer(model.stem(images[order[-500:]]))).argmax(1)
    assert (right == labels[order[-500:]]).float().mean() > 0.7
    assert model.layer.last.converged.float().mean() > 0.95
