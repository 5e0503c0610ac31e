"""The training data of the digit network: MNIST, pen digits, and drawings that are no digits."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.digits.classes import NO_DIGIT
from deq.digits.hand.hands import random_variant
from deq.digits.hand.inks import render_with_ink
from deq.digits.mnist import load_mnist
from deq.digits.others import SHARES, taught
from deq.digits.others.curves import Family
from deq.digits.others.scribbles import TRAINED, scribble
from deq.digits.pen import BOX, TEST_WRITERS, VALIDATION_WRITERS, PenDigit, by_writer, load_pen
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.raster import render
from deq.digits.strokes import PAD

MNIST_VALIDATION = 2_000  # the last of the 60,000, used to choose thresholds
THICKEST = 40.0  # brush of the drawing pad, in pixels

Strokes = Sequence[npt.NDArray[np.floating]]
LabelledImages = tuple[Tensor, Tensor]  # images (N, 28, 28) uint8, labels (N,) int64
Report = Callable[[str, int, int], None]  # (task, number done, total)


def scaled_to_pad(digit: PenDigit) -> list[npt.NDArray[np.float64]]:
    """The strokes as written, scaled from the 500-unit tablet to the 280-pixel pad."""
    return [stroke.astype(np.float64) * (PAD / BOX) for stroke in digit.strokes]


def render_pictures(
    drawings: Iterable[tuple[Strokes, float, int]],
    count: int,
    what: str,
    report: Report | None = None,
    ink: np.random.Generator | None = None,
) -> LabelledImages:
    """Render and prepare (strokes, brush, label); those that `prepare` refuses are left out.

    With `ink`, it chooses an ink for each drawing; without, all are drawn as the app draws.
    """
    images, labels = [], []
    for done, (strokes, brush, label) in enumerate(drawings):
        if report is not None and done % 500 == 0:
            report(what, done, count)
        drawn = render if ink is None else partial(render_with_ink, rng=ink)
        try:
            picture = prepare(drawn(strokes, PAD, brush))  # (28, 28) in [0, 1]
        except NotADrawing:
            continue
        images.append(torch.from_numpy(np.round(picture * 255).astype(np.uint8)))
        labels.append(label)
    if not images:
        return torch.zeros(0, 28, 28, dtype=torch.uint8), torch.zeros(0, dtype=torch.int64)
    return torch.stack(images), torch.tensor(labels)


def pen_pictures(
    digits: Sequence[PenDigit], copies: int, seed: int, report: Report | None = None
) -> LabelledImages:
    """Training pictures: `copies` random variants of each digit, any ink, brush 8 to 40 pixels."""
    rng = np.random.default_rng(seed)
    alike: dict[tuple[int, int], list[Strokes]] = defaultdict(list)  # may be blended
    for digit in digits:
        alike[digit.label, len(digit.strokes)].append(digit.strokes)

    def drawing(digit: PenDigit) -> tuple[Strokes, float, int]:
        written_alike = alike[digit.label, len(digit.strokes)]
        strokes = random_variant(digit.strokes, rng, digit.label, written_alike)
        sides = np.ptp(np.concatenate(strokes), axis=0)
        room = sides.max() if digit.label == 1 else sides.min()  # or the brush would fill loops
        return strokes, float(rng.uniform(8, np.clip(room / 2.5, 30, THICKEST))), digit.label

    drawings = (drawing(digit) for digit in digits for _ in range(copies))
    return render_pictures(drawings, copies * len(digits), "pen digits", report, ink=rng)


def pen_as_written(
    digits: Sequence[PenDigit], seed: int, report: Report | None = None
) -> LabelledImages:
    """Test pictures: each digit once, with its size and position, brush 12 to 26 pixels."""
    rng = np.random.default_rng(seed)
    drawings = ((scaled_to_pad(digit), float(rng.uniform(12, 26)), digit.label) for digit in digits)
    return render_pictures(drawings, len(digits), "pen digits", report)


def scribble_pictures(
    count: int,
    seed: int,
    families: tuple[Family, ...] = TRAINED,
    report: Report | None = None,
) -> LabelledImages:
    """Scribbles of `families`, brush 6 to 28 pixels, all labelled `NO_DIGIT`."""
    rng = np.random.default_rng(seed)
    drawings = (
        (scribble(rng, families)[1], float(rng.uniform(6, 28)), NO_DIGIT) for _ in range(count)
    )
    return render_pictures(drawings, count, "scribbles", report)


def other_pictures(
    count: int, seed: int, digits: Sequence[PenDigit], report: Report | None = None
) -> LabelledImages:
    """Drawings that are no digits, any ink, labelled `NO_DIGIT`: all kinds by `SHARES`.

    Parameters
    ----------
    count, seed : int
        How many are drawn; seed of all random choices.
    digits : sequence of PenDigit
        What is spoiled, or drawn several at once; by writers of the training data.
    report : callable, optional
        Called now and then with (task, number done, total).
    """
    rng = np.random.default_rng(seed)
    rounds = [
        families for kind, families in taught(digits).items() for _ in range(SHARES.get(kind, 1))
    ]
    inks = np.random.default_rng((seed, 1))

    def drawing(number: int) -> tuple[Strokes, float, int]:
        families = rounds[number % len(rounds)]
        strokes = families[int(rng.integers(len(families)))](rng)
        # Any brush, but so that a small drawing can be seen.
        size = float(np.ptp(np.concatenate(strokes), axis=0).max())
        return strokes, float(rng.uniform(6, np.clip(size / 6, 8, THICKEST))), NO_DIGIT

    return render_pictures(map(drawing, range(count)), count, "drawings of no digit", report, inks)


def mnist(split: str, data: Path | str | None, download: bool = False) -> LabelledImages:
    """MNIST as tensors: ``"fit"`` (58,000), ``"validation"`` (2,000) or ``"test"`` (10,000)."""
    images, labels = load_mnist("test" if split == "test" else "train", data, download)
    part = {
        "fit": slice(None, -MNIST_VALIDATION),
        "validation": slice(-MNIST_VALIDATION, None),
        "test": slice(None),
    }[split]
    return torch.from_numpy(images[part]), torch.from_numpy(labels[part])


def pen_split(data: Path | str | None) -> tuple[list[PenDigit], list[PenDigit], list[PenDigit]]:
    """Pen digits for training, validation and test; each writer is in one of them only."""
    test, others = by_writer(load_pen(data), TEST_WRITERS)
    validation, fit = by_writer(others, VALIDATION_WRITERS)
    return fit, validation, test


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training and validation data: pictures (N, 28, 28) uint8 with labels (N,)."""

    mnist: LabelledImages
    pen: LabelledImages
    others: LabelledImages
    mnist_validation: LabelledImages
    pen_validation: LabelledImages

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all pictures and labels."""
        digest = hashlib.sha256()
        for part in (
            *(self.mnist, self.pen, self.others, self.mnist_validation, self.pen_validation),
        ):
            for tensor in part:
                digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()


def build_corpus(
    data: Path | str | None,
    *,
    download: bool,
    pen_copies: int,
    others: int,
    seed: int,
    report: Report | None = None,
) -> Corpus:
    """Read MNIST and the pen strokes, and render all pictures of a training run.

    Parameters
    ----------
    data, download
        As for `deq.digits.mnist.load_mnist`.
    pen_copies, others : int
        Variants of each pen digit; number of drawings that are no digits.
    seed : int
        Seed of all renderings.
    report : callable, optional
        Called now and then with (task, number done, total).

    Raises
    ------
    DataError
        If a file is missing or wrong; the message says what to do.
    """
    fit, validation, _ = pen_split(data)
    return Corpus(
        mnist=mnist("fit", data, download),
        pen=pen_pictures(fit, pen_copies, seed + 1, report),
        others=other_pictures(others, seed + 2, fit, report),
        mnist_validation=mnist("validation", data, download),
        pen_validation=pen_as_written(validation, seed + 3, report),
    )
