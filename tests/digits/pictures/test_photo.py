"""Photographs and scans: the digit is read, or a sentence says what is wrong with the picture."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deq
from deq.digits import NotADrawing, prepare, render
from deq.digits.mnist import load_subset
from deq.digits.pictures.picture import ink_on_black, prepare_picture, read_picture
from deq.models import Digits
from tests.digits import sheets
from tests.digits.files import FILES, REFUSED
from tests.digits.sheets import KINDS, Glyph, from_mnist, from_strokes, plain

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = {
    name: [np.array(stroke) for stroke in strokes]
    for name, strokes in json.loads((ROOT / "assets/examples.json").read_text(encoding="utf-8"))[
        "drawings"
    ].items()
}
# A pen digit (UCI, as in assets/examples.json) that was the example "4 or 9".
# fmt: off
FORMER = [np.array([
    [191.3, 123.2], [186, 125], [182.5, 126.7], [170.1, 130.3], [157.7, 133.8], [145.3, 135.6],
    [131.2, 140.9], [117, 142.7], [106.4, 142.7], [97.5, 140.9], [90.4, 135.6], [88.7, 128.5],
    [92.2, 117.9], [99.3, 105.5], [108.1, 91.3], [120.5, 77.2], [131.2, 63], [143.5, 52.4],
    [152.4, 43.5], [161.2, 40], [170.1, 43.5], [173.6, 50.6], [177.2, 63], [180.7, 78.9], [180.7,
    96.6], [182.5, 114.3], [180.7, 133.8], [180.7, 153.3], [180.7, 172.7], [178.9, 192.2], [178.9,
    208.1], [178.9, 224.1], [182.5, 240],
])]
# fmt: on


@pytest.fixture(scope="module")
def model() -> Digits:
    return deq.models.load("digits")


@pytest.fixture(autouse=True)
def _small_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large ones say the same and take longer."""
    monkeypatch.setattr(sheets, "PHOTOS", ((960, 720), (720, 960)))


def glyphs(count: int, seed: int) -> Iterator[tuple[Glyph, int, np.random.Generator]]:
    """Digits of MNIST and of pen strokes in turn, with labels and generators."""
    images, labels = load_subset()
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        if number % 2:
            label = int(rng.integers(10))
            yield from_strokes(EXAMPLES[str(label)], rng.uniform(0.05, 0.11)), label, rng
        else:
            chosen = rng.integers(len(images))
            yield from_mnist(images[chosen]), int(labels[chosen]), rng


def reading(model: Digits, path: Path) -> int | str:
    """The digit, or what is said of the picture."""
    try:
        seen = model.predict(prepare_picture(path), solver=deq.Picard(), tol=1e-3, record=False)
    except NotADrawing as error:
        return str(error)
    return seen.digit if seen.verdict != "not a digit" else seen.reason


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_kind_eight_of_ten_are_read(kind: str, model: Digits, tmp_path: Path) -> None:
    found = [
        (reading(model, FILES["JPEG"](KINDS[kind](glyph, rng), tmp_path)), label)
        for glyph, label, rng in glyphs(10, 1)
    ]
    assert sum(read == label for read, label in found) >= 8, found


@pytest.mark.parametrize("kind", FILES)
def test_the_file_format_does_not_matter(kind: str, model: Digits, tmp_path: Path) -> None:
    found = [
        (reading(model, FILES[kind](plain(glyph, rng), tmp_path)), label)
        for glyph, label, rng in glyphs(4, 2)
    ]
    assert sum(read == label for read, label in found) >= 3, found


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty", "Nothing is written in this picture"),
        ("two", "more than one thing in this picture: crop it to one digit"),
        ("text", "more than one thing in this picture: crop it to one digit"),
        ("face", "more than one thing in this picture: crop it to one digit"),
    ],
)
def test_what_shows_no_single_digit_is_refused_in_words_about_pictures(
    kind: str, words: str, tmp_path: Path
) -> None:
    for glyph, _, rng in glyphs(3, 3):
        with pytest.raises(NotADrawing, match=words):
            prepare_picture(FILES["JPEG"](REFUSED[kind](glyph, rng), tmp_path))


def test_a_digit_of_too_few_pixels_is_called_small(tmp_path: Path) -> None:
    sheet = Image.new("L", (1000, 800), 240)
    small = Image.fromarray(255 - render(EXAMPLES["3"])[..., 0]).resize((20, 20))
    sheet.paste(small.point(lambda grey: grey * 240 // 255), (400, 300))
    sheet.save(tmp_path / "small.png")
    with pytest.raises(NotADrawing, match="The digit is small in this picture: crop it") as caught:
        prepare_picture(tmp_path / "small.png")
    assert caught.value.reason == "dot"


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("side", [60, 600])
def test_the_pad_is_not_mentioned(grey: int, side: int, tmp_path: Path) -> None:
    Image.new("L", (side, side), grey).save(tmp_path / "empty.png")
    with pytest.raises(NotADrawing, match="Nothing is written in this picture") as caught:
        prepare_picture(tmp_path / "empty.png")
    assert caught.value.reason == "blank"


@pytest.mark.parametrize("brush", [8, 14, 20, 30])
def test_pictures_of_the_pad_stay_as_they_are(brush: int, tmp_path: Path) -> None:
    for name, strokes in EXAMPLES.items():
        pad = render(strokes, 280, brush)
        Image.fromarray(pad).save(tmp_path / "pad.png")
        np.testing.assert_array_equal(read_picture(tmp_path / "pad.png"), pad, name)


def test_the_digits_of_mnist_stay_as_they_are() -> None:
    """28×28 pictures, white on black or black on white, are no photographs."""
    for image in load_subset()[0][::10]:
        drawing = np.dstack([image] * 3 + [np.full_like(image, 255)])
        negative = drawing ^ np.array([255, 255, 255, 0], np.uint8)
        np.testing.assert_array_equal(ink_on_black(drawing), drawing)
        np.testing.assert_array_equal(ink_on_black(negative), drawing)


def test_the_draw_pages_own_path_is_the_same_to_the_bit() -> None:
    """`prepare` of the examples of then, as it was before there was a way for photographs."""
    found = hashlib.sha256()
    then = EXAMPLES | {"4 or 9": FORMER}
    for name in sorted(then.keys() - {"smiley"}):
        found.update(prepare(render(then[name])).tobytes())
    assert found.hexdigest() == "6dd803215133a58629dab62f8768618e0b9fbb65a4fa975b72b4056417977fd4"


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 2), (20, 700), (160, 200), (330, 240)])
@pytest.mark.parametrize("kind", ["noise", "spots", "stripes", "colours", "steps"])
def test_any_picture_gives_a_drawing_or_a_reason(shape: tuple[int, int], kind: str) -> None:
    rng = np.random.default_rng(shape)
    rgba = np.full((*shape, 4), 255, np.uint8)
    down, across = np.mgrid[: shape[0], : shape[1]]
    rgba[..., :3] = {
        "noise": rng.integers(0, 256, (*shape, 3)),
        "spots": np.where(rng.random(shape) < 0.02, 0, 255)[..., None],
        "stripes": np.where((down + across) % 9 < 4, 20, 240)[..., None],
        "colours": np.where((across < shape[1] / 2)[..., None], (255, 0, 0), (0, 0, 255)),
        "steps": (down // 40 * 50 + across // 40 * 30)[..., None],
    }[kind]
    try:
        picture = prepare(ink_on_black(rgba))
    except NotADrawing as refusal:
        seen: object = refusal.reason
    else:
        seen = picture.shape
    assert seen in {(28, 28), "blank", "dot", "full", "several"}
