"""A training loop on two processes: DDP, accumulation, clipping, EMA, compile, safetensors."""

from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import deq
from deq.digits.mnist import load_subset
from deq.stability.norm import limit_norm

PROCESSES, BATCH = 2, 50


class Cell(nn.Module):
    """``z ← tanh(W z + x)`` with ‖W‖₂ at most 0.9."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = limit_norm(nn.Linear(64, 64), 0.9)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:  # (B, D)
        return torch.tanh(self.weight(z) + x)


def network() -> nn.Sequential:
    """A small classifier of digits (B, 784)."""
    layer = deq.DEQ(torch.compile(Cell(), backend="eager"))
    return nn.Sequential(nn.Linear(784, 64), layer, nn.Linear(64, 10))


def digits() -> tuple[Tensor, Tensor]:
    """The shipped digits (5000, 784) and their names, in random order."""
    images, labels = map(torch.from_numpy, load_subset())
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    return images[order].flatten(1) / 255, labels[order]


def train(rank: int, folder: str) -> None:
    """What each process does."""
    torch.set_num_threads(1)
    meeting = f"file://{folder}/meeting"
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=PROCESSES)
    torch.manual_seed(0)
    model = DistributedDataParallel(network())
    average = AveragedModel(model.module, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    images, labels = (t[rank:4000:PROCESSES].split(BATCH) for t in digits())
    for step, (x, y) in enumerate(2 * list(zip(images, labels, strict=True))):
        if step % 2 == 0:  # gradients of two batches are added up
            with model.no_sync():
                F.cross_entropy(model(x), y).backward()
            continue
        F.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        average.update_parameters(model.module)
    for name, weights in (("last", model.module), ("average", average.module)):
        save_model(weights, f"{folder}/{name}-{rank}.safetensors")
    dist.destroy_process_group()


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(train, (str(tmp_path),), nprocs=PROCESSES)
    images, labels = (t[4000:] for t in digits())
    model = network()
    for name in ("last", "average"):
        first, second = ((tmp_path / f"{name}-{rank}.safetensors").read_bytes() for rank in (0, 1))
        assert first == second  # the processes agree to the last bit
        load_model(model, tmp_path / f"{name}-0.safetensors")
        with torch.no_grad():
            right = (model(images).argmax(1) == labels).float().mean()
        assert right > 0.85
