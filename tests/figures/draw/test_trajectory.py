"""The trajectory figure shows the recorded solve, in its still picture and in its frames."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import palette, trajectory
from deq.figures.shared.controls import MOST_FRAMES, thin


@pytest.fixture
def figure(points, course, shares, cloud):
    return trajectory(points, course.t, shares, cloud, explained=[0.5, 0.3, 0.1])


def stops(figure):
    """Frames at recorded states, in order."""
    return [frame for frame in figure.frames if ":" not in frame.name]


def test_the_still_shows_the_whole_path_and_ends_on_the_last_state(figure, points):
    path, head = figure.data[-2], figure.data[-1]
    np.testing.assert_allclose(np.stack([path.x, path.y], axis=1), points[:, :2], atol=1e-3)
    np.testing.assert_allclose([head.x[0], head.y[0]], points[-1, :2], atol=1e-3)
    assert head.text[0] == "<b>4</b>"
    assert figure.layout.sliders[0].active == len(points) - 1


def test_every_recorded_state_has_a_frame_that_draws_the_path_up_to_it(figure, points):
    frames = stops(figure)
    assert [frame.name for frame in frames] == [str(k) for k in range(len(points))]
    for k, frame in enumerate(frames):
        assert len(frame.data[0].x) == k + 1
        np.testing.assert_allclose(frame.data[1].x[0], points[k, 0], atol=1e-3)


def test_the_marker_shows_the_digit_read_at_that_state(figure, shares):
    colours = palette("light").digits
    for k, frame in enumerate(stops(figure)):
        digit = int(shares[k].argmax())
        assert frame.data[1].text[0] == f"<b>{digit}</b>"
        assert frame.data[1].marker.color == colours[digit]


@pytest.mark.parametrize("dims", [2, 3])
def test_a_state_read_as_no_digit_has_a_dash_in_grey(points, course, shares_of_none, cloud, dims):
    figure = trajectory(points, course.t, shares_of_none, cloud, dims=dims)
    go.Figure(figure.to_dict())  # validates
    heads = [frame.data[1] for frame in stops(figure)]
    assert [head.text[0] for head in heads] == ["<b>9</b>"] * 3 + ["<b>–</b>"] * 6
    assert heads[-1].marker.color == figure.data[-1].marker.color == palette("light").muted
    captions = [step.label for step in figure.layout.sliders[0].steps]
    assert captions[2] == "t = 2: reads 9 (60.0 %)"
    assert captions[3] == "t = 3: no digit (92.5 %)"


def test_frames_between_states_interpolate_the_path_and_keep_the_digit(figure, points):
    names = [frame.name for frame in figure.frames]
    between = [frame for frame in figure.frames if frame.name.startswith("3:")]
    assert between
    assert names.index(between[0].name) == names.index("2") + 1
    for frame in between:
        share = float(frame.name.split(":")[1])
        expected = points[2] + share * (points[3] - points[2])
        np.testing.assert_allclose(frame.data[1].x[0], expected[0], atol=5e-3)
        assert frame.data[1].text[0] == "<b>9</b>"  # the digit of state 2


def test_play_shows_all_frames_and_the_slider_only_recorded_states(figure, points):
    played = figure.layout.updatemenus[0].buttons[0].args[0]
    assert list(played) == [frame.name for frame in figure.frames]
    steps = figure.layout.sliders[0].steps
    assert [step.args[0][0] for step in steps] == [str(k) for k in range(len(points))]
    assert "reads 9" in steps[0].label
    assert "reads 4" in steps[-1].label


def test_the_map_does_not_move_when_the_drawing_changes(points, course, shares, cloud):
    one = trajectory(points, course.t, shares, cloud)
    two = trajectory(points + 2.0, course.t, shares, cloud)
    assert one.layout.xaxis.range == two.layout.xaxis.range
    assert one.data[0] == two.data[0]


def test_the_axes_include_a_path_that_leaves_the_map(points, course, shares, cloud):
    far = trajectory(1000.0 * points, course.t, shares, cloud)
    assert far.layout.xaxis.range[1] > 990


def test_each_class_has_its_label_at_its_centre(figure, cloud):
    labels = figure.data[1]
    for text, x in zip(labels.text, labels.x, strict=True):
        digit = int(text.strip("</b>"))
        assert x == pytest.approx(3.0 * digit, abs=1.0)
    assert len(figure.layout.shapes) == 10


def test_a_state_that_did_not_converge_is_not_marked_as_an_equilibrium(
    points, course, shares, cloud
):
    texts = [
        trace.text[0]
        for trace in trajectory(points, course.t, shares, cloud, settled=False).data
        if trace.text is not None and len(trace.text) == 1
    ]
    assert "<b>z₀</b>" in texts
    assert "<b>z*</b>" not in texts


def test_without_a_path_only_the_map_is_drawn(cloud):
    figure = trajectory(np.zeros((0, 3)), [], np.zeros((0, 10)), cloud)
    assert len(figure.data) == 2
    assert not figure.frames
    assert not figure.layout.sliders


def test_in_three_dimensions_the_third_component_is_drawn(points, course, shares, cloud):
    figure = trajectory(points, course.t, shares, cloud, dims=3)
    np.testing.assert_allclose(figure.data[-2].z, points[:, 2], atol=1e-3)
    assert {trace.type for trace in figure.data} == {"scatter3d"}


def test_a_long_path_keeps_its_ends_and_has_a_limited_number_of_frames(cloud):
    count = 1000
    points = np.linspace(0, 1, 3 * count).reshape(count, 3)
    shares = np.full((count, 10), 0.1)
    figure = trajectory(points, np.arange(count), shares, cloud)
    names = [frame.name for frame in stops(figure)]
    assert names[0] == "0"
    assert names[-1] == str(count - 1)
    assert len(names) <= MOST_FRAMES
    assert thin(5) == [0, 1, 2, 3, 4]


def test_the_payload_of_an_ordinary_path_stays_small(figure):
    assert len(figure.to_json()) < 80_000


def test_arrays_of_different_lengths_are_refused(points, course, shares, cloud):
    with pytest.raises(ValueError, match="same states"):
        trajectory(points[:-1], course.t, shares, cloud)
    with pytest.raises(ValueError, match="dims"):
        trajectory(points, course.t, shares, cloud, dims=4)


def test_a_single_state_is_a_path_too(points, course, shares, cloud):
    figure = trajectory(points[-1:], course.t[-1:], shares[-1:], cloud)
    assert [frame.name for frame in figure.frames] == ["0"]
    json.loads(figure.to_json())


def test_the_label_of_each_frame_has_its_solver_time(figure, course):
    clock = figure.layout.meta["times"]
    assert list(clock) == [frame.name for frame in figure.frames]
    assert list(clock.values()) == sorted(clock.values())
    for k, t in enumerate(course.t):
        assert clock[str(k)] == pytest.approx(t)
    assert figure.layout.meta["last"] == str(len(course.t) - 1)
