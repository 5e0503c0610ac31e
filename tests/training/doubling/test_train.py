"""y = 2x is learnt from every start; runs are reproducible and can be resumed."""

import math
from dataclasses import asdict
from pathlib import Path

import pytest

from deq.models.weights import WeightsError
from deq.training.doubling.config import GRADIENTS, SOLVERS, DoublingConfig, build
from deq.training.doubling.train import OUTSIDE, DoublingProgress, TrainingError, train_doubling

UNSTABLE = [s for s in range(60) if build(DoublingConfig(seed=s, constrained=False)).slope >= 1]


def end(**options: object) -> DoublingProgress:
    *_, last = train_doubling(DoublingConfig.of(options))
    return last


@pytest.mark.parametrize("seed", [0, 8, 16, 87, *UNSTABLE[:3]])
def test_from_any_start_the_answer_at_minus_five_is_minus_ten(seed: int) -> None:
    last = end(seed=seed)
    assert last.stage == "done"
    assert abs(last.answer + 10) < 0.05
    assert last.slope == pytest.approx(2 / 3, abs=1e-3)
    assert last.settled == 1


def test_without_the_constraint_some_starts_have_no_equilibrium() -> None:
    assert 3 <= len(UNSTABLE) <= 12  # one in ten
    with pytest.raises(TrainingError, match="no stable equilibrium"):
        end(seed=UNSTABLE[0], constrained=False, solver="Picard", epochs=50)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_every_gradient_learns(gradient: str) -> None:
    last = end(gradient=gradient, solver="Picard", epochs=300)
    assert abs(last.answer + 10) < 0.05


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_learns_the_same(solver: str) -> None:
    records = list(train_doubling(DoublingConfig(solver=solver, epochs=20, tol=1e-8)))
    usual = list(train_doubling(DoublingConfig(epochs=20, tol=1e-8)))
    assert [r.loss for r in records] == pytest.approx([r.loss for r in usual], rel=1e-4)


@pytest.mark.parametrize(("slope", "intercept"), [(0.0, 1.0), (-0.5, 3.0), (5.0, -2.0)])
def test_other_lines_are_learnt(slope: float, intercept: float) -> None:
    last = end(slope=slope, intercept=intercept)
    assert last.answer == pytest.approx(slope * OUTSIDE + intercept, abs=0.05)


def test_tanh_learns_its_data() -> None:
    records = list(train_doubling(DoublingConfig(variant="tanh", epochs=300)))
    assert records[-1].loss < 0.1 * records[0].loss
    assert all(r.slope <= 0.98 + 1e-9 for r in records)


def test_losses_depend_only_on_the_seed() -> None:
    one, two, three = (
        [r.loss for r in train_doubling(DoublingConfig(seed=seed, epochs=20))] for seed in (3, 3, 4)
    )
    assert one == two
    assert one != three
    assert len(one) == 21  # before each step, and at the end


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    config = DoublingConfig(epochs=40)
    whole = [(r.epoch, r.loss, r.weights) for r in train_doubling(config)]
    path, seen = tmp_path / "run.safetensors", []
    first = train_doubling(config, checkpoint=path, stop=lambda: len(seen) >= 15)
    for record in first:
        seen.append(record)  # noqa: PERF402  (stop looks at it)
    assert seen[-1].stage == "stopped"
    second = list(train_doubling(config, checkpoint=path))
    assert second[0].epoch == seen[-1].epoch
    assert second[-1].stage == "done"
    parts = [(r.epoch, r.loss, r.weights) for r in [*seen[:-1], *second]]
    assert parts == whole
    with pytest.raises(WeightsError, match="another configuration"):
        list(train_doubling(DoublingConfig(epochs=41), checkpoint=path))


def test_a_too_large_learning_rate_gives_a_sentence() -> None:
    with pytest.raises(TrainingError, match=r"learning rate|no stable equilibrium"):
        end(rate=1.0, constrained=False, solver="Picard", epochs=60)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"rate": 0}, "rate must be greater than 0"),
        ({"rate": 1e9}, "rate must be greater than 0 and at most 1"),
        ({"rate": math.nan}, "rate must be"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"epochs": 10**9}, "epochs must be at most 5,000"),
        ({"epochs": 2.5}, "epochs must be a whole number"),
        ({"slope": -1}, "slope must be greater than -1"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"solver": "Magic"}, "solver must be one of Anderson"),
        ({"gradient": None}, "gradient must be one of implicit"),
        ({"variant": "relu"}, "variant must be one of linear"),
        ({"constrained": "no"}, "constrained must be true or false"),
        ({"tol": 0}, "tol must be greater than 0"),
        ({"tolerance": 1}, "there is no option 'tolerance'"),
    ],
)
def test_a_bad_option_is_named(values: dict[str, object], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        DoublingConfig.of(values)


def test_a_configuration_survives_json() -> None:
    config = DoublingConfig(seed=5, variant="tanh", gradient="phantom")
    assert DoublingConfig.of(asdict(config)) == config
