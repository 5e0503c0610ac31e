"""What makes a multiscale DEQ converge in training, within 18 evaluations: thirteen settings.

    python tests/benchmarks/multiscale.py [--seeds 3] [--epochs 6] [--only "penalty 0.5" …]

One thread. The model of tests/uses/test_multiscale.py reads digits, 500 for training and 500 held
out. Of each setting, medians over the seeds: how many training samples met the tolerances 1e-2 and
1e-3 in the first and in the last epoch, the median of their relative residual ‖f(z) − z‖/‖z‖ and of
their adjoints', evaluations forward and backward; then, started at zeros, how many of the held-out
samples meet 1e-2, how many are read correctly, and the spectral radius at 16 of them; and the time.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import deq
from deq.digits.mnist import load_subset
from tests.uses.test_multiscale import Multiscale

TRAIN, HELD_OUT, BATCH = 500, 500, 50


@dataclass(frozen=True)
class Setting:
    """How a network is trained."""

    solver: deq.Anderson | deq.Broyden = field(default_factory=deq.Anderson)
    gradient: deq.Implicit | deq.Phantom | deq.Unrolled = field(
        default_factory=lambda: deq.Implicit(tol=1e-2, max_evals=18)
    )
    penalty: float = 0.0
    warm: bool = False  # start at the sample's state of the epoch before
    decay: float = 0.0
    deviation: float | None = None  # of the first weights of the cell; PyTorch's own for None
    rate: float = 3e-3


PHANTOM = deq.Phantom(steps=5, damping=0.5)
SETTINGS = {
    "nothing": Setting(),
    "penalty 0.5": Setting(penalty=0.5),
    "restart 1.0": Setting(solver=deq.Anderson(restart=1.0)),
    "warm starts": Setting(warm=True),
    "penalty 0.5, warm": Setting(penalty=0.5, warm=True),
    "damping 0.5": Setting(solver=deq.Anderson(damping=0.5)),
    "Phantom": Setting(gradient=PHANTOM),
    "Phantom, penalty 0.5": Setting(gradient=PHANTOM, penalty=0.5),
    "penalty 0.1": Setting(penalty=0.1),
    "penalty 2": Setting(penalty=2.0),
    "learning rate 1e-2": Setting(rate=1e-2),
    "first weights 0.01": Setting(deviation=0.01),
    "weight decay 0.1": Setting(decay=0.1),
}


def norm(z: tuple[Tensor, ...]) -> Tensor:
    """‖z‖₂ of each sample, (B,)."""
    return torch.cat([part.flatten(1) for part in z], 1).norm(dim=1)


def split() -> tuple[Tensor, Tensor]:
    """Images (1000, 1, 28, 28) and labels (1000,), the training samples first."""
    images, labels = map(torch.from_numpy, load_subset())
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    order = order[: TRAIN + HELD_OUT]
    return images[order, None] / 255, labels[order]


def train(setting: Setting, seed: int, epochs: int) -> tuple[Multiscale, list[list[float]]]:
    """Train; the model, and a line of statistics for each epoch."""
    torch.manual_seed(seed)
    images, labels = split()
    model = Multiscale(solver=setting.solver, tol=1e-3, gradient=setting.gradient)
    for module in model.layer.cell.modules():
        if isinstance(module, nn.Conv2d) and setting.deviation is not None:
            nn.init.normal_(module.weight, std=setting.deviation)
    adam = torch.optim.AdamW(model.parameters(), lr=setting.rate, weight_decay=setting.decay)
    steps = epochs * TRAIN // BATCH
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    before = model.zeros(torch.zeros(TRAIN))  # of each sample, the state of the last epoch
    lines = []
    for _ in range(epochs):
        seen: list[Tensor] = []  # of each batch: residual, adjoint's residual, evaluations, (4, B)
        for batch in torch.randperm(TRAIN).split(BATCH):
            x = model.stem(images[batch])
            z = model.layer(x, z0=tuple(p[batch] for p in before) if setting.warm else None)
            for part in z:
                part.retain_grad()
            loss = F.cross_entropy(model.read(z), labels[batch])
            if setting.penalty:
                loss = loss + setting.penalty * deq.jacobian_penalty(model.layer.cell, z, x)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            cosine.step()
            if setting.warm:
                for part, new in zip(before, z, strict=True):
                    part[batch] = new.detach()
            last = model.layer.last
            assert last is not None
            forward = [last.residual / norm(z).detach(), last.nfe]
            back = last.backward
            gradient = norm(tuple(part.grad for part in z if part.grad is not None))
            none = torch.full((len(batch),), math.nan)
            backward = [none, none] if back is None else [back.residual / gradient, back.nfe]
            seen.append(torch.stack([*forward, *backward]))
        r, evals, adjoint, products = torch.cat(seen, 1)
        shares = [(r <= tol).double().mean() for tol in (1e-2, 1e-3)]
        middle = [r.median(), evals.mean(), adjoint.median(), products.mean()]
        lines.append([float(value) for value in shares + middle])
    return model, lines


@torch.no_grad()
def held_out(model: Multiscale) -> list[float]:
    """Share converged at 1e-2 from zeros, share read correctly, spectral radius (median)."""
    images, labels = (part[TRAIN:] for part in split())
    x = model.stem(images)
    z = model.layer(x)
    last = model.layer.last
    assert last is not None
    right = model.read(z).argmax(1) == labels
    met = last.residual <= 1e-2 * norm(z)
    cell, some = model.layer.cell, x[:16]
    found = deq.solve(lambda z: cell(z, some), model.zeros(some), max_evals=150)
    radius = deq.diagnostics.spectral_radius(cell, found.z, some, steps=60)
    return [float(met.double().mean()), float(right.double().mean()), float(radius.median())]


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--only", nargs="*", choices=SETTINGS, default=list(SETTINGS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # failures are counted
    print(f"{'':26}first epoch | last epoch                               | held out")
    print(
        f"{'':26}1e-2  1e-3 | 1e-2  1e-3 residual evals adjoint evals | 1e-2  read radius | seconds"
    )
    for name in options.only:
        rows = []
        for seed in range(options.seeds):
            begin = time.process_time()
            model, lines = train(SETTINGS[name], seed, options.epochs)
            spent = time.process_time() - begin
            rows.append([*lines[0][:2], *lines[-1], *held_out(model), spent])
        a, b, c, d, r, n, g, m, e, right, rho, s = map(statistics.median, zip(*rows, strict=True))
        print(
            f"{name:26}{a:4.0%}  {b:4.0%} | {c:4.0%}  {d:4.0%} {r:8.1e} {n:5.1f} {g:7.1e} {m:5.1f}"
            f" | {e:4.0%}  {right:4.0%}  {rho:5.2f} | {s:4.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
