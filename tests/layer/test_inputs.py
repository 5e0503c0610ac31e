"""What a layer is called with: several inputs, a start by keyword, a budget for one call."""

import pytest
import torch
from torch import Tensor, nn

import deq
from tests.problems import F64

GRADIENTS = {
    "implicit": deq.Implicit(tol=1e-12),
    "phantom": deq.Phantom(steps=60),
    "unrolled": deq.Unrolled(),
}
every_gradient = pytest.mark.parametrize("gradient", GRADIENTS.values(), ids=GRADIENTS)


def masked(z: Tensor, x: Tensor, mask: Tensor, scale: Tensor) -> Tensor:
    """Settles at scale · x / (1 − 0.5 · mask)."""
    return 0.5 * mask * z + scale * x


@every_gradient
def test_all_inputs_go_to_the_cell_and_get_their_gradients(gradient: object) -> None:
    x = torch.arange(1.0, 7.0, dtype=F64).reshape(2, 3).requires_grad_()
    mask = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], dtype=F64)
    scale = torch.tensor(3.0, dtype=F64, requires_grad=True)
    layer = deq.DEQ(masked, tol=1e-12, gradient=gradient)
    z = layer(x, mask, scale)
    slope = 1 / (1 - 0.5 * mask)
    assert torch.allclose(z, scale * x * slope, atol=1e-9)
    of_x, of_scale = torch.autograd.grad(z.sum(), [x, scale])
    assert torch.allclose(of_x, scale * slope, atol=1e-9)
    assert torch.allclose(of_scale, (x * slope).sum(), atol=1e-9)
    # An input that requires grad is enough, wherever it stands.
    assert layer(x.detach(), mask, scale).requires_grad
    assert not layer(x.detach(), mask, scale.detach()).requires_grad


def test_a_start_gets_all_inputs_and_z0_comes_before_it() -> None:
    seen = []

    def start(x: Tensor, mask: Tensor) -> Tensor:
        seen.append(mask)
        return torch.zeros(2, 3)

    layer = deq.DEQ(lambda z, x, mask: 0.5 * mask * z + x, start=start, tol=1e-6)
    x, mask = torch.ones(2, 1), torch.ones(3)
    z = layer(x, mask)
    assert torch.allclose(z, torch.full((2, 3), 2.0), atol=1e-4)
    assert seen == [mask]
    assert layer.start_loss(x, mask, z=z).item() == pytest.approx(12, abs=1e-3)
    layer(x, mask, z0=z)
    assert layer.last.nfe.tolist() == [1, 1]
    assert len(seen) == 2
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        layer(x, mask, z)  # z0 is no input


@every_gradient
def test_a_call_has_its_own_budget(gradient: object) -> None:
    x = torch.full((3, 1), 2.0, dtype=F64)
    layer = deq.DEQ(
        lambda z, x: 0.9 * z + x,
        solver=deq.Picard(),
        tol=1e-8,
        max_evals=500,
        gradient=gradient,
        on_failure="ignore",
    )
    layer(x)
    usual = layer.last.nfe
    assert layer.last.converged.all()
    layer(x, max_evals=7)
    assert layer.last.nfe.tolist() == [7] * 3
    layer(x, tol=1e-2)
    assert (layer.last.nfe < usual).all()
    assert (layer.last.residual <= 1e-2 * 21).all()
    layer(x, tol=1e-12, max_evals=1000)
    assert (layer.last.nfe > usual).all()
    layer(x, atol=1e-1, rtol=0)
    assert (layer.last.residual <= 1e-1).all()
    layer(x)
    assert torch.equal(layer.last.nfe, usual)


def test_tol_of_a_call_replaces_all_tolerances_of_the_layer() -> None:
    x = torch.full((1, 1), 50.0, dtype=F64)
    layer = deq.DEQ(lambda z, x: 0.5 * z + x, solver=deq.Picard(), atol=1e-9, rtol=0)
    layer(x)
    assert layer.last.residual <= 1e-9
    layer(x, tol=1e-2)
    assert 1e-2 < layer.last.residual <= 1e-2 * 101
    layer(x, atol=1e-2)  # the layer's rtol stays
    assert 1e-3 < layer.last.residual <= 1e-2


