"""Photographs and scans of a handwritten digit, made from a seed.

Each kind is a function ``(glyph, rng) -> Image``. A glyph paints the digit: ``glyph(side)`` is its
coverage by ink, from 0 to 1, its longest side ``side`` pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

Array = npt.NDArray[np.float32]
Glyph = Callable[[int], Array]

PHOTOS = ((1200, 900), (1600, 1200), (900, 1200), (2000, 1500), (3000, 2000))
PENS = ((35, 35, 45), (30, 45, 130), (60, 60, 60))  # black, blue, pencil


def from_mnist(image: npt.NDArray[np.uint8]) -> Glyph:
    """An MNIST digit as a pen would draw it: enlarged, with sharp edges."""
    rows, columns = np.nonzero(image.max(1))[0], np.nonzero(image.max(0))[0]
    crop = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])

    def paint(side: int) -> Array:
        scale = side / max(crop.size)
        size = max(2, round(crop.width * scale)), max(2, round(crop.height * scale))
        smooth = np.asarray(crop.resize(size, Image.Resampling.BICUBIC), np.float32)
        return np.pad(((smooth - 90) / 60).clip(0, 1), 2)

    return paint


def from_strokes(strokes: Sequence[npt.NDArray[np.floating]], width: float) -> Glyph:
    """A digit of pen strokes; ``width`` of the pen is a share of the digit's longest side."""
    points = np.concatenate(strokes)
    extent = float(np.ptp(points, axis=0).max()) or 1.0

    def paint(side: int) -> Array:
        pen = max(2.5, width * side)
        scale = 2 * (side - pen) / extent  # painted at twice the size, then averaged
        at = [(stroke - points.min(0)) * scale + pen + 4 for stroke in strokes]
        across, down = (np.concatenate(at).max(0) + pen + 4).astype(int) // 2 * 2
        canvas = Image.new("L", (int(across), int(down)))
        brush = ImageDraw.Draw(canvas)
        for stroke in at:
            path = [(float(x), float(y)) for x, y in stroke]
            brush.line(path, fill=255, width=round(2 * pen), joint="curve")
            for x, y in path:
                brush.ellipse((x - pen, y - pen, x + pen, y + pen), fill=255)
        return np.asarray(canvas.reduce(2), np.float32) / 255

    return paint


def blank(rng: np.random.Generator, size: tuple[int, int] | None = None) -> Array:
    """White paper (H, W, 3), a little grey and lit a little from one side."""
    width, height = size or PHOTOS[rng.integers(len(PHOTOS))]
    tint = rng.uniform(222, 250) + rng.uniform(-4, 4, 3)
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = 1 + rng.uniform(-0.06, 0.06) * down + rng.uniform(-0.06, 0.06) * across
    return (light[..., None] * tint).astype(np.float32)


def ink(
    sheet: Array,
    glyph: Glyph,
    rng: np.random.Generator,
    share: tuple[float, float] = (0.06, 0.10),
    colour: Sequence[float] | None = None,
    strength: float = 0.92,
    across: tuple[float, float] = (0.2, 0.8),
) -> Array:
    """Write the digit on the sheet, ``share`` of its shorter side large, somewhere inside."""
    height, width, _ = sheet.shape
    cover = glyph(round(rng.uniform(*share) * min(height, width)))
    room = height - cover.shape[0], width - cover.shape[1]
    top, left = int(rng.uniform(0.2, 0.8) * room[0]), int(rng.uniform(*across) * room[1])
    part = sheet[top : top + cover.shape[0], left : left + cover.shape[1]]
    pen = np.array(PENS[rng.integers(len(PENS))] if colour is None else colour, np.float32)
    # Light falls on the ink as on the paper around it.
    lit = pen * (part / 235 if pen.max() < 200 else 1)
    part += (strength * cover)[..., None] * (lit - part)
    return sheet


