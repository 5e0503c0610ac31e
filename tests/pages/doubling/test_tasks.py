"""What the tasks of the y = 2x page promise, computed.

| task or line                | what is computed                                             |
|-----------------------------|--------------------------------------------------------------|
| y = 2x                      | a and b reach 2/3 and 0, the answer at −5 is −10             |
| An unlucky start            | a = 1.22 at the start, and all ten states run away           |
| The same start, kept stable | a = 0.98 at the start, and the line is learnt                |
| A falling line              | a = −9; no a gives y = −x                                    |
| Five tanh units             | close to the ten numbers, more than 3 off at −5              |
| A cheaper gradient          | a and b reach the star; nothing is solved on the way back    |
| Look for: the ten states    | the flow of a = 0.9 takes longer than that of a = 0.5        |
"""

import numpy as np
import pytest

from deq.models.doubling import cell_line
from deq.training.doubling.config import DoublingConfig, build
from deq.training.doubling.curves import curves_of
from deq.training.doubling.train import train_doubling
from pages.parts.doubling import lesson
from pages.parts.doubling.tasks import TRY

CONFIGS = {
    task.label: DoublingConfig.of(
        {name.removeprefix("line-"): value for name, value in task.settings.items()}
    )
    for task in TRY
}


def last_of(label):
    *_, last = train_doubling(CONFIGS[label])
    return last


@pytest.mark.parametrize("label", ["y = 2x", "The same start, kept stable", "A cheaper gradient"])
def test_it_learns_the_line(label):
    last = last_of(label)
    assert last.slope == pytest.approx(2 / 3, abs=1e-3)
    assert last.intercept == pytest.approx(0, abs=1e-2)
    assert last.answer == pytest.approx(-10, abs=0.01)


def test_a_cheaper_gradient_solves_nothing_on_the_way_back():
    first = next(train_doubling(CONFIGS["A cheaper gradient"]))
    assert np.isnan(first.adjoint_evals)
    assert next(train_doubling(CONFIGS["y = 2x"])).adjoint_evals > 0


def test_from_an_unlucky_start_the_states_run_away():
    config = CONFIGS["An unlucky start"]
    assert f"{build(config).slope:.2f}" == "1.22"
    flows = curves_of([lesson.untrained(config)], config).flows[0]  # (10, T)
    steps = np.abs(np.diff(flows))
    assert (steps[:, 1:] > steps[:, :-1]).all()  # faster and faster


def test_kept_stable_the_same_start_has_the_slope_of_the_limit():
    assert build(CONFIGS["The same start, kept stable"]).slope == pytest.approx(0.98)


def test_a_falling_line_needs_minus_nine_and_none_falls_as_steeply_as_minus_one():
    assert last_of("A falling line").slope == pytest.approx(-9, abs=0.01)
    with pytest.raises(ValueError, match="above −1"):
        cell_line(-1.0, 0.0)


def test_tanh_units_fit_the_ten_numbers_and_miss_at_minus_five():
    last = last_of("Five tanh units")
    assert (last.loss / 10) ** 0.5 < 0.2  # the mean error, of answers up to 20
    assert abs(last.answer + 10) > 3


def test_states_take_longer_the_closer_a_is_to_one():
    def halves(a):
        """How much of the way is left at the middle of the time, for each state."""
        weights = [1.0] * 5 + [0.0] * 5 + [a / 5] * 5 + [0.0]
        record = {"slope": a, "intercept": 0.0, "loss": 1.0, "weights": weights}
        flow = curves_of([record], DoublingConfig()).flows[0]
        goal = a * np.arange(1, 11) / (1 - a)
        middle = flow.shape[1] // 2
        return (goal - flow[:, middle]) / (goal - flow[:, 0])

    assert (halves(0.9) > 5 * halves(0.5)).all()
