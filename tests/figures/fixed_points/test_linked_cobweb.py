"""The linked cobweb shows its numbers, in the still picture and in the frames."""

import json
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import linked_cobweb, palette, standalone_page
from deq.figures.fixed_points.basin_strip import runs
from deq.figures.fixed_points.cobweb_background import point_colours
from deq.figures.fixed_points.linked_cobweb import half_steps_shown
from tests.figures.traces import only

VIEW = (-1.0, 5.0)
STABLE = SimpleNamespace(x=0.0, slope=0.5, kind="stable")
UNSTABLE = SimpleNamespace(x=2.0, slope=-1.5, kind="unstable")


def halving(n):
    """Corners of x ← x/2 from 4 in closed form: x_k = 4·2⁻ᵏ."""
    xs = 4 * 0.5 ** np.arange(n + 1)
    corners = np.empty((2 * n + 1, 2))
    corners[::2] = xs[:, None]
    corners[1::2, 0], corners[1::2, 1] = xs[:-1], xs[1:]
    return corners


def drawn(n=6, **options):
    corners = halving(n)
    x = np.linspace(*VIEW, 13)
    said = [f"corner {k}" for k in range(len(corners))]
    options = {"points": [STABLE], "basins": [0] * 40, "contraction": [VIEW], **options}
    return linked_cobweb(corners, said, x, x / 2, view=VIEW, **options)


def at(figure, name):
    (frame,) = [frame for frame in figure.frames if frame.name == name]
    return frame


def test_the_still_picture_shows_the_whole_path_in_both_panels():
    figure = drawn()
    np.testing.assert_allclose(np.stack([only(figure, "path").x, only(figure, "path").y], 1),
                               halving(6), atol=1e-4)  # fmt: skip
    np.testing.assert_allclose(only(figure, "steps").y, 4 * 0.5 ** np.arange(7), atol=1e-4)
    assert list(only(figure, "steps").x) == list(range(7))
    assert [trace.name for trace in figure.data[-2:]] == ["step", "caption"]
    assert figure.data[-1].text[0].endswith("corner 12")
    assert figure.layout.sliders[0].active == len(figure.layout.sliders[0].steps) - 1


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_both_markers_are_at_the_same_step(n):
    figure = drawn()
    path, head, steps, step, _ = at(figure, str(2 * n)).data
    x = 4 * 0.5**n
    assert (head.x[0], head.y[0]) == pytest.approx((x, x))  # on the diagonal
    assert (step.x[0], step.y[0]) == pytest.approx((n, x))
    assert len(path.x) == 2 * n + 1
    assert len(steps.y) == n + 1
    assert step.marker.symbol == "circle"


def test_at_the_curve_the_next_iterate_is_a_hollow_dot():
    _, head, steps, step, _ = at(drawn(), "5").data  # up to the curve from x₂ = 1
    assert (head.x[0], head.y[0]) == (1, 0.5)
    assert (step.x[0], step.y[0], step.marker.symbol) == (3, 0.5, "circle-open")
    assert len(steps.y) == 3


def test_with_other_methods_the_height_is_not_the_next_iterate():
    *_, step, _ = at(drawn(plain_iteration=False), "5").data
    assert (step.x[0], step.y[0], step.marker.symbol) == (2, 1, "circle")


def test_iterates_from_a_second_start_move_with_the_first():
    figure = drawn(second=np.arange(4.0), apart=3)  # it ends before the first does
    assert list(only(figure, "second").y) == [0, 1, 2, 3]
    frame = at(figure, "3")
    assert list(frame.data[0].y) == [0, 1]
    assert list(at(figure, "12").data[0].x) == [0, 1, 2, 3]
    assert figure.data[frame.traces[0]].name == "second"
    assert figure.layout.shapes[-1].x0 == 3
    go.Figure(figure.to_dict())


def test_each_half_step_has_a_caption_and_a_slider_position():
    figure = drawn()
    captions = {frame.name: frame.data[-1].text[0] for frame in figure.frames}
    assert all(captions[str(k)].endswith(f"<br>corner {k}") for k in range(13))
    steps = figure.layout.sliders[0].steps
    assert [step.args[0][0] for step in steps] == ["start", *(str(k) for k in range(13))]
    assert (
        len({step.label for step in steps}) == 1
    )  # Plotly measures every different label, which is slow
    play = figure.layout.updatemenus[0].buttons[0].args[0]
    assert list(play) == [str(k) for k in range(13)]


