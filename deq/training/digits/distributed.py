"""Training one model in several processes: each works on a part of every batch.

``torchrun`` starts the processes and gives each its rank. Up to rounding the result is that of one
process, because random numbers and batch statistics are those of the whole batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class World:
    """The processes of a run; by default there is one.

    Attributes
    ----------
    rank, size : int
        Rank of this process, and number of processes. Rank 0 writes files and prints.
    device : str
        Device of this process.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def main(self) -> bool:
        """Whether this process writes files and prints."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """The part of a batch of ``count`` samples that belongs to this process.

        Examples
        --------
        >>> [World(rank, 3).share(8) for rank in range(3)]
        [slice(0, 2, None), slice(2, 5, None), slice(5, 8, None)]
        """
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def sums(self, values: Tensor) -> Tensor:
        """Sums of ``values`` over all processes."""
        if self.size > 1:
            values = values.to(self.device)
            dist.all_reduce(values)
        return values.cpu()

    def any(self, flag: bool) -> bool:
        """Whether ``flag`` is true in any process; all processes get the same answer."""
        return bool(self.sums(torch.tensor(float(flag)))) if self.size > 1 else flag

    def barrier(self) -> None:
        """Wait until all processes have reached this line."""
        if self.size > 1:
            dist.barrier()

    def distribute(self, model: nn.Module) -> nn.Module:
        """The model to call in training: its gradients are means over processes.

        Batch normalisation and dropout in the model are replaced by those of the whole batch.
        """
        if self.size == 1:
            return model
        for owner in list(model.modules()):
            for name, part in owner.named_children():
                if isinstance(part, nn.BatchNorm2d):
                    setattr(owner, name, SharedNorm(part))
                elif isinstance(part, nn.Dropout):
                    setattr(owner, name, SharedDropout(part.p, self))
        return DistributedDataParallel(model)


@contextmanager
def world() -> Iterator[World]:
    """The processes that ``torchrun`` has started, or this one only.

    The backend is NCCL if each process has a GPU, otherwise Gloo.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    local = int(os.environ.get("LOCAL_RANK", "0"))
    gpu = torch.cuda.is_available() and local < torch.cuda.device_count()
    if gpu:
        torch.cuda.set_device(local)
    dist.init_process_group("nccl" if gpu else "gloo")
    try:
        yield World(dist.get_rank(), size, f"cuda:{local}" if gpu else "cpu")
    finally:
        dist.destroy_process_group()


class SharedNorm(nn.BatchNorm2d):
    """Batch normalisation over the whole batch of all processes.

    ``torch.nn.SyncBatchNorm`` does the same, but on GPUs only.

    Parameters
    ----------
    norm : BatchNorm2d
        Its parameters and running statistics are shared.
    """

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum)
        self.weight, self.bias = norm.weight, norm.bias
        for name, buffer in norm.named_buffers():
            setattr(self, name, buffer)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x (B, C, H, W)."""
        if not self.training:
            return super().forward(x)
        count = _total(torch.tensor(float(x.numel() // x.shape[1]), device=x.device))
        # x may be in half precision; its sums are not.
        mean = _total(x.sum((0, 2, 3), dtype=self.weight.dtype)) / count  # (C,)
        centred = x - mean[:, None, None]
        variance = _total(centred.square().sum((0, 2, 3))) / count  # (C,)
        with torch.no_grad():
            if self.num_batches_tracked is not None:
                self.num_batches_tracked += 1
            momentum = self.momentum if self.momentum is not None else 0.1
            for running, now in (
                (self.running_mean, mean),
                (self.running_var, variance * count / (count - 1)),
            ):
                if running is not None:
                    running.lerp_(now.to(running.dtype), momentum)
        scale = self.weight * torch.rsqrt(variance + self.eps)  # (C,)
        return torch.addcmul(self.bias[:, None, None], centred, scale[:, None, None])


class _Total(torch.autograd.Function):
    """The sum over all processes; the gradient is summed as well, since all losses depend on it."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


def _total(values: Tensor) -> Tensor:
    total: Tensor = _Total.apply(values)  # type: ignore[no-untyped-call]
    return total


class SharedDropout(nn.Dropout):
    """Dropout with one mask for the whole batch; each process takes its part of the mask.

    Parameters
    ----------
    p : float
        Share of the numbers set to zero.
    world : World
        The processes; their random generators must have the same state.
    """

    def __init__(self, p: float, world: World) -> None:
        super().__init__(p)
        self.world = world

    def forward(self, x: Tensor) -> Tensor:
        """Set a share of x (B, …) to zero in training."""
        if not self.training or not self.p:
            return x
        keep = 1 - self.p
        batch = int(self.world.sums(torch.tensor(float(len(x)))))  # of all processes
        noise = torch.empty(batch, *x.shape[1:]).bernoulli_(keep).div_(keep)
        return x * noise[self.world.share(batch)].to(x.device)
