"""Cells that are functions: their modules become the layer's, or are named."""

import copy
from functools import partial

import pytest
import torch
from torch import Tensor, nn

import deq
from deq.closure import unregistered

GLOBAL = nn.Linear(2, 2)
PARAMETER = nn.Parameter(torch.ones(2))
helper_calls = 0


def through_a_global(z: Tensor, x: Tensor) -> Tensor:
    return torch.tanh(0.1 * GLOBAL(z) + x)


def through_a_helper(z: Tensor, x: Tensor) -> Tensor:
    return through_a_global(z, x)


def with_argument(linear: nn.Module, z: Tensor, x: Tensor) -> Tensor:
    return torch.tanh(0.1 * linear(z) + x)


def by_default(z: Tensor, x: Tensor, linear: nn.Module = GLOBAL) -> Tensor:
    return with_argument(linear, z, x)


class Holder:
    """Not a module, but it has one."""

    def __init__(self) -> None:
        self.linear = nn.Linear(2, 2)

    def step(self, z: Tensor, x: Tensor) -> Tensor:
        return with_argument(self.linear, z, x)

    def __call__(self, z: Tensor, x: Tensor) -> Tensor:
        return self.step(z, x)


class Model(nn.Module):
    """A model whose method is the cell of its own layer."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.layer = deq.DEQ(self.step, **options)

    def step(self, z: Tensor, x: Tensor) -> Tensor:
        return with_argument(self.linear, z, x)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


def closures() -> dict[str, tuple[object, str]]:
    linear, deep = nn.Linear(2, 2), {"a": [nn.Linear(2, 2)]}
    parameter = nn.Parameter(torch.ones(2))

    def closing(z: Tensor, x: Tensor) -> Tensor:
        return with_argument(linear, z, x)

    return {
        "closure": (closing, r"linear \(Linear\)"),
        "function in a function": (lambda z, x: (lambda: closing(z, x))(), r"linear \(Linear\)"),
        "parameter": (lambda z, x: 0.1 * parameter * z + x, r"parameter \(Parameter\)"),
        "container": (lambda z, x: deep["a"][0](z) + x, r"deep\['a'\]\[0\] \(Linear\)"),
        "global": (through_a_global, r"GLOBAL \(Linear\)"),
        "global parameter": (lambda z, x: 0.1 * PARAMETER * z + x, r"PARAMETER \(Parameter\)"),
        "helper": (through_a_helper, r"GLOBAL \(Linear\)"),
        "default": (by_default, r"\(Linear\)"),
        "partial": (partial(with_argument, linear), r"\(Linear\)"),
        "partial by name": (partial(by_default, linear=linear), r"linear \(Linear\)"),
        "bound method": (linear.forward, r"self \(Linear\)"),
        "method of an object": (Holder().step, r"self.linear \(Linear\)"),
        "callable object": (Holder(), r"self.linear \(Linear\)"),
        "compiled": (torch.compile(closing, backend="eager"), r"linear \(Linear\)"),
    }


@pytest.mark.parametrize("name", closures())
def test_what_a_function_uses_and_the_layer_lacks_is_named(name: str) -> None:
    cell, words = closures()[name]
    with pytest.warns(UserWarning, match=f"uses.*{words}.*modules="):
        deq.DEQ(cell)
    deq.DEQ(cell, modules=())  # another module has them: no warning


def test_functions_of_tensors_and_frozen_modules_are_no_cause_for_alarm() -> None:
    w, frozen = torch.ones(2, requires_grad=True), nn.Linear(2, 2).requires_grad_(False)
    layer = deq.DEQ(lambda z, x: 0.1 * w * frozen(z).relu() + x)
    assert not list(layer.parameters())
    deq.DEQ(torch.cos)
    deq.DEQ(nn.Identity())


@pytest.mark.parametrize("kind", ["module", "list", "dict", "generator"])
def test_modules_become_part_of_the_layer(kind: str) -> None:
    torch.manual_seed(0)
    linear = nn.Linear(2, 2)
    given = {
        "module": linear,
        "list": [linear],
        "dict": {"mine": linear},
        "generator": (m for m in [linear]),
    }[kind]
    layer = deq.DEQ(lambda z, x: with_argument(linear, z, x), modules=given)
    name = "mine" if kind == "dict" else "0"
    assert set(layer.state_dict()) == {f"used.{name}.weight", f"used.{name}.bias"}
    assert list(layer.parameters()) == list(linear.parameters())
    z = layer(torch.ones(1, 2))
    assert z.requires_grad
    z.sum().backward()
    assert linear.weight.grad.abs().sum() > 0
    assert layer.double().used[name if kind == "dict" else 0].weight.dtype == torch.float64


def test_the_rest_is_still_named() -> None:
    one, two = nn.Linear(2, 2), nn.Linear(2, 2)
    with pytest.warns(UserWarning, match=r"uses two \(Linear\),"):
        deq.DEQ(lambda z, x: one(z) + two(x), modules=[one])


def test_a_model_whose_own_method_is_the_cell_makes_no_circle() -> None:
    with pytest.warns(UserWarning, match=r"self \(Model\)"):
        Model()
    model = Model(modules=()).double()
    assert set(model.state_dict()) == {"linear.weight", "linear.bias"}
    model(torch.ones(1, 2, dtype=torch.float64)).sum().backward()
    assert model.linear.weight.grad.abs().sum() > 0
    assert len(list(copy.deepcopy(model).modules())) == 3


def test_a_library_is_not_searched() -> None:
    assert (
        unregistered(lambda z, x: torch.nn.functional.relu(z) + pytest.approx(x), nn.Module()) == []
    )
