"""The same photograph in the file formats that people have, and pictures that show no one digit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from tests.digits.sheets import Glyph, blank, camera, ink


def _jpeg(image: Image.Image, folder: Path) -> Path:
    """As a camera saves it."""
    image.save(folder / "photo.jpg", quality=92)
    return folder / "photo.jpg"


def _coarse(image: Image.Image, folder: Path) -> Path:
    """As a messenger sends it: strong JPEG artefacts."""
    image.save(folder / "photo.jpg", quality=30)
    return folder / "photo.jpg"


def _turned(image: Image.Image, folder: Path) -> Path:
    """Stored on its side; the EXIF entry says how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.rotate(90, expand=True).save(folder / "photo.jpg", quality=92, exif=exif)
    return folder / "photo.jpg"


def _alpha(image: Image.Image, folder: Path) -> Path:
    """Paper made transparent, as by a scanning app."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=(0, 50))
    rgba = image.convert("RGBA")
    rgba.putalpha(ImageOps.invert(grey))
    rgba.save(folder / "photo.png", compress_level=1)
    return folder / "photo.png"


def _deep(image: Image.Image, folder: Path) -> Path:
    """A scan of 16 bits a pixel."""
    grey = np.asarray(image.convert("L")).astype(np.uint16) * 200
    Image.fromarray(grey).save(folder / "photo.png", compress_level=1)
    return folder / "photo.png"


def _grey(image: Image.Image, folder: Path) -> Path:
    """A scan without colour."""
    image.convert("L").save(folder / "photo.png", compress_level=1)
    return folder / "photo.png"


FILES: dict[str, Callable[[Image.Image, Path], Path]] = {
    "JPEG": _jpeg,
    "JPEG, coarse": _coarse,
    "EXIF rotation": _turned,
    "transparent": _alpha,
    "16 bit": _deep,
    "grey": _grey,
}


def empty(_glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A sheet with nothing on it."""
    return camera(blank(rng), rng)


def two(glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """The digit twice, side by side."""
    sheet = ink(blank(rng), glyph, rng, (0.08, 0.1), across=(0.2, 0.4))
    return camera(ink(sheet, glyph, rng, (0.08, 0.1), across=(0.6, 0.8)), rng)


def text(_glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A printed page."""
    sheet = Image.fromarray(blank(rng).clip(0, 255).astype(np.uint8))
    pen, side = ImageDraw.Draw(sheet), min(sheet.size)
    for row in range(20):
        line = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz      "), 48))
        at = (0.1 * sheet.width, (0.1 + 0.04 * row) * sheet.height)
        pen.text(at, line, fill=(40, 40, 45), font_size=0.025 * side)
    return camera(np.asarray(sheet, np.float32), rng)


def face(_glyph: Glyph, rng: np.random.Generator) -> Image.Image:
    """A drawn portrait: skin, hair, eyes and mouth before a wall."""
    sheet = Image.fromarray(blank(rng).clip(0, 255).astype(np.uint8))
    pen, (width, height) = ImageDraw.Draw(sheet), sheet.size
    middle, side = (width * rng.uniform(0.4, 0.6), height / 2), min(width, height)

    def oval(x: float, y: float, rx: float, ry: float, fill: tuple[int, int, int]) -> None:
        x, y = middle[0] + x * side, middle[1] + y * side
        pen.ellipse((x - rx * side, y - ry * side, x + rx * side, y + ry * side), fill=fill)

    oval(0, -0.08, 0.27, 0.32, (70, 45, 30))
    oval(0, 0, 0.22, 0.3, (215, 170, 140))
    for x in (-0.09, 0.09):
        oval(x, -0.06, 0.035, 0.018, (250, 250, 250))
        oval(x, -0.06, 0.016, 0.016, (40, 30, 25))
    oval(0, 0.14, 0.08, 0.025, (170, 70, 70))
    oval(0, 0.6, 0.4, 0.25, (60, 80, 130))
    return camera(np.asarray(sheet, np.float32), rng)


REFUSED = {kind.__name__: kind for kind in (empty, two, text, face)}
