"""A figure in large type: every letter is larger, with the room it needs, and nothing else is."""

import pytest

from deq.figures import trajectory
from deq.figures.shared.enlarge import BY, enlarged


def sizes(part):
    """Sizes of all fonts in a part of a figure."""
    if isinstance(part, list | tuple):
        return [size for one in part for size in sizes(one)]
    if not isinstance(part, dict):
        return []
    own = [v["size"] for k, v in part.items() if k.endswith("font") and isinstance(v, dict)
           and "size" in v]  # fmt: skip
    return own + [size for value in part.values() for size in sizes(value)]


@pytest.mark.parametrize("dims", [2, 3])
def test_all_letters_are_larger_by_as_much(course, points, shares, cloud, dims):
    figure = trajectory(points, course.t, shares, cloud, explained=[0.5, 0.3, 0.1], dims=dims)
    before = figure.to_dict()
    after = enlarged(figure).to_dict()
    visible = [size for size in sizes(before) if size > 1]
    assert len(visible) > 5
    assert [s for s in sizes(after) if s > 1] == pytest.approx([BY * s for s in visible], abs=1)
    assert after["layout"]["margin"]["b"] == int(BY * before["layout"]["margin"]["b"])
    assert sizes(figure.to_dict()) == sizes(before)  # the figure itself is as it was


def test_what_is_drawn_and_played_stays(course, points, shares, cloud):
    figure = trajectory(points, course.t, shares, cloud)
    before, after = figure.to_dict(), enlarged(figure).to_dict()
    assert len(after["frames"]) == len(before["frames"]) > 3
    for one, other in zip(before["data"], after["data"], strict=True):
        assert one.get("x") is other.get("x") or list(one["x"]) == list(other["x"])
        assert one.get("marker") == other.get("marker")
