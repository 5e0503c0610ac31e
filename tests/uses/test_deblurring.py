"""Deblurring: the equilibrium of gradient steps on ‖A z − y‖²/2, each followed by a denoiser D.

z ← D(z − η Aᵀ(A z − y)), with a learned D, as in Gilton, Ongie & Willett, "Deep equilibrium
architectures for inverse problems in imaging", 2021. A blurs; y is the blurred picture with noise.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deq
from deq.digits.mnist import load_subset
from deq.stability import limit_norm


def gaussian(side: int = 9, width: float = 1.5) -> Tensor:
    row = torch.exp(-((torch.arange(side) - side // 2) ** 2) / (2 * width**2))
    return (row[:, None] * row / row.sum() ** 2)[None, None]  # (1, 1, side, side), of sum 1


KERNEL = gaussian()


def blur(z: Tensor) -> Tensor:
    """A z; Aᵀ = A since the kernel is symmetric, and ‖A‖ ≤ 1 since its sum is 1."""
    return F.conv2d(z, KERNEL, padding=KERNEL.shape[-1] // 2)


class Step(nn.Module):
    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        pairs = [(1, channels), (channels, channels), (channels, 1)]
        convs = [limit_norm(nn.Conv2d(a, b, 3, padding=1), 1.0, size=28) for a, b in pairs]
        self.net = nn.Sequential(convs[0], nn.ReLU(), convs[1], nn.ReLU(), convs[2])

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        z = z - blur(blur(z) - y)  # η = 1
        return (z + self.net(z)) / 2  # D(z); no two states get further apart


def psnr(z: Tensor, truth: Tensor) -> float:
    return -10 * (z - truth).square().mean((1, 2, 3)).log10().mean().item()


def test_a_learned_denoiser_deblurs_digits() -> None:
    torch.manual_seed(0)
    truth = torch.from_numpy(load_subset()[0])[:, None] / 255  # (5000, 1, 28, 28)
    truth = truth[torch.randperm(len(truth))[:500]]
    y = blur(truth) + 0.02 * torch.randn(truth.shape)
    layer = deq.DEQ(Step(), tol=1e-3, max_evals=50, gradient=deq.Implicit(tol=1e-3))
    adam = torch.optim.Adam(layer.parameters(), lr=1e-2)
    for batch in torch.arange(400).split(8):
        loss = F.mse_loss(layer(y[batch]), truth[batch])
        adam.zero_grad()
        loss.backward()
        adam.step()
    y, truth = y[400:], truth[400:]
    with torch.no_grad():
        restored = layer(y)
    assert layer.last.converged.all()
    assert psnr(restored, truth) > max(psnr(y, truth), psnr(blur(y), truth)) + 1
