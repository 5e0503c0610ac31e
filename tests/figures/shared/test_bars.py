"""The bars of the ten digits, and of "no digit"."""

import csv
import io

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import palette, probability_bars, trajectory_csv


def test_bars_show_shares_in_per_cent_with_the_chosen_one_in_full_colour():
    shares = [0.0] * 10
    shares[4], shares[9] = 0.9, 0.1
    bars = probability_bars(shares, chosen=4).data[0]
    assert bars.x[4] == 90
    assert bars.text[4] == "90.0 %"
    assert bars.marker.color[4] == palette("light").digits[4]
    assert bars.marker.color[9].startswith("rgba")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_eleventh_bar_is_grey_and_has_room_for_its_name(theme):
    shares = [0.01] * 10 + [0.9]
    figure = probability_bars(shares, chosen=10, theme=theme)
    go.Figure(figure.to_dict())  # validates
    (bars,) = figure.data
    assert list(bars.y) == [*"0123456789", "no digit"] == list(figure.layout.yaxis.tickvals)
    assert (bars.x[10], bars.text[10]) == (90, "90.0 %")
    assert len(bars.marker.color) == 11
    assert bars.marker.color[10] == palette(theme).muted
    assert figure.layout.margin.l > probability_bars(shares[:10]).layout.margin.l + 35


@pytest.mark.parametrize("count", [10, 11])
def test_a_table_has_a_column_for_every_class(count):
    shares = np.random.default_rng(0).dirichlet(np.ones(count), size=2)
    text = trajectory_csv([0, 1], [2, 3], [4, 5], np.zeros((2, 3)), shares)
    rows = list(csv.DictReader(io.StringIO(text)))
    names = list(rows[0])[6:]
    assert names == [*(f"p{k}" for k in range(10)), "p_no_digit"][:count]
    for row, expected in zip(rows, shares, strict=True):
        assert [float(row[name]) for name in names] == expected.tolist()
