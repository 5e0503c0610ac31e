"""Maps for the fuzz of ``deq.solve``: 26 kinds, with random parameters sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tests.problems import F64


@dataclass(frozen=True)
class Parameters:
    """Random numbers of a batch; ``rows`` picks samples."""

    a: Tensor  # (B, D, D) spectral norm 1
    q: Tensor  # (B, D, D) orthogonal
    c: Tensor  # (B, D) normal
    s: Tensor  # (B, 1) uniform in [0, 1]

    @classmethod
    def draw(cls, seed: int, batch: int, dim: int) -> Parameters:
        """Parameters for ``batch`` samples of ``dim`` numbers."""
        g = torch.Generator().manual_seed(seed)
        a = torch.randn(batch, dim, dim, generator=g, dtype=F64)
        return cls(
            a=a / torch.linalg.matrix_norm(a, 2)[:, None, None],
            q=torch.linalg.qr(a).Q,
            c=torch.randn(batch, dim, generator=g, dtype=F64),
            s=torch.rand(batch, 1, generator=g, dtype=F64),
        )

    def rows(self, which: slice, dtype: torch.dtype) -> Parameters:
        """Those of some samples, in another dtype."""
        return Parameters(*(t[which].to(dtype) for t in (self.a, self.q, self.c, self.s)))


def _times(a: Tensor, z: Tensor) -> Tensor:
    return (a * z[:, None]).sum(2)  # no sum depends on the batch


Map = Callable[[Parameters, Tensor], Tensor]

# Contractions with a factor of at most 0.9, so with one equilibrium each.
CONTRACTIONS: dict[str, Map] = {
    "affine": lambda p, z: 0.9 * _times(p.a, z) + p.c,
    "tanh": lambda p, z: torch.tanh(0.9 * _times(p.a, z) + p.c),
    "relu": lambda p, z: torch.relu(0.9 * _times(p.a, z) + p.c),
    "cosine": lambda p, z: 0.8 * torch.cos(z + p.c),
    "constant": lambda p, z: p.c + 0 * z,
    "damped rotation": lambda p, z: 0.9 * _times(p.q, z) + p.c,
    "huge": lambda p, z: 0.5 * z + 1e4 * p.c,
    "tiny": lambda p, z: 0.5 * z + 1e-4 * p.c,
}
OTHERS: dict[str, Map] = {
    "identity": lambda p, z: z * 1,
    "rotation": lambda p, z: _times(p.q, z) + p.c,
    "slow": lambda p, z: 0.9999 * z + p.c,
    "expansive": lambda p, z: 3 * _times(p.q, z) + p.c,
    "flip": lambda p, z: -3 * z + p.c,
    "doubling": lambda p, z: 2 * z,
    "shift": lambda p, z: z + p.c,
    "drift": lambda p, z: z + (1 + z * z).sqrt(),
    "bounded": lambda p, z: z - (z - 3 * p.c) / (1 + (z - 3 * p.c) ** 2).sqrt(),
    "projection": lambda p, z: z.mean(1, keepdim=True) + p.c,
    "square": lambda p, z: z * z + p.s,
    "logistic": lambda p, z: (2.8 + 1.2 * p.s) * z * (1 - z),
    "exponential": lambda p, z: torch.exp(p.s * z),
    "logarithm": lambda p, z: torch.log(z + p.s),
    "root": lambda p, z: torch.sqrt(z + p.c),
    "inverse": lambda p, z: 2 / z + p.s,
    "sign": lambda p, z: -torch.sign(z) + p.c,
    "steps": lambda p, z: torch.floor(2 * z) + p.c,
    "cliff": lambda p, z: torch.where(z > 1, torch.nan, 0.5 * z + 1 + p.s),
    "steep": lambda p, z: torch.tanh(20 * _times(p.a, z)) + p.c,
}
# Samples answer each other.
MIXING: dict[str, Map] = {
    "batch mean": lambda p, z: 0.5 * torch.tanh(z) + 0.4 * z.mean(0) + p.c,
    "batch norm": lambda p, z: 0.5 * (z - z.mean(0)) / (z.var(0, unbiased=False) + 1).sqrt() + p.c,
}
MAPS = CONTRACTIONS | OTHERS | MIXING