def following(names, current):
    """The frame that Plotly shows next when a list is played on from the current frame."""
    at = names.index(current) if current in names else -1
    return names[at + 1] if 0 < at < len(names) - 1 else names[0]


def test_the_step_button_shows_all_frames_and_starts_again():
    step = drawn().layout.updatemenus[0].buttons[3]
    assert step.label == "Step"
    lists = [list(step.args[0]), list(step.args2[0])]
    current, seen = None, []
    for press in range(20):
        current = following(lists[press % 2], current)
        seen.append(current)
    assert seen[:15] == ["start", *(str(k) for k in range(1, 13)), "0", "1"]


def test_stable_points_are_filled_and_unstable_hollow_and_labelled():
    figure = drawn(points=[STABLE, UNSTABLE], basins=[0] * 20 + [-1] * 20)
    marks = only(figure, "fixed points")
    assert list(marks.marker.symbol) == ["diamond", "diamond-open"]
    assert list(marks.x) == [0, 2]
    notes = [note.text for note in figure.layout.annotations]
    assert "<b>0</b> stable" in notes
    assert "<b>2</b> unstable" in notes
    assert "end at 0" in " ".join(notes)
    assert "settles nowhere" in notes


def test_each_attracting_point_has_its_own_colour():
    hues = point_colours([STABLE, UNSTABLE, STABLE], palette())
    assert hues[0] == palette().accent
    assert hues[2] not in (hues[0], palette().accent)


def test_the_contraction_interval_is_shaded():
    shape, *strip = drawn(contraction=[(-0.5, 2.0)]).layout.shapes
    assert (shape.x0, shape.x1) == (-0.5, 2.0)
    assert shape.yref == "y domain"
    assert len(strip) == 1


def test_the_basin_strip_changes_colour_where_the_basin_changes():
    figure = drawn(points=[STABLE, UNSTABLE], basins=[0] * 30 + [-1] * 10, contraction=[])
    one, two = figure.layout.shapes
    assert (one.x0, one.x1, two.x0, two.x1) == (-1, 3.5, 3.5, 5)
    assert one.fillcolor != two.fillcolor == palette().grid


def test_runs_of_equal_values():
    assert list(runs(np.array([1, 1, -1, -1, -1]))) == [(0, 2), (2, 5)]


def test_the_payload_of_the_longest_path_is_limited():
    assert len(drawn(200).to_json()) < 300_000
    shown = half_steps_shown(401)
    assert shown[:40] == list(range(40))
    assert shown[-1] == 400
    assert len(shown) <= 80


def test_a_diverging_path_is_cut_where_browsers_stop_drawing():
    corners = np.array([[1.0, 1.0], [1.0, 1e170], [1e170, 1e170]])
    figure = linked_cobweb(corners, ["a", "b", "c"], [0, 1], [0, 1], view=VIEW)
    assert max(only(figure, "path").y) < 1e4


def test_a_start_without_a_step_can_be_drawn():
    figure = linked_cobweb([[0.0, 0.0]], ["Start"], [0, 1], [0, 1], view=VIEW, points=[])
    assert [frame.name for frame in figure.frames] == ["0", "start"]
    json.loads(figure.to_json())


def test_every_corner_needs_a_sentence():
    with pytest.raises(ValueError, match="sentence"):
        linked_cobweb(halving(2), ["one"], [0, 1], [0, 1], view=VIEW)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figures(theme):
    for figure in (
        drawn(theme=theme, points=[STABLE, UNSTABLE]),
        drawn(theme=theme, stacked=True),
    ):
        go.Figure(figure.to_dict())  # raises on a property Plotly does not know
        assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_an_exported_figure_keeps_its_frames():
    assert 'corner 12"' in standalone_page(drawn(), "g", theme="light")
    assert "Plotly.addFrames" in standalone_page(drawn(), "g", theme="light")
