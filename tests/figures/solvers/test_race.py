"""The figure of the race: its size, its moving traces, and labels that do not overlap."""

import itertools
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.solvers.labels import TALL, end_labels
from deq.figures.solvers.race import race_figure
from deq.race import landscape, problem, race
from deq.status import Status

TOL = 1e-4


@pytest.fixture(scope="module")
def results():
    return race(problem("narrow valley"), tol=TOL, max_evals=60)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("seconds", [False, True])
def test_the_figure_is_valid_and_small(results, theme, stacked, seconds):
    land = landscape(problem("narrow valley"))
    figure = race_figure(results, TOL, land=land, seconds=seconds, stacked=stacked, theme=theme)
    go.Figure(figure.to_dict())  # validates
    assert len(json.dumps(figure.to_dict())) < 160_000
    last = figure.to_dict()["frames"][-2]
    moving = dict(zip(last["traces"], last["data"], strict=True))
    for k, part in moving.items():  # the still picture is the end
        assert all(figure.to_dict()["data"][k][name] == value for name, value in part.items())


def test_heads_stop_where_their_solvers_stop(results):
    frames = race_figure(results, TOL).to_dict()["frames"][:-1]
    heads = np.array([frame["data"][1]["x"] for frame in frames], dtype=float)  # (F, solvers)
    for k, result in enumerate(results):
        assert heads[-1, k] == result.evals[-1]
        assert (np.diff(heads[:, k]) >= 0).all()


def test_failures_and_exact_zeros_are_drawn(results):
    zero = replace(results[0], residuals=[0.0 for _ in results[0].residuals])
    blind = replace(results[1], residuals=[float("inf") for _ in results[1].residuals])
    figure = race_figure([zero, blind, *results[2:]], TOL).to_dict()
    go.Figure(figure)
    assert min(figure["data"][1]["y"]) > 0
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert len(names) == len(results)


def test_labels_do_not_overlap():
    every = race(problem("all alike"), tol=TOL)
    layout = race_figure(every, TOL).to_dict()["layout"]
    low, high = layout["xaxis"]["range"]
    boxes = []
    for note in layout["annotations"]:
        across = 900 / (high - low)
        wide = 7 * (len(note["text"]) - 7)
        x = (note["x"] - low) * across + note["ax"]
        boxes.append((x - wide / 2, x + wide / 2, note["y"], note["ay"]))
    for k, a in enumerate(boxes):
        for b in boxes[:k]:
            same_height = abs(a[2] - b[2]) < 1e-9 and abs(a[3] - b[3]) < 14
            assert not (same_height and a[0] < b[1] and b[0] < a[1])


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("tol", [1e-1, 1e-4])
def test_labels_of_curves_that_end_far_apart_do_not_overlap_on_the_page(tol, stacked):
    every = race(problem("tanh layer", 2.5), tol=tol, timed=False)
    layout = race_figure(every, tol, stacked=stacked).to_dict()["layout"]
    (left, right), (low, high) = (layout[axis]["range"] for axis in ("xaxis", "yaxis"))
    width, tall = 280 if stacked else 900, 500 - layout["margin"]["t"] - layout["margin"]["b"]
    places = []
    for note in layout["annotations"]:
        x = (note["x"] - left) / (right - left) * width + note["ax"]
        y = (high - note["y"]) / (high - low) * tall + note["ay"]
        places.append((x, y, 7 * len(note["text"][3:-4])))
    for (x, y, wide), (other_x, other_y, other_wide) in itertools.combinations(places, 2):
        assert abs(x - other_x) > (wide + other_wide) / 2 or abs(y - other_y) > 12


def ends_at(place: float, height: float, colour: str, name: str) -> SimpleNamespace:
    run = SimpleNamespace(name=name, status=Status.CONVERGED)
    return SimpleNamespace(x=np.array([1, place]), y=np.array([1, height]), colour=colour, run=run)


def test_leader_lines_cross_no_label_and_curves_that_end_together_share_one():
    lines = [
        ends_at(6, 1e-5, "green", "Broyden"),
        ends_at(6, 1.3e-5, "purple", "Anderson"),
        ends_at(7, 1e-5, "blue", "PseudoTransient"),
    ]
    reach, span, width = (0, 2), (-8, 1), 900
    labels, _ = end_labels(lines, reach, span, width, TALL)
    assert [label["arrowcolor"] for label in labels] == ["green", "rgba(0,0,0,0)", "blue"]
    for label in labels:
        middle = label["x"] * width / 2 + label["ax"]
        half = 7 * len(label["text"][3:-4]) / 2
        for other in labels:
            apart = abs(
                other["x"] * width / 2 - middle
            )  # distance from the other label's leader line
            assert other["x"] == label["x"] or apart > half
