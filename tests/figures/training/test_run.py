"""The lab's figures show the numbers of the records, and Plotly accepts every property."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.training.comparison import runs
from deq.figures.training.run import lab
from deq.training.lab.curves import Log

THEMES = ("light", "dark")


def record(step: int, *, look: bool) -> dict[str, object]:
    rng = np.random.default_rng(step)
    return {
        "step": step, "steps": 10, "epochs": 2, "loss": None if step == 0 else 1.0 / step,
        "evals": 4.0 + step, "adjoint_evals": None, "residual": 1e-3, "bound": 0.9,
        "accuracy": 0.1 * step if look else None, "radius": 0.5 if look else None,
        "cloud": rng.normal(size=(200, 2)).round(2).tolist() if look else None,
    }  # fmt: skip


RECORDS = [record(k, look=k % 3 == 0) for k in range(10)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("stacked", [False, True])
def test_every_frame_rewrites_cloud_and_dots(theme, stacked):
    figure = lab(Log.of(RECORDS), stacked=stacked, theme=theme).to_dict()
    go.Figure(figure)  # validates
    names = [frame["name"] for frame in figure["frames"]]
    assert names == ["0", "1", "2", "3", "start"]
    for frame, look in zip(figure["frames"], RECORDS[::3], strict=False):
        assert len(frame["traces"]) == len(frame["data"]) == 7
        assert list(zip(frame["data"][0]["x"], frame["data"][0]["y"], strict=True)) == [
            tuple(point) for point in look["cloud"]
        ]
        assert frame["data"][3]["y"] == [pytest.approx(100 * look["accuracy"])]
    assert len(json.dumps(figure)) < 300_000


@pytest.mark.parametrize("records", [[], RECORDS[:1], RECORDS[:2]])
def test_a_run_of_one_record_can_be_drawn(records):
    figure = lab(Log.of(records), played=False).to_dict()
    go.Figure(figure)
    assert not figure["frames"]


@pytest.mark.parametrize("theme", THEMES)
def test_up_to_four_runs_share_a_chart(theme):
    log = Log.of(RECORDS)
    figure = runs([log] * 4, list("abcd"), theme=theme).to_dict()
    go.Figure(figure)
    assert len({t["line"]["color"] for t in figure["data"]}) == 4
    with pytest.raises(ValueError, match="at most 4"):
        runs([log] * 5, list("abcde"))
