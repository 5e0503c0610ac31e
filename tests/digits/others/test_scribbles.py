"""Scribbles: reproducible, on the pad, and all different."""

import numpy as np
import pytest

from deq.digits.others.scribbles import TRAINED, UNSEEN, scribble
from deq.digits.raster import ink


@pytest.mark.parametrize("family", TRAINED + UNSEEN, ids=lambda f: f.__name__)
def test_each_family_leaves_ink_and_is_reproducible(family) -> None:
    drawings = [family(np.random.default_rng(seed)) for seed in range(5)]
    pictures = [ink(strokes, 280, 12) for strokes in drawings]
    for picture in pictures:
        assert (picture > 0).mean() > 0.001
    again = ink(family(np.random.default_rng(3)), 280, 12)
    np.testing.assert_array_equal(again, pictures[3])
    assert not np.array_equal(pictures[0], pictures[1])


def test_no_family_is_in_both_training_and_test() -> None:
    assert not set(TRAINED) & set(UNSEEN)
    assert len(set(TRAINED + UNSEEN)) == len(TRAINED) + len(UNSEEN)


def test_scribble_uses_only_the_given_families() -> None:
    rng = np.random.default_rng(0)
    names = {scribble(rng, UNSEEN)[0] for _ in range(60)}
    assert names == {family.__name__ for family in UNSEEN}
