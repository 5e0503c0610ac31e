"""How a 28×28 picture is put on a page."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from deq.figures import magnify

PNG = "data:image/png;base64,"


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Pixels (H, W) or (H, W, 4) as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def address(pixels: npt.NDArray[np.uint8]) -> str:
    """Pixels (H, W) or (H, W, 4) as an address that holds the whole picture."""
    return PNG + base64.b64encode(png(pixels)).decode()


def picture(
    image: npt.ArrayLike, width: int, alt: str, *, factor: int = 4, caption: str | None = None
) -> None:
    """Show ink (H, W) from 0 to 1, `width` pixels wide, each of its pixels as `factor`² of them.

    The picture is part of the page. One behind an address of its own is gone from the server when
    the page is drawn again, and a browser that asks for it late shows a broken picture.
    """
    st.image(address(magnify(image, factor)), caption=caption, width=width, alt=alt)
