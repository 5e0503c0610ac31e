"""A convolutional DEQ with GroupNorm and Anderson acceleration, which reads digits.

The cell of Kolter, Duvenaud & Johnson, "Deep implicit layers", tutorial at NeurIPS 2020, chapter 4.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deq
from deq.digits.mnist import load_subset


class Cell(nn.Module):
    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.into = nn.Conv2d(channels, inner, 3, padding=1, bias=False)
        self.out = nn.Conv2d(inner, channels, 3, padding=1, bias=False)
        for conv in (self.into, self.out):
            nn.init.normal_(conv.weight, std=0.01)
        self.norm1 = nn.GroupNorm(8, inner)
        self.norm2, self.norm3 = nn.GroupNorm(8, channels), nn.GroupNorm(8, channels)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        h = self.norm1(F.relu(self.into(z)))
        return self.norm3(F.relu(z + self.norm2(x + self.out(h))))


class Reader(nn.Module):
    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, channels, 3, stride=2, padding=1),
            nn.GroupNorm(8, channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride=2, padding=1),
            nn.GroupNorm(8, channels),
        )  # (B, 1, 28, 28) → (B, C, 7, 7)
        gradient = deq.Implicit(solver=deq.Anderson(), tol=1e-2, max_evals=30)
        solver = deq.Anderson(window=5)
        self.layer = deq.DEQ(
            Cell(channels, 32), solver=solver, tol=1e-2, max_evals=30, gradient=gradient
        )
        self.head = nn.Linear(channels * 49, 10)

    def forward(self, image: Tensor) -> Tensor:
        return self.head(self.layer(self.stem(image)).flatten(1))


def test_a_convolutional_deq_learns_to_read_digits() -> None:
    torch.manual_seed(0)
    images, labels = map(torch.from_numpy, load_subset())
    images, order = images[:, None] / 255, torch.randperm(len(labels))
    train, held_out = order[:1500], order[-500:]
    model = Reader()
    adam = torch.optim.Adam(model.parameters(), lr=3e-3)
    for batch in train.split(50):
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        right = model(images[held_out]).argmax(1) == labels[held_out]
    assert right.float().mean() > 0.85
    assert model.layer.last.converged.float().mean() > 0.95
