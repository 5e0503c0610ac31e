"""Digits: data sets, and the preparation of a drawing for the network."""

from deq.digits.errors import DataError
from deq.digits.examples import example
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.raster import render

__all__ = ["DataError", "NotADrawing", "example", "prepare", "render"]
