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


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = limit_norm(nn.Linear(64, 64), 0.9)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:  # (B, D)
        return torch.tanh(self.weight(z) + x)


def network() -> nn.Sequential:
    layer = deq.DEQ(torch.compile(Cell(), backend="eager"))
    return nn.Sequential(nn.Linear(784, 64), layer, nn.Linear(64, 10))


def digits() -> tuple[Tensor, Tensor]:
    """The shipped digits (5000, 784) and their names, in random order."""
    images, labels = map(torch.from_numpy, load_subset())
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    return images[order].flatten(1) / 255, labels[order]


def train(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=2)
    torch.manual_seed(0)
    model = DistributedDataParallel(network())
    average = AveragedModel(model.module, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    images, labels = (t[rank:4000:2].split(50) for t in digits())
    steps = 2 * list(zip(images, labels, strict=True))
    for (x1, y1), (x2, y2) in zip(steps[::2], steps[1::2], strict=True):
        with model.no_sync():  # gradients of two batches are added up
            F.cross_entropy(model(x1), y1).backward()
        F.cross_entropy(model(x2), y2).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        average.update_parameters(model.module)
    for name, weights in (("last", model.module), ("average", average.module)):
        save_model(weights, f"{folder}/{name}-{rank}.safetensors")
    dist.destroy_process_group()


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(train, (str(tmp_path),), nprocs=2)
    (images, labels), model = (t[4000:] for t in digits()), network()
    for name in ("last", "average"):
        first, second = (tmp_path / f"{name}-{rank}.safetensors" for rank in (0, 1))
        assert first.read_bytes() == second.read_bytes()
        load_model(model, first)
        with torch.no_grad():
            right = (model(images).argmax(1) == labels).float().mean()
        assert right > 0.85