def camera(sheet: Array, rng: np.random.Generator, noise: float | None = None) -> Image.Image:
    """What a camera sees: slightly out of focus, with noise."""
    blurred = Image.fromarray(sheet.clip(0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(rng.uniform(0.5, 1.2) * max(sheet.shape) / 1600)
    )
    level = rng.uniform(1.5, 5) if noise is None else noise
    seen = np.asarray(blurred, np.float32)
    seen = seen + rng.standard_normal(seen.shape, np.float32) * np.float32(level)
    return Image.fromarray(seen.clip(0, 255).astype(np.uint8))


def plain(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A small digit on white paper."""
    return camera(ink(blank(rng), glyph, rng), rng)


def large(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A digit that fills half of the picture or more."""
    return camera(ink(blank(rng), glyph, rng, (0.4, 0.85)), rng)


def _ruled(
    glyph: Glyph, rng: np.random.Generator, directions: tuple[int, ...], gap: tuple[float, float]
) -> Image.Image:
    """Paper with parallel lines; the camera is held up to two degrees askew."""
    sheet = blank(rng)
    height, width, _ = sheet.shape
    spacing = rng.uniform(*gap) * min(height, width)
    angle, half = np.radians(rng.uniform(-2, 2)), max(0.8, 0.0009 * max(height, width))
    down, across = np.mgrid[:height, :width].astype(np.float32)
    colour = [(130, 165, 215), (170, 170, 175), (120, 190, 200)][rng.integers(3)]
    start = rng.uniform(0, spacing)
    for direction in directions:
        turn = angle + direction * np.pi / 2
        place = down * np.cos(turn) - across * np.sin(turn) + start
        off = np.abs(place - np.round(place / spacing) * spacing)  # distance to the next line
        cover = (half + 0.5 - off).clip(0, 1)[..., None]
        sheet += cover * (np.array(colour, np.float32) - sheet)
    if len(directions) == 1 and rng.random() < 0.5:  # a red margin
        off = np.abs(across * np.cos(angle) + down * np.sin(angle) - rng.uniform(0.1, 0.15) * width)
        cover = (half + 0.5 - off).clip(0, 1)[..., None]
        sheet += cover * (np.array((225, 120, 125), np.float32) - sheet)
    return camera(askew(ink(sheet, glyph, rng), rng), rng)


def askew(sheet: Array, rng: np.random.Generator) -> Array:
    """Seen a little from the side: each corner is moved by up to 1.5 % of the picture, outwards."""
    height, width, _ = sheet.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    inside = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) * rng.uniform(0, 0.015, (4, 2))
    seen = corners + inside * (width, height)
    rows = [
        [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        for (x, y), (u, v) in zip(corners, seen, strict=True)
    ]
    solved = np.linalg.solve(np.concatenate(rows), seen.reshape(-1))
    image = Image.fromarray(sheet.clip(0, 255).astype(np.uint8))
    kind, method = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    return np.asarray(image.transform(image.size, kind, tuple(solved), method), np.float32)


def lined(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """Lined paper, about 20 to 30 lines a page, often with a margin; the digit stands anywhere."""
    return _ruled(glyph, rng, (0,), (0.034, 0.05))


def squared(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """Squared paper, about 30 to 45 squares a side."""
    return _ruled(glyph, rng, (0, 1), (0.022, 0.034))


def shadow(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """The edge of a shadow across the sheet, in any direction."""
    sheet = blank(rng)
    height, width, _ = sheet.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    middle = height * rng.uniform(0.35, 0.65), width * rng.uniform(0.35, 0.65)
    away = (down - middle[0]) * np.cos(turn) + (across - middle[1]) * np.sin(turn)
    softness = rng.uniform(0.002, 0.03) * max(height, width)
    shade = rng.uniform(0.25, 0.5) / (1 + np.exp(-away / softness))
    sheet = ink(sheet, glyph, rng) * (1 - shade)[..., None].astype(np.float32)
    return camera(sheet, rng)


def corner(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """One corner is half as bright as the opposite one."""
    sheet = ink(blank(rng), glyph, rng)
    height, width, _ = sheet.shape
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    down, across = (down, across) if rng.random() < 0.5 else (1 - down, 1 - across)
    away = np.hypot(down, across) / np.sqrt(2)
    return camera(sheet * (1 - 0.5 * away**2)[..., None], rng)


def desk(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A sheet that lies askew on a dark desk with some grain."""
    width, height = PHOTOS[rng.integers(len(PHOTOS))]
    side = rng.uniform(0.62, 0.8)
    sheet = ink(blank(rng, (round(side * width), round(side * height))), glyph, rng)
    paper = Image.fromarray(sheet.clip(0, 255).astype(np.uint8)).convert("RGBA")
    paper = paper.rotate(rng.uniform(-8, 8), Image.Resampling.BICUBIC, expand=True)
    wood = np.array([(45, 42, 40), (90, 60, 40), (60, 70, 75)][rng.integers(3)], np.float32)
    grain = ndimage.gaussian_filter(rng.standard_normal((height // 4, width // 4)), (1, 12))
    grain = np.asarray(Image.fromarray(grain.astype(np.float32)).resize((width, height)))
    ground = wood * (1 + 0.8 * grain[..., None])
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    room = max(0, width - paper.width), max(0, height - paper.height)
    picture.paste(paper, (int(rng.uniform(0, room[0])), int(rng.uniform(0, room[1]))), paper)
    return camera(np.asarray(picture, np.float32), rng)


def blackboard(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """Chalk on a board that was wiped, lit from one side."""
    sheet = blank(rng) * (np.array([(38, 62, 50), (50, 52, 55)][rng.integers(2)]) / 235)
    height, width, _ = sheet.shape
    wiped = ndimage.gaussian_filter(rng.standard_normal((height // 8, width // 8)), (6, 25))
    sheet += np.asarray(Image.fromarray(wiped.astype(np.float32)).resize((width, height)))[
        ..., None
    ] * (4 / wiped.std())
    chalk = [(225, 225, 220), (240, 225, 130), (235, 170, 180)][rng.integers(3)]
    return camera(
        ink(sheet.astype(np.float32), glyph, rng, (0.06, 0.3), colour=chalk, strength=0.85), rng
    )


def pens(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """Red, green, light blue, orange or violet ink, some of it pale."""
    colours = ((200, 40, 45), (30, 130, 70), (90, 160, 225), (240, 140, 40), (130, 70, 170))
    return camera(ink(blank(rng), glyph, rng, colour=colours[rng.integers(5)]), rng)


def faint(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A hard pencil: a third as dark as ink."""
    return camera(ink(blank(rng), glyph, rng, colour=(70, 70, 75), strength=0.35), rng)


KINDS = {
    kind.__name__: kind
    for kind in (*(plain, large, lined, squared, shadow, corner, desk, blackboard, pens, faint),)
}
