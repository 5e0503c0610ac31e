"""What the tasks of the page Gradients promise, computed.

| task or line         | what is computed                                                       |
|----------------------|------------------------------------------------------------------------|
| A strong contraction | implicit, unrolled and phantom fall below 1 % at k = 10; JFB never     |
| A gain of 0.9        | at k = 50; by then the memory of unrolled and phantom has grown        |
| Hardly a contraction | at k = 100                                                             |
| Not a contraction    | no equilibrium is found                                                |
| A wide layer         | 32 and 832 KiB at k = 50 become four times as much                     |
| Look for             | memory is flat or grows; one rate for all three, by the gain           |
"""

from functools import cache

import pytest

from deq.diagnostics.gradients import METHODS, NoEquilibrium, Setting, gradients
from pages.parts.gradients.tasks import TRY

THREE = METHODS[:3]
DEPTHS = (5, 10, 20, 50, 100)


@cache
def found(label):
    """Measurements by method and depth."""
    (task,) = [task for task in TRY if task.label == label]
    return {(m.method, m.depth): m for m in gradients(Setting(**task.settings), DEPTHS)}


def rate(label, method):
    """The factor by which a step multiplies the error."""
    some = found(label)
    return (some[method, 20].error / some[method, 5].error) ** (1 / 15)


@pytest.mark.parametrize(
    ("label", "depth"),
    [("A strong contraction", 10), ("A gain of 0.9", 50), ("Hardly a contraction", 100)],
)
def test_the_depth_at_which_the_three_errors_are_below_one_percent(label, depth):
    below = [k for k in DEPTHS if all(found(label)[m, k].error < 0.01 for m in THREE)]
    assert below[0] == depth
    assert all(found(label)["JFB", k].error > 0.4 for k in DEPTHS)


@pytest.mark.parametrize("label", ["A gain of 0.9", "A wide layer"])
def test_memory_is_flat_for_two_and_grows_for_two(label):
    kept = {m: [found(label)[m, k].kept for k in DEPTHS] for m in METHODS}
    assert len({*kept["implicit"], *kept["JFB"]}) == 1
    for method in ("unrolled", "phantom"):
        assert kept[method] == sorted(set(kept[method]))


def test_a_layer_four_times_as_wide_keeps_four_times_as_much():
    usual, wide = found("A gain of 0.9"), found("A wide layer")
    assert usual["implicit", 50].kept == 32 * 1024
    assert usual["unrolled", 50].kept == 832 * 1024
    for method in METHODS:
        assert wide[method, 50].kept == 4 * usual[method, 50].kept


def test_errors_fall_at_about_one_rate_the_faster_the_smaller_the_gain():
    labels = ("A strong contraction", "A gain of 0.9", "Hardly a contraction")
    rates = [[rate(label, method) for method in THREE] for label in labels]
    assert all(max(some) - min(some) < 0.05 for some in rates)
    assert max(rates[0]) < min(rates[1])
    assert max(rates[1]) < min(rates[2])


def test_without_a_contraction_no_equilibrium_is_found():
    with pytest.raises(NoEquilibrium):
        found("Not a contraction")
