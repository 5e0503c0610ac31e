"""Which number tells a digit from another drawing best? ``python -m tests.benchmarks.refusal``.

Each score is large for digits. Its limit keeps a given share of validation digits: pen digits as
the app draws them, of writers that are in no other set. Then the table says how many test digits
it keeps, and how many drawings that are none, of kinds that nobody trained on, it lets pass.

The scores are the largest probability of a digit (Hendrycks, Gimpel 2017); the energy log Σ exp of
the ten logits (Liu et al. 2020); minus the distance of z* from the nearest class's equilibria, in
the metric of their common covariance (Lee et al. 2018); and the share of the ten digits beside an
eleventh logit, which is read linearly from the frozen equilibria and fitted here to digits and to
the drawings that the network is taught to refuse.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deq.cli.common import Bar
from deq.digits import corpus
from deq.digits.others.held_out import HELD_OUT
from deq.digits.others.scribbles import UNSEEN
from deq.digits.paint import paint
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.strokes import PAD
from deq.models.classifier import CLASSES, Classifier
from deq.models.evaluation.others import DRAWINGS, SCRIBBLES, drawings
from deq.models.weights import SHIPPED, load_file
from deq.training.calibrate import equilibria

LEADING = 128  # principal components of the states, for the distance
Score = Callable[[Tensor], Tensor]  # states (N, D) → (N,)


def states(model: Classifier, pictures: Tensor) -> Tensor:
    """Equilibria (N, D) of pictures (N, 28, 28) uint8."""
    return equilibria(model, pictures).flatten(1)


def prepared(inks: Sequence[np.ndarray]) -> Tensor:
    """Pictures (N, 28, 28) uint8 of drawings on the pad; refused ones are left out."""
    pictures = []
    for ink in inks:
        try:
            pictures.append(torch.from_numpy(np.round(prepare(ink) * 255).astype(np.uint8)))
        except NotADrawing:
            continue
    return torch.stack(pictures)


def distance(digits: Tensor, labels: Tensor) -> Score:
    """Minus the Mahalanobis distance from the nearest class mean, on leading components."""
    centre = digits.mean(0)
    _, _, axes = torch.pca_lowrank(digits - centre, LEADING)  # (D, 128)
    scores = (digits - centre) @ axes
    means = torch.stack([scores[labels == k].mean(0) for k in range(CLASSES)])  # (10, 128)
    inverse = torch.linalg.inv(torch.cov((scores - means[labels]).T))

    def score(z: Tensor) -> Tensor:
        away = ((z - centre) @ axes)[:, None] - means  # (N, 10, 128)
        return -torch.einsum("nki,ij,nkj->nk", away, inverse, away).amin(1).sqrt()

    return score


def eleventh(model: Classifier, digits: Tensor, labels: Tensor, others: Tensor) -> Score:
    """Share of the best digit beside an eleventh logit, fitted with the ten others held fixed."""
    z = torch.cat([digits, others])
    labels = torch.cat([labels, torch.full((len(others),), CLASSES)])
    centre, scale = z.mean(0), z.std(0) + 1e-3
    weight = torch.zeros(z.shape[1] + 1, requires_grad=True)
    fixed = model.logits(z.unflatten(1, model.shape)).detach()[:, :CLASSES]
    z = (z - centre) / scale
    fit = torch.optim.LBFGS([weight], max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        fit.zero_grad()
        logit = z @ weight[:-1] + weight[-1]
        all_logits = torch.cat([fixed, logit[:, None]], 1)
        value = F.cross_entropy(all_logits, labels) + 1e-3 * weight[:-1].square().sum()
        value.backward()
        return value

    fit.step(loss)
    found = weight.detach()

    def score(states: Tensor) -> Tensor:
        logit = ((states - centre) / scale) @ found[:-1] + found[-1]
        ten = model.logits(states.unflatten(1, model.shape))[:, :CLASSES]
        return torch.softmax(torch.cat([ten, logit[:, None]], 1), 1)[:, :CLASSES].amax(1)

    return score


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST and the pen strokes")
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    parser.add_argument("--count", type=int, default=8_000, help="training pictures of each sort")
    parser.add_argument("--keep", type=float, nargs="+", default=[0.975, 0.99])
    options = parser.parse_args()
    model = load_file(options.weights)
    fit, validation, test = corpus.pen_split(options.data)
    with Bar() as bar:
        pen = corpus.pen_pictures(fit, 1, 1, bar.show)
        digits, labels = (
            torch.cat([a[: options.count], b[: options.count]])
            for a, b in zip(corpus.mnist("fit", options.data), pen, strict=True)
        )
        others = corpus.other_pictures(options.count, 2, fit, bar.show)[0]
    rng = np.random.default_rng(11)
    strange = [paint(corpus.scaled_to_pad(d), PAD, float(rng.uniform(12, 26))) for d in test]
    kept = {
        "validation": corpus.pen_as_written(validation, 3)[0],
        "pen": corpus.pen_as_written(test, 11)[0],
        "by another rasteriser": prepared(strange),
        "MNIST": corpus.mnist("test", options.data)[0],
    }
    passed = {"scribbles": corpus.scribble_pictures(3 * SCRIBBLES, 1_000, UNSEEN)[0]} | {
        name: prepared(list(drawings(family, DRAWINGS, seed=2_000 + number)))
        for number, (name, family) in enumerate(HELD_OUT.items())
    }
    z_digits, z_others = states(model, digits), states(model, others)
    z_kept = {name: states(model, pictures) for name, pictures in kept.items()}
    z_passed = {name: states(model, pictures) for name, pictures in passed.items()}

    def logits(z: Tensor) -> Tensor:
        return model.logits(z.unflatten(1, model.shape))

    scores: dict[str, Score] = {
        "probability": lambda z: torch.softmax(logits(z), 1)[:, :CLASSES].amax(1),
        "energy": lambda z: logits(z)[:, :CLASSES].logsumexp(1),
        "distance": distance(z_digits, labels),
    }
    with torch.enable_grad():
        scores["eleventh, fitted"] = eleventh(model, z_digits, labels, z_others)
    print(
        f"{'score':<18}{'limit keeps':>12}"
        + "".join(f"{name:>23}" for name in kept if name != "validation")
        + f"{'scribbles':>11}{'other kinds':>13}  worst kinds"
    )
    for name, score in scores.items():
        found = {what: score(z) for what, z in (z_kept | z_passed).items()}
        for share in options.keep:
            limit = found["validation"].quantile(1 - share)
            rates = {
                what: float((values >= limit).float().mean()) for what, values in found.items()
            }
            kinds = sorted(((rates[kind], kind) for kind in HELD_OUT), reverse=True)
            mean = sum(rate for rate, _ in kinds) / len(kinds)
            print(
                f"{name:<18}{share:>12.1%}"
                + "".join(f"{rates[what]:>23.1%}" for what in kept if what != "validation")
                + f"{rates['scribbles']:>11.1%}{mean:>13.1%}  "
                + ", ".join(f"{kind} {rate:.0%}" for rate, kind in kinds[:3])
            )


if __name__ == "__main__":
    main()
