"""The map of the classes: no digit's name hides another's."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import arrays

from deq.figures import palette
from deq.figures.shared.cloud import ROOM, Cloud, cloud_traces, spread
from deq.models import load


def nearest(places, room):
    """The smallest distance of two places, in their room."""
    away = (places[:, None] - places) / room
    return np.linalg.norm(away, axis=-1)[np.triu_indices(len(places), 1)].min()


@given(arrays(int, (10, 2), elements=st.integers(0, 100), unique=True))
def test_crowded_places_are_parted_and_their_middle_stays(percent):
    places = percent / 100
    parted = spread(places, ROOM)
    assert nearest(parted, ROOM) > 0.9
    np.testing.assert_allclose(parted.mean(0), places.mean(0), atol=1e-9)


def test_places_with_room_stay():
    places = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]])
    np.testing.assert_array_equal(spread(places, ROOM), places / ROOM * ROOM)


def test_no_name_of_the_shipped_map_hides_another():
    model = load("digits")
    cloud = Cloud.of(model.cloud_points, model.cloud_labels)
    names = cloud_traces(cloud, palette(), 2)[1]
    places = np.stack([names["x"], names["y"]], 1)
    sides = np.ptp(cloud.array()[:, :2], axis=0)
    assert nearest(places, ROOM * sides) > 0.95
