"""Ruled and squared paper: its lines are removed, and the strokes across them are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]

BLOCK = 4  # pixels along a line that are averaged: lines are long, and noise is less
LEAST = 3  # fewer lines, at the left, in the middle or at the right, are strokes of a digit
RUN = 0.25  # a line runs on for this share of the picture; strokes of a small digit do not
ACROSS = 0.5  # share of the pixels of a row in a line, at least; the rest are gaps
THIN = 0.015  # thickest line, as a share of the picture
TILTS = np.tan(np.radians(np.arange(-4, 4.01, 0.1)))  # how askew the camera may be held
COARSE = 4  # rows that are averaged to find about which tilt, in a third of the time
BEND = np.tan(np.radians([-1, -0.5, 0, 0.5, 1]))  # lines of one sheet differ so much in perspective
EDGE = 0.013  # width of the border left out on ruled paper, as a share of the shorter side
VISIBLE = 8  # weaker lines (of 255) do no harm


def without_rules(ink: Array) -> Array:
    """The ink (H, W) without lines that run across the sheet, nearly level or upright.

    A pixel on a line is paper unless it is clearly darker than the line: a stroke that crosses it.
    """
    level, upright = _lines(ink, LEAST), _lines(ink.T, LEAST).T
    if not (level.any() or upright.any()):
        return ink
    if not upright.any():  # a margin, which is a single line
        upright = _lines(ink.T, 1).T
    if not level.any():
        level = _lines(ink, 1)
    line = np.maximum(level, upright)  # (H, W)
    # At the border a line may be cut lengthwise, and then looks like a stroke.
    edge = max(4, round(EDGE * min(ink.shape)))
    ink = np.pad(ink[edge:-edge, edge:-edge], edge)
    darker = (ink - 1.2 * line) / np.maximum(0.5 * line, 1)  # from 0, the line, to 1, a stroke
    result: Array = np.where(line > VISIBLE, ink * darker.clip(0, 1), ink)
    return result


def _lines(ink: Array, least: int) -> Array:
    """Strength of the nearly level line through each pixel (H, W); 0 if there are fewer."""
    height, width = ink.shape
    blocks = width // BLOCK
    if blocks < 8 or height < 8 * BLOCK:
        return np.zeros_like(ink)
    strips = ink[:, : blocks * BLOCK].reshape(height, blocks, BLOCK).mean(2)  # (H, W/4)
    tilt = _tilt(strips.clip(0, 2 * strips.mean() + VISIBLE))
    run = max(3, round(RUN * blocks))
    found = np.zeros_like(strips)
    thick = ndimage.maximum_filter1d(strips, 3, axis=0)
    for bend in BEND:
        # Where a line leaves the picture it is taken to run on: 255.
        kept = ndimage.grey_opening(_level(thick, tilt + bend, 255), (1, run))
        found = np.maximum(found, _level(kept, -(tilt + bend)))
    found = np.minimum(found, thick)
    if min(_count(part) for part in np.array_split(_level(found, tilt), 5, axis=1)[1:4]) < least:
        return np.zeros_like(ink)
    columns = (np.arange(width) // BLOCK).clip(0, blocks - 1)
    result: Array = found[:, columns]
    return result


def _tilt(strips: Array) -> float:
    """The tilt at which the rows differ most: each line lies in few rows then."""
    rows = len(strips) // COARSE * COARSE
    coarse = strips[:rows].reshape(-1, COARSE, strips.shape[1]).mean(1)  # (H/4, W/4)
    about = max(TILTS, key=lambda tilt: _level(coarse, tilt / COARSE).mean(1).var())
    near = TILTS[np.abs(TILTS - about) < 0.006]  # about 0.3 degrees
    return float(max(near, key=lambda tilt: _level(strips, tilt).mean(1).var()))


def _count(part: Array) -> int:
    """How many thin level lines cross this part of the picture (H, w)."""
    rows, _ = ndimage.label((part > VISIBLE).mean(1) > ACROSS)
    thickest = max(6, round(THIN * len(part)))
    return sum(run.stop - run.start <= thickest for (run,) in ndimage.find_objects(rows))


def _level(strips: Array, tilt: float, beyond: float = 0) -> Array:
    """Shift each column so that lines of this tilt become level; outside the picture `beyond`."""
    height, blocks = strips.shape
    shift = np.round(tilt * BLOCK * (np.arange(blocks) - blocks / 2)).astype(int)
    rows = np.arange(height)[:, None] + shift  # (H, W/4)
    level = np.take_along_axis(strips, rows.clip(0, height - 1), axis=0)
    return np.where((rows >= 0) & (rows < height), level, np.float32(beyond))
