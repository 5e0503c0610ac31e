"""Drawings near digits that no reader takes for one: things that look like a digit, and more.

They are taught so that a kind kept for tests that is near a digit, as an apple is near 0, is not
called one because nothing near it was ever refused.
"""

from deq.digits.others.near import bows, fruits, lines, loops, rings

FAMILIES = rings.FAMILIES + fruits.FAMILIES + loops.FAMILIES + lines.FAMILIES + bows.FAMILIES
