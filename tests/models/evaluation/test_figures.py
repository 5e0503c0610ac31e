"""The table of figures: what is printed, and in how many lines."""

import json
from dataclasses import replace

import pytest

from deq.models.evaluation import Evaluation
from deq.models.evaluation.figures import COLUMNS, columns

FIGURES = Evaluation(
    parameters=7,
    mnist=0.995,
    pen=0.991,
    writers={"5": 0.99, "10": 1.0},
    called_digit=0.97,
    called_right=0.998,
    mnist_called_digit=0.98,
    painted=0.985,
    painted_called_digit=0.964,
    painted_called_right=0.997,
    solvers={},
    agree=1.0,
    refused={"all": 0.99, "never trained on": 0.96, "coil": 0.96, "random_walk": 1.0},
    others={"cat": 0.0, "key": 0.25, "letter k": 0.05},
)


def test_other_drawings_are_summed_up_by_mean_and_worst_kind() -> None:
    assert FIGURES.others_called_digit == pytest.approx(0.1)
    assert FIGURES.worst == "key"
    assert json.loads(FIGURES.json())["others"] == FIGURES.others


def test_the_table_states_each_figure_once_beside_its_name() -> None:
    table = FIGURES.lines()
    assert "the same, by another rasteriser     98.50%" in table
    assert '  verdict "digit"                   96.40%, of these right 99.70%' in table
    assert "scribbles called a digit            1.0%" in table
    assert "  families never trained on         4.0%" in table
    assert "  coil            4.0%  random walk     0.0%" in table
    assert "other drawings called a digit       10.0% of 3 kinds never trained on" in table
    assert "  worst kind                        25.0%: key" in table
    assert "  cat             0.0%  key            25.0%  letter k        5.0%" in table


def test_many_kinds_stand_in_columns() -> None:
    others = {f"kind {number}": number / 100 for number in range(28)}
    assert len(replace(FIGURES, others=others).lines()) == len(FIGURES.lines()) + 5
    rows = columns(others)
    assert len(rows) == -(-28 // COLUMNS)
    assert max(map(len, rows)) <= 120
    assert len({row.index(f"kind {COLUMNS * k + 2} ") for k, row in enumerate(rows)}) == 1
