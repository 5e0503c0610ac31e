"""What a model makes of drawings that are not digits, and of digits in strange ink."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from deq.digits import corpus
from deq.digits.corpus import Report
from deq.digits.others.held_out import HELD_OUT, Family
from deq.digits.others.scribbles import TRAINED, UNSEEN
from deq.digits.paint import paint
from deq.digits.pen import PenDigit
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.raster import render
from deq.digits.strokes import PAD
from deq.models.classifier import CLASSES, Classifier
from deq.models.evaluation.solving import solve_pictures, verdicts_on
from deq.models.verdict import Verdict
from deq.solvers import ODE

SCRIBBLES = 70  # per family
DRAWINGS = 40  # of each kind that is never trained on
THINNEST, THICKEST = 6, 26  # brush of these drawings in pixels of the pad …
FINEST = 10  # … and at most the drawing's longest side divided by this: with more, all is a blot

Ink = npt.NDArray[np.uint8]
Reading = tuple[Verdict, int | None]  # with the digit; None where `prepare` refuses the drawing


def refused_scribbles(model: Classifier, report: Report | None = None) -> dict[str, float]:
    """Share of scribbles whose verdict is not "digit"; those that `prepare` refuses count."""
    shares: dict[str, float] = {}
    for number, family in enumerate(TRAINED + UNSEEN):
        if report is not None:
            report("scribbles", number, len(TRAINED + UNSEEN))
        images, _ = corpus.scribble_pictures(SCRIBBLES, 1_000 + number, (family,))
        called = 0
        if len(images):
            probabilities, converged, _, _ = solve_pictures(model, images, ODE())
            called = verdicts_on(model, probabilities, converged).count("digit")
        shares[family.__name__] = 1 - called / SCRIBBLES
    unseen = [shares[family.__name__] for family in UNSEEN]
    everything = list(shares.values())
    return {
        "all": sum(everything) / len(everything),
        "never trained on": sum(unseen) / len(unseen),
        **shares,
    }


def called_digits(model: Classifier, report: Report | None = None) -> dict[str, float]:
    """Share of drawings whose verdict is "digit", by kind; none of the kinds is trained on."""
    shares: dict[str, float] = {}
    for number, (name, family) in enumerate(HELD_OUT.items()):
        if report is not None:
            report("other drawings", number, len(HELD_OUT))
        readings = read(model, drawings(family, DRAWINGS, seed=2_000 + number))
        shares[name] = sum(verdict == "digit" for verdict, _ in readings) / DRAWINGS
    return shares


def drawings(family: Family, count: int, seed: int) -> Iterable[Ink]:
    """Drawings (280, 280, 4) of one kind, each with a brush that suits its size."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        strokes = family(rng)
        side = float(np.ptp(np.concatenate(strokes), axis=0).max())
        brush = float(rng.uniform(THINNEST, np.clip(side / FINEST, THINNEST, THICKEST)))
        yield render(strokes, PAD, brush)


def painted_digits(model: Classifier, digits: Sequence[PenDigit]) -> tuple[float, float, float]:
    """Shares of digits drawn by `paint`: right, with verdict "digit", of these right.

    The brush is from 12 to 26 pixels, as for the pen digits.
    """
    rng = np.random.default_rng(11)
    readings = read(
        model,
        (paint(corpus.scaled_to_pad(d), PAD, float(rng.uniform(12, 26))) for d in digits),
    )
    right = np.array([named == d.label for (_, named), d in zip(readings, digits, strict=True)])
    kept = np.array([verdict == "digit" for verdict, _ in readings])
    of_these = float(right[kept].mean()) if kept.any() else float("nan")
    return float(right.mean()), float(kept.mean()), of_these


def read(model: Classifier, pictures: Iterable[Ink]) -> list[Reading]:
    """Verdict and digit of each picture of the pad, (H, W, 4)."""
    readings: list[Reading] = []
    accepted, at = [], []
    for place, picture in enumerate(pictures):
        readings.append(("not a digit", None))
        try:
            small = prepare(picture)  # (28, 28) in [0, 1]
        except NotADrawing:
            continue
        accepted.append(torch.from_numpy(np.round(small * 255).astype(np.uint8)))
        at.append(place)
    if accepted:
        probabilities, converged, _, _ = solve_pictures(model, torch.stack(accepted), ODE())
        verdicts = verdicts_on(model, probabilities, converged)
        for place, verdict, digit in zip(
            at, verdicts, probabilities[:, :CLASSES].argmax(1), strict=True
        ):
            readings[place] = verdict, int(digit)
    return readings
