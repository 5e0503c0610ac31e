"""The compared gradients, against a dense solve and a simple loop, and the memory they need."""

import pytest
import torch

from deq.diagnostics.gradients import (
    DEPTHS,
    METHODS,
    NoEquilibrium,
    Setting,
    _gradient_and_evals,
    _Layer,
    gradients,
)

SETTING = Setting(gain=0.6, width=6, batch=3)


@pytest.fixture(scope="module")
def found():
    return {(m.method, m.depth): m for m in gradients(SETTING, (2, 5, 10, 40))}


def test_the_exact_gradient_is_that_of_a_dense_solve() -> None:
    layer = _Layer(SETTING)
    z = torch.zeros_like(layer.x)
    for _ in range(200):
        z = layer.cell(z, layer.x)
    bend = 1 - z.detach() ** 2  # (B, n)
    j = bend[:, :, None] * layer.w.detach()  # (B, n, n)
    adjoint = torch.linalg.solve((torch.eye(6, dtype=j.dtype) - j).mT, layer.c)  # (B, n)
    by_x = bend * adjoint
    by_w = by_x.T @ z.detach()
    exact = torch.cat([by_w.flatten(), by_x.flatten()])
    assert torch.allclose(layer.exact(), exact, atol=1e-9)


def test_unrolled_equals_backpropagation_through_a_loop() -> None:
    layer = _Layer(SETTING)
    z = torch.zeros_like(layer.x)
    for _ in range(7):
        z = layer.cell(z, layer.x)
    looped = torch.autograd.grad((layer.c * z).sum(), (layer.w, layer.x))
    tracked, _ = layer.gradient(*_gradient_and_evals("unrolled", 7))
    assert torch.allclose(tracked, torch.cat([p.flatten() for p in looped]), atol=1e-12)


def test_errors_fall_with_depth_except_for_the_one_step_gradient(found) -> None:
    for method in ("implicit", "unrolled", "phantom"):
        errors = [found[method, k].error for k in (2, 5, 10, 40)]
        assert errors == sorted(errors, reverse=True)
        assert errors[-1] < 1e-7
    assert found["JFB", 40].error == pytest.approx(found["JFB", 10].error, rel=0.05)


def test_implicit_memory_is_constant_and_unrolled_memory_grows_by_one_state_per_step(found) -> None:
    state = 6 * 3 * 8
    assert found["implicit", 2].kept == found["implicit", 40].kept <= 3 * state
    for method in ("unrolled", "phantom"):
        assert found[method, 40].kept - found[method, 10].kept == pytest.approx(30 * state, rel=0.2)


def test_every_method_at_every_depth_is_measured_once(found) -> None:
    assert len(found) == 4 * len(METHODS)
    assert all(m.cost > 0 for m in found.values())
    assert DEPTHS[0] == 5
    assert DEPTHS[-1] == 200


def test_without_an_equilibrium_there_is_an_error_sentence() -> None:
    with pytest.raises(NoEquilibrium, match="gain below 1"):
        next(gradients(Setting(gain=3.0)))


@pytest.mark.parametrize("options", [{"gain": 0}, {"width": 0}, {"batch": 0}, {"gain": 99}])
def test_unusable_settings_are_refused(options) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Setting(**options)
