"""Options of solvers are checked when they are given, by name."""

import math

import pytest

import deq


@pytest.mark.parametrize(
    ("solver", "options", "error", "word"),
    [
        (deq.Picard, {"window": 5}, TypeError, "window"),
        (deq.Anderson, {"window": 0}, ValueError, "window"),
        (deq.Anderson, {"window": 2.0}, TypeError, "window"),
        (deq.Anderson, {"ridge": 0.0}, ValueError, "ridge"),
        (deq.Anderson, {"ridge": 2.0}, ValueError, "ridge"),
        (deq.Anderson, {"memory": 5}, TypeError, "memory"),
        (deq.ODE, {"method": "dopri6"}, ValueError, "method"),
        (deq.ODE, {"method": None}, ValueError, "method"),
        (deq.ODE, {"t_max": 0.0}, ValueError, "t_max"),
        (deq.ODE, {"t_max": math.nan}, ValueError, "t_max"),
        (deq.ODE, {"t_max": "long"}, TypeError, "t_max"),
        (deq.ODE, {"rtol": 0.0}, ValueError, "rtol"),
        (deq.ODE, {"atol": -1.0}, ValueError, "atol"),
        (deq.ODE, {"step": 0}, ValueError, "step"),
        (deq.ODE, {"step": math.inf}, ValueError, "step"),
        (deq.ODE, {"max_num_steps": 10}, TypeError, "max_num_steps"),
        (deq.Newton, {"dense_limit": 0}, ValueError, "dense_limit"),
        (deq.Newton, {"forcing": 2.0}, ValueError, "forcing"),
        (deq.Newton, {"krylov": 1.5}, TypeError, "krylov"),
        (deq.Newton, {"damping": 1.5}, ValueError, "damping"),
        (deq.Newton, {"exact": None}, TypeError, "exact"),
        (deq.Newton, {"line_search": 1}, TypeError, "line_search"),
        (deq.Newton, {"window": 1}, TypeError, "window"),
        (deq.PseudoTransient, {"step": 0.0}, ValueError, "step"),
        (deq.PseudoTransient, {"step": math.inf}, ValueError, "step"),
        (deq.PseudoTransient, {"krylov": 0}, ValueError, "krylov"),
        (deq.PseudoTransient, {"krylov_tol": 0.0}, ValueError, "krylov_tol"),
        (deq.PseudoTransient, {"krylov_tol": "small"}, TypeError, "krylov_tol"),
        (deq.PseudoTransient, {"t_max": 1.0}, TypeError, "t_max"),
    ],
)
def test_bad_options_get_a_sentence(
    solver: type, options: dict[str, object], error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        solver(**options)


@pytest.mark.parametrize("value", [0, -1.0, 2.5, math.inf, math.nan, "1", None, True])
@pytest.mark.parametrize("solver", [deq.Picard, deq.Anderson])
def test_a_bad_damping_is_refused(solver: type, value: object) -> None:
    with pytest.raises((ValueError, TypeError), match="damping"):
        solver(damping=value)


def test_good_options_are_kept() -> None:
    assert deq.Picard(damping=2).damping == 2
    assert deq.Anderson(window=1, ridge=1e-3).ridge == 1e-3
    assert deq.ODE(t_max=math.inf, step=3, method="rk4").t_max == math.inf
