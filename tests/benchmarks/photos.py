"""How many photographs and scans of a digit `python -m deq predict` reads, by kind of picture.

    python -m tests.benchmarks.photos [--count 50] [--kinds plain lined …] [--data FOLDER]

Half of the digits are MNIST test digits, half are pen strokes of writers that the network was not
trained on. For each kind: how many are read right; for how many a sentence says what is wrong with
the picture; and how many are read as another digit, or not taken for a digit. Pictures that show
no single digit have no right reading: what counts for them is the sentence.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import deq
from deq.digits import DataError, NotADrawing
from deq.digits.corpus import pen_split
from deq.digits.mnist import load_mnist
from deq.digits.pictures.picture import prepare_picture
from deq.models import Digits
from tests.digits.files import FILES, REFUSED
from tests.digits.sheets import KINDS, Glyph, from_mnist, from_strokes, plain

RIGHT, SAID, WRONG = "read right", "said what is wrong", "wrong"


def glyphs(data: Path | None, count: int, rng: np.random.Generator) -> Iterator[tuple[Glyph, int]]:
    """Digits with their labels, in turn from MNIST and from pen strokes."""
    images, labels = load_mnist("test", data)
    pen = pen_split(data)[2]
    for number in range(count):
        if number % 2:
            digit = pen[rng.integers(len(pen))]
            yield from_strokes(digit.strokes, rng.uniform(0.05, 0.11)), digit.label
        else:
            chosen = rng.integers(len(images))
            yield from_mnist(images[chosen]), int(labels[chosen])


def outcome(model: Digits, path: Path, label: int | None) -> tuple[str, str]:
    """What `predict` says of a picture: how good it is, and the sentence."""
    try:
        image = prepare_picture(path)
    except (DataError, NotADrawing) as error:
        return SAID, str(error)
    seen = model.predict(image, solver=deq.ODE(), tol=1e-3, record=False)
    right = seen.verdict != "not a digit" and seen.digit == label
    return RIGHT if right else WRONG, seen.reason


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = [*KINDS, *FILES, *REFUSED]
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--kinds", nargs="+", choices=every, default=every, metavar="KIND")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the pictures that were not read")
    options = parser.parse_args()
    model = deq.models.load("digits")
    print(f"{'picture':<16}{RIGHT:>12}{SAID:>20}{WRONG:>8}", flush=True)
    for kind in options.kinds:
        rng = np.random.default_rng([every.index(kind), 20])
        found: Counter[str] = Counter()
        with TemporaryDirectory() as folder:
            for number, (glyph, label) in enumerate(glyphs(options.data, options.count, rng)):
                make = KINDS.get(kind) or REFUSED.get(kind) or plain
                image = make(glyph, rng)
                path = FILES.get(kind, FILES["JPEG"])(image, Path(folder))
                how, words = outcome(model, path, None if kind in REFUSED else label)
                found[how] += 1
                if options.keep and how != (SAID if kind in REFUSED else RIGHT):
                    options.keep.mkdir(parents=True, exist_ok=True)
                    path.rename(options.keep / f"{kind} {number} {label}{path.suffix}")
                    print(f"  {number}: {label}, {words}")
        print(f"{kind:<16}{found[RIGHT]:>12}{found[SAID]:>20}{found[WRONG]:>8}", flush=True)


if __name__ == "__main__":
    main()
