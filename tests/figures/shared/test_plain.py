"""Figures that are plain dictionaries, seen by people who know Plotly's."""

import copy
import json

import plotly.graph_objects as go
import pytest

from deq.figures.shared.plain import PlainFigure, has_frames

TRACE = {"type": "scatter", "x": [1, 2], "y": [3, 4]}
LAYOUT = {"title": {"text": "a"}, "template": {"layout": {}}}  # without Plotly's usual one
FRAME = {"name": "0", "traces": [0], "data": [{"type": "scatter", "y": [5, 6]}]}


def figure(*frames):
    return PlainFigure([TRACE], LAYOUT, frames)


def test_it_is_written_down_as_plotly_would():
    whole = {"data": [TRACE], "layout": LAYOUT, "frames": [FRAME]}
    usual = go.Figure(whole, _validate=False)
    assert figure(FRAME).to_dict() == usual.to_dict()
    assert json.loads(figure(FRAME).to_json()) == json.loads(usual.to_json())


def test_what_is_changed_by_plotlys_means_is_written_down():
    changed = figure(FRAME)
    changed.update_layout(title_text="b").add_scatter(y=[7])
    written = changed.to_dict()
    assert written["layout"]["title"]["text"] == "b"
    assert [trace["y"] for trace in written["data"]] == [[3, 4], [7]]
    assert written["frames"] == [FRAME]
    assert figure().to_dict()["layout"]["title"]["text"] == "a"


def test_a_copy_is_a_figure_of_its_own():
    one = figure(FRAME)
    other = copy.deepcopy(one)
    assert other.to_dict() == one.to_dict()
    other.update_layout(title_text="b")
    copy.deepcopy(other)
    assert one.to_dict()["layout"]["title"]["text"] == "a"


def test_only_frames_are_played():
    assert has_frames(figure(FRAME))
    assert not has_frames(figure())
    assert not has_frames(go.Figure([TRACE]))


def test_an_unknown_name_is_an_error():
    with pytest.raises(AttributeError):
        _ = figure().frame