@pytest.mark.parametrize(
    ("budget", "error", "sentence"),
    [
        ({"tol": 0.0}, ValueError, "tol must be greater than 0"),
        ({"max_evals": 0}, ValueError, "max_evals must be at least 1"),
        ({"max_evals": 1.5}, TypeError, "max_evals must be a whole number"),
        ({"steps": 3}, TypeError, "unexpected keyword argument 'steps'"),
    ],
)
def test_a_bad_budget_gets_a_sentence(
    budget: dict[str, object], error: type[Exception], sentence: str
) -> None:
    layer = deq.DEQ(lambda z, x: 0.5 * z + x)
    for call in (layer, layer.corrections):
        with pytest.raises(error, match=sentence):
            call(torch.ones(1, 1), **budget, **({} if call is layer else {"count": 1}))


class Embedded(nn.Module):
    """A cell of token ids (B, T), with states (B, T, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 4)

    def forward(self, z: Tensor, ids: Tensor) -> Tensor:
        return 0.5 * z + self.table(ids)


def test_token_ids_want_a_start() -> None:
    ids, cell = torch.tensor([[0, 1, 4], [2, 2, 3]]), Embedded()
    with pytest.raises(TypeError, match=r"not torch.int64: give z0 or start"):
        deq.DEQ(cell)(ids)
    z = deq.DEQ(cell, tol=1e-6)(ids, z0=torch.zeros(2, 3, 4))
    assert torch.allclose(z, 2 * cell.table(ids), atol=1e-4)
    z.sum().backward()
    counts = torch.tensor([1.0, 1.0, 2.0, 1.0, 1.0])
    assert torch.allclose(cell.table.weight.grad, 2 * counts[:, None].expand(5, 4), atol=1e-3)
    start = deq.DEQ(cell, start=lambda ids: torch.zeros(*ids.shape, 4), tol=1e-6)
    assert torch.allclose(start(ids), z, atol=1e-4)


@every_gradient
def test_a_state_of_another_shape_than_x_wants_a_start(gradient: object) -> None:
    x, w = torch.ones(2, 3), torch.ones(4, 4) / 8
    wide = deq.DEQ(lambda z, x: x.repeat(1, 2)[:, :4], gradient=gradient)
    sentence = r"given \(2, 3\), zeros like the first input, and returned \(2, 4\): give z0 or st"
    with pytest.raises(ValueError, match=sentence):
        wide(x)
    pair = deq.DEQ(lambda z, x: (x, x), gradient=gradient)
    with pytest.raises(ValueError, match="and returned tuple: give z0 or start"):
        pair(x)
    # Where the cell itself fails on zeros like x, its error gets a note.
    product = deq.DEQ(lambda z, x: z @ w, gradient=gradient)
    with pytest.raises(RuntimeError, match="cannot be multiplied") as error:
        product(x)
    assert error.value.__notes__ == [
        "The state was (2, 3), zeros like the first input. "
        "If it has another shape, give z0 or start."
    ]
    assert product(x, z0=torch.zeros(2, 4)).shape == (2, 4)


def test_a_cell_may_take_no_input_or_whatever_else() -> None:
    layer = deq.DEQ(lambda z: 0.5 * z + 1, tol=1e-6)
    assert torch.allclose(layer(z0=torch.zeros(2, 1)), torch.full((2, 1), 2.0), atol=1e-4)
    with pytest.raises(TypeError, match="not NoneType: give z0 or start"):
        layer()
    named = deq.DEQ(lambda z, options: options["scale"] * z + 1, tol=1e-6)
    assert torch.allclose(
        named({"scale": 0.5}, z0=torch.zeros(2, 1)), torch.full((2, 1), 2.0), atol=1e-4
    )
