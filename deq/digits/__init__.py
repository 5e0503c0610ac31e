"""Digits: where they come from, and how a drawing becomes what the network sees."""

from deq.digits.errors import DataError
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.raster import render

__all__ = ["DataError", "NotADrawing", "prepare", "render"]
