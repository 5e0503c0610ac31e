"""Memory: the graph keeps the activations of one evaluation, and is freed with the output."""

import gc

import torch
from torch import Tensor

import deq
from tests.gradients.test_implicit import Net

F64 = torch.float64


def tensors_after_collection() -> int:
    gc.collect()
    return tensors_alive()


def tensors_alive() -> int:
    return sum(issubclass(type(thing), Tensor) for thing in gc.get_objects())


def saved_tensors(max_evals: int) -> int:
    """Number of tensors saved for the backward pass after ``max_evals`` evaluations."""
    w = torch.full(
        (4,), 0.999, dtype=F64, requires_grad=True
    )  # so slow that it always uses max_evals
    layer = deq.DEQ(
        lambda z, x: torch.sin(w * z) + x,
        solver=deq.Picard(),
        max_evals=max_evals,
        tol=1e-9,
        on_failure="ignore",
    )
    x, z0 = torch.full((2, 4), 1e-3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    saved: list[Tensor] = []

    def pack(tensor: Tensor) -> Tensor:
        saved.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        layer(x, z0=z0)
    assert layer.last is not None
    assert layer.last.nfe.tolist() == [max_evals] * 2
    return len(saved)


def test_only_one_evaluation_is_kept_for_the_backward_pass() -> None:
    assert saved_tensors(10) == saved_tensors(200) > 0


def test_memory_is_flat_over_training_steps() -> None:
    net = Net()
    layer = deq.DEQ(net)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.01)
    x, z0 = torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)

    def step() -> None:
        optimiser.zero_grad()
        layer(x, z0=z0).pow(2).sum().backward()
        optimiser.step()

    step()
    gc.disable()  # a reference cycle now keeps tensors alive, and this test fails
    try:
        before = tensors_after_collection()
        for _ in range(200):
            step()
        after = tensors_alive()
    finally:
        gc.enable()
    assert after <= before + 2


def test_an_output_that_is_dropped_frees_its_graph() -> None:
    layer = deq.DEQ(Net())
    x, z0 = torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    z = layer(x, z0=z0)
    held = tensors_after_collection()
    gc.disable()
    try:
        del z
        assert tensors_alive() < held
    finally:
        gc.enable()
