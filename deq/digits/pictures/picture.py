"""A picture file: a drawing, a scan or a photograph → white ink on black, as on the pad."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from deq.digits.errors import DataError
from deq.digits.pictures.paper import ink_of_photo
from deq.digits.pictures.ruled import without_rules
from deq.digits.pictures.subject import SENTENCES, frame, one_digit, pieces, strokes_of_one
from deq.digits.prepare import MIN_INK, MIN_SIZE, NotADrawing, Picture, prepare

PHOTO = 150  # pixels: a smaller picture is not a photograph of a sheet
SOLID = 0.25  # strokes are narrower than this share of the picture's shorter side
MOSTLY = 0.55  # more of the ink is wide: not a digit. Thick digits have wide places too
LARGE = 0.25  # a smaller share of the picture's longer side is a digit on a sheet
LONGEST = 1120  # larger pictures are shrunk to this side, in pixels: four times the pad


def prepare_picture(path: Path | str) -> Picture:
    """Read a picture file as the 28×28 input of the network.

    Parameters
    ----------
    path
        As for `read_picture`.

    Returns
    -------
    ndarray (28, 28) float32
        As `deq.digits.prepare` makes it.

    Raises
    ------
    DataError
        The file is missing or not a picture.
    NotADrawing
        The picture does not show one digit; the sentence says what to do with the picture.
    """
    try:
        return prepare(read_picture(path))
    except NotADrawing as error:  # `prepare` speaks of the pad
        raise NotADrawing(error.reason, SENTENCES[error.reason]) from error


def read_picture(path: Path | str, *, several: bool = False) -> NDArray[np.uint8]:
    """Read a picture as a drawing for `deq.digits.prepare`.

    Parameters
    ----------
    path
        File in any format that Pillow reads. Transparency is allowed.
    several
        Whether a picture of more than one thing is returned with all of them, not refused.

    Returns
    -------
    (H, W, 4) uint8, white ink on opaque black; see `ink_on_black`

    Raises
    ------
    DataError
        The file is missing or not a picture.
    NotADrawing
        The picture does not show one digit.
    """
    give = "Give a PNG or JPEG of one digit."
    try:
        with warnings.catch_warnings():
            # Pillow warns about very large pictures, which may be an attack on memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                rgba = _flat(image)
    except FileNotFoundError as error:
        raise DataError(f"There is no picture {path}.") from error
    except IsADirectoryError as error:
        raise DataError(f"{path} cannot be read: it is a folder. {give}") from error
    except PermissionError as error:
        raise DataError(f"{path} cannot be read: you have no permission to open it.") from error
    except UnidentifiedImageError as error:
        raise DataError(
            f"{path} is no picture, or of a kind that is not known here, as HEIC. {give}"
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"{path} is too large. Shrink it to 1,000 pixels or so.") from error
    except Exception as error:  # Pillow raises many kinds of errors for a broken file
        raise DataError(f"{path} cannot be read: it is damaged or cut short. {give}") from error
    return ink_on_black(rgba, several=several)


def ink_on_black(rgba: NDArray[np.uint8], *, several: bool = False) -> NDArray[np.uint8]:
    """Repaint a picture as white ink on opaque black.

    First the colour of the paper is taken from the border; it may change linearly across the
    picture, as with light from one side. The ink of a pixel is its distance from that colour (the
    largest difference of the three channels), minus the noise of the border. So dark ink on light
    paper, chalk on a blackboard and coloured ink all become white on black, and pictures of the pad
    do not change.

    If that does not leave one large drawing, the picture is taken for a photograph of a sheet: the
    paper is estimated at each place (`paper`), ruled lines are removed (`ruled`), and the digit is
    chosen and cropped (`subject`).

    Parameters
    ----------
    rgba : ndarray (H, W, 4) uint8
        Dark or light ink on any paper.
    several
        As for `read_picture`.

    Returns
    -------
    ndarray (H, W, 4) uint8, or of the crop's size

    Raises
    ------
    NotADrawing
        The photograph does not show one digit.
    """
    flat = _without_alpha(rgba)  # (H, W, 3)
    paper, noise = _paper(flat)
    ink = (np.abs(flat - paper).max(axis=2) - noise).clip(0)  # (H, W)
    if not is_drawing(ink.astype(np.float32), noise):
        ink = one_digit(without_rules(ink_of_photo(flat)), several=several)
    drawing = np.full((*ink.shape, 4), 255, dtype=np.uint8)
    drawing[..., :3] = np.round(ink).astype(np.uint8)[..., None]
    return drawing


def is_drawing(ink: NDArray[np.float32], noise: float) -> bool:
    """Whether this is one thing across much of plain, evenly lit paper, as on the pad."""
    if max(ink.shape) < PHOTO:
        return True
    _, boxes, weights = pieces(ink, MIN_INK)
    least = MIN_SIZE if noise == 0 else LARGE
    if not boxes or frame(boxes.values()).size < least * max(ink.shape):
        return False
    if _solid(ink >= MIN_INK) > MOSTLY:
        return False
    return bool(strokes_of_one(boxes, weights)) and without_rules(ink) is ink


def _solid(mask: NDArray[np.bool_]) -> float:
    """Share of the mask (H, W) that is wider than strokes are: a sheet, a shadow, a face."""
    side = max(1, round(SOLID * min(mask.shape)))
    opened = ndimage.grey_opening(mask.astype(np.uint8), (side, side), mode="nearest")
    return float(opened.sum()) / max(1, int(mask.sum()))


def _flat(image: Image.Image) -> NDArray[np.uint8]:
    """Pixels (H, W, 4) of an opened picture, upright, no larger than needed."""
    image.draft(None, (LONGEST, LONGEST))  # a large JPEG is decoded at a smaller size
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits: Pillow would clip instead of scale
        grey = np.asarray(image, dtype=np.float64)
        image = Image.fromarray((grey * (255 / max(1.0, grey.max()))).clip(0, 255).astype(np.uint8))
    image = ImageOps.exif_transpose(image).convert("RGBA")
    image.thumbnail((LONGEST, LONGEST))
    return np.array(image)


def _paper(flat: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Colour of the paper at each pixel (H, W, 3), linear in the position, and its noise.

    It is fitted by least squares to those pixels of the border that are near the border's median,
    so that ink at the border does not count.
    """
    height, width, _ = flat.shape
    down, across = np.meshgrid(
        np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij"
    )  # (H, W)
    places = np.stack([down, across, np.ones_like(down)], axis=2)  # (H, W, 3)
    edge = np.zeros((height, width), dtype=bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    colours, where = flat[edge], places[edge]  # (E, 3), (E, 3)
    middle = np.median(colours, axis=0)  # (3,)
    off = np.abs(colours - middle).max(axis=1)  # (E,)
    near = off <= 3 * np.median(off)
    plane = np.linalg.lstsq(where[near], colours[near] - middle, rcond=None)[0]  # (3, 3)
    paper: NDArray[np.float64] = middle + places @ plane  # (H, W, 3)
    off = np.abs(colours - paper[edge]).max(axis=1)  # (E,)
    return paper, 4 * float(np.median(off))


def _without_alpha(rgba: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Colours (H, W, 3) in [0, 255] on opaque paper.

    If less than half of the picture is opaque, the opaque part is ink, and the paper behind it gets
    the opposite brightness. Otherwise transparent pixels get the median colour of opaque ones.
    """
    colour, alpha = rgba[..., :3].astype(np.float64), rgba[..., 3:] / 255  # (H, W, 3), (H, W, 1)
    seen = alpha[..., 0] > 0.5  # (H, W)
    if (alpha == 1).all():
        return colour
    if seen.mean() > 0.5:
        paper = np.median(colour[seen], axis=0)  # (3,)
    else:
        dark = (alpha * (colour - 127.5)).sum() < 0
        paper = np.full(3, 255.0 if dark else 0.0)
    return alpha * colour + (1 - alpha) * paper
