"""Picture files: any paper, any ink, and the error sentence of each unusable file."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deq.digits import NotADrawing, prepare, render
from deq.digits.errors import DataError
from deq.digits.pictures.picture import ink_on_black, read_picture

CURVE = np.stack(
    [140 + 70 * np.cos(np.linspace(0.5, 6, 60)), 140 + 100 * np.sin(np.linspace(0.5, 6, 60))], 1
)
PAD = render([CURVE])
INK = PAD[..., 0].astype(np.float64)[..., None] / 255  # (280, 280, 1) in [0, 1]
EXPECTED = prepare(PAD)


def painted(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> Image.Image:
    mixed = INK * np.array(ink) + (1 - INK) * np.array(paper)
    return Image.fromarray(np.round(mixed).astype(np.uint8))


def transparent(ink: int, opacity: float = 1.0) -> Image.Image:
    pixels = np.full((280, 280, 4), ink, dtype=np.uint8)
    pixels[..., 3] = np.round(PAD[..., 0] * opacity)
    return Image.fromarray(pixels)


def photograph(contrast: float, shade: float, noise: float) -> Image.Image:
    """Ink on grey paper lit from the upper left, as a camera sees it."""
    down, across = np.mgrid[0:1:280j, 0:1:280j]
    light = 225 - shade * across - shade / 2 * down - contrast * INK[..., 0]
    seen = light + np.random.default_rng(0).normal(0, noise, light.shape)
    return Image.fromarray(np.round(seen.clip(0, 255)).astype(np.uint8))


def corners_cut(image: Image.Image) -> Image.Image:
    """The picture with a transparent frame of 30 pixels, black underneath."""
    pixels = np.array(image.convert("RGBA"))
    frame = np.ones((280, 280), dtype=bool)
    frame[30:-30, 30:-30] = False
    pixels[frame] = 0
    return Image.fromarray(pixels)


def saved(image: Image.Image, folder: Path) -> Path:
    image.save(folder / "drawing.png")
    return folder / "drawing.png"


def test_the_pads_own_picture_is_unchanged(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_picture(saved(Image.fromarray(PAD), tmp_path)), PAD)


@pytest.mark.parametrize(
    "image",
    [
        painted((0, 0, 0), (255, 255, 255)),
        painted((0, 0, 255), (255, 255, 255)),
        painted((200, 0, 0), (240, 235, 220)),
        painted((250, 240, 90), (20, 60, 40)),
        transparent(0),
        transparent(255),
        transparent(0, 0.4),
        transparent(255, 0.4),
        photograph(160, 50, 0),
        photograph(160, 0, 6),
        photograph(100, 30, 4),
        corners_cut(painted((0, 0, 0), (255, 255, 255))),
        corners_cut(Image.fromarray(PAD)),
        painted((0, 0, 0), (255, 255, 255)).convert("L"),
        painted((0, 0, 0), (255, 255, 255)).convert("P"),
        Image.fromarray(PAD[..., 0].astype(np.uint16) * 257),
    ],
    ids=[
        "ink",
        "blue",
        "red on cream",
        "chalk",
        "clear, dark",
        "clear, light",
        "faint, dark",
        "faint, light",
        "shade",
        "noise",
        "shade, noise",
        "frame, dark",
        "frame, light",
        "grey",
        "palette",
        "16 bit",
    ],
)
def test_paper_and_ink_do_not_matter(image: Image.Image, tmp_path: Path) -> None:
    picture = prepare(read_picture(saved(image, tmp_path)))
    # Faint ink moves the crop by less than a pixel of the pad: a tenth of a pixel of 28×28.
    assert np.abs(picture - EXPECTED).mean() < 0.01


def test_ink_that_runs_along_the_border_is_not_paper() -> None:
    """A 7 on noisy paper, cropped so closely that its bar fills the upper edge."""
    grey = np.random.default_rng(0).normal(230, 2, (200, 140, 1)).repeat(4, axis=2)
    grey[:20] -= 180
    for row in range(20, 200):
        right = 135 - (row - 20) // 2
        grey[row, right - 20 : right] -= 180
    drawing = ink_on_black(grey.round().astype(np.uint8) | np.array([0, 0, 0, 255], np.uint8))
    ink = drawing[..., 0] > 24
    assert ink[:20].all()
    assert ink.mean() == pytest.approx((20 * 140 + 180 * 20) / (200 * 140), abs=0.001)


def test_large_pictures_are_shrunk(tmp_path: Path) -> None:
    large = Image.fromarray(PAD).resize((2800, 1400))
    assert read_picture(saved(large, tmp_path)).shape == (560, 1120, 4)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_empty_sheet_is_blank(grey: int) -> None:
    sheet = np.full((60, 40, 4), grey, dtype=np.uint8)
    with pytest.raises(NotADrawing) as caught:
        prepare(ink_on_black(sheet))
    assert caught.value.reason == "blank"


def test_missing_picture(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no picture .*gone\.png"):
        read_picture(tmp_path / "gone.png")


@pytest.mark.parametrize("cut", [0, 5, 40, 500])
def test_damaged_picture(cut: int, tmp_path: Path) -> None:
    path = saved(Image.fromarray(PAD), tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match=r"drawing\.png (is no picture|cannot be read)"):
        read_picture(path)


def test_a_damaged_format_that_pillow_reads_only_in_part(tmp_path: Path) -> None:
    path = tmp_path / "drawing.dds"
    Image.fromarray(PAD[:8, :8]).save(path)
    content = bytearray(path.read_bytes())
    content[80:84] = bytes(4)  # no pixel format: Pillow raises NotImplementedError
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        read_picture(path)


def test_no_picture_at_all(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("buy milk")
    with pytest.raises(DataError, match="is no picture"):
        read_picture(tmp_path / "notes.png")
    with pytest.raises(DataError, match="cannot be read: it is a folder"):
        read_picture(tmp_path)


def test_no_message_quotes_a_library_or_the_operating_system(tmp_path: Path) -> None:
    """Cut and changed files of several formats, a link to itself, and a folder."""
    rng = np.random.default_rng(0)
    paths = [tmp_path / "loop.png", tmp_path]
    paths[0].symlink_to(paths[0])
    for kind in ("png", "jpg", "gif", "tif", "bmp", "webp"):
        whole = tmp_path / f"whole.{kind}"
        Image.fromarray(PAD[..., :3]).save(whole)
        for number in range(12):
            content = bytearray(whole.read_bytes())
            del content[int(rng.integers(1, len(content))) :]
            for place in rng.integers(0, len(content), 6 * (number % 2)):
                content[place] ^= 255
            paths.append(tmp_path / f"{number}.{kind}")
            paths[-1].write_bytes(content)
    told = set()
    for path in paths:
        try:
            read_picture(path)
        except NotADrawing:  # what is left of the file is a picture
            continue
        except DataError as error:
            told.add(str(error).replace(str(path), "X"))
    assert len(told) >= 3
    for sentence in told:
        assert re.fullmatch(
            r"There is no picture X\.|X is no picture, or of a kind that is not known here, .*"
            r"|X cannot be read: it is (a folder|damaged or cut short)\. Give a PNG or JPEG .*"
            r"|X is too large\. Shrink it to 1,000 pixels or so\.",
            sentence,
        )


def test_enormous_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for side in (40, 100):  # Pillow warns about the first and refuses the second
        path = saved(Image.new("L", (side, side)), tmp_path)
        with pytest.raises(DataError, match="too large"):
            read_picture(path)
