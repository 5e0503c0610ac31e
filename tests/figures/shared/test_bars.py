"""The bars of the ten digits."""

from deq.figures import (
    palette,
    probability_bars,
)


def test_bars_show_shares_in_per_cent_with_the_chosen_one_in_full_colour():
    shares = [0.0] * 10
    shares[4], shares[9] = 0.9, 0.1
    bars = probability_bars(shares, chosen=4).data[0]
    assert bars.x[4] == 90
    assert bars.text[4] == "90.0 %"
    assert bars.marker.color[4] == palette("light").digits[4]
    assert bars.marker.color[9].startswith("rgba")
