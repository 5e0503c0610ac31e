"""Verdicts: a digit, unsure, or not a digit, and the sentence for each."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

import deq
from deq.digits import NotADrawing, prepare, render
from deq.digits.corpus import scribble_pictures
from deq.digits.mnist import load_mnist, load_subset
from deq.models.digits import Digits
from deq.models.evaluation import solve_pictures
from deq.models.verdict import Thresholds, judge


@pytest.fixture(scope="module")
def model() -> Digits:
    return deq.models.load("digits")


def test_a_state_that_has_not_converged_is_not_called_a_digit(model: Digits) -> None:
    image = torch.from_numpy(load_subset()[0][0]).float() / 255
    seen = model.predict(image, solver=deq.Picard(), max_evals=1)
    assert not bool(seen.solution.converged)
    assert seen.verdict != "digit"


def test_scribbles_and_blank_pictures_are_not_called_a_digit(model: Digits) -> None:
    images, _ = scribble_pictures(150, seed=77)
    called = sum(
        judge(p, model.config.thresholds)[0] == "digit"
        for p in solve_pictures(model, images, deq.Picard())[0]
    )
    assert called / 150 <= 0.1
    assert model.predict(torch.zeros(28, 28)).verdict != "digit"
    assert model.predict(torch.ones(28, 28)).verdict != "digit"


def test_two_equally_likely_digits_need_the_probability_of_one_together() -> None:
    row = torch.tensor([0.0] * 8 + [0.45, 0.45])
    assert judge(row, Thresholds(reject=0.89, accept=0.95))[0] == "unsure"
    assert judge(row, Thresholds(reject=0.91, accept=0.95))[0] == "not a digit"


def test_between_two_digits_it_is_unsure_and_two_drawn_over_one_another_are_none(
    model: Digits,
) -> None:
    def verdicts(images: torch.Tensor) -> list[tuple[str, str]]:
        shares = solve_pictures(model, images, deq.Picard())[0]
        return [judge(p, model.config.thresholds) for p in shares]

    digits, labels = (torch.from_numpy(part) for part in load_subset())
    fours, nines = (digits[labels == k][:150].float() for k in (4, 9))
    between = [r for v, r in verdicts((0.7 * fours + 0.3 * nines).to(torch.uint8)) if v == "unsure"]
    assert any(reason.startswith("Perhaps a 4 — could be a 9") for reason in between)
    both = [v for v, _ in verdicts(((fours + nines) / 2).to(torch.uint8))]
    assert both.count("not a digit") > both.count("digit")
    refused = [v for v, _ in verdicts(scribble_pictures(150, seed=77)[0])]
    assert refused.count("not a digit") / 150 >= 0.9


def test_a_digit_that_is_as_much_a_9_as_a_3_is_a_tie(model: Digits, data: Path) -> None:
    image = load_mnist("test", data)[0][9692]
    seen = model.predict(torch.from_numpy(image).float() / 255)
    assert seen.verdict == "unsure"
    assert seen.reason == "Could be a 9 or a 3."


def test_dots_are_not_called_a_digit(model: Digits) -> None:
    rng = np.random.default_rng(5)
    for count in range(1, 9):
        pad = render([rng.uniform(30, 250, (1, 2)) for _ in range(count)], 280, 20)
        try:
            picture = prepare(pad)
        except NotADrawing:
            continue
        assert model.predict(picture).verdict != "digit", count


@pytest.mark.parametrize(
    ("probabilities", "converged", "verdict", "words"),
    [
        ({10: 0.98, 0: 0.02}, True, "not a digit", "looks like something else"),
        ({10: 0.55, 0: 0.45}, True, "not a digit", "looks like something else"),
        ({10: 0.4, 4: 0.6}, True, "unsure", "Perhaps a 4, but I am not sure."),
        ({10: 0.1, 4: 0.9}, True, "digit", "Looks like a 4."),
        ({10: 0.3, 4: 0.3, 9: 0.4}, True, "not a digit", "not a digit I know"),
        ({4: 0.95, 9: 0.05}, True, "digit", "Looks like a 4."),
        ({8: 0.85, 3: 0.15}, True, "digit", "Looks like an 8 — could be a 3."),
        ({4: 0.6, 9: 0.4}, True, "unsure", "Perhaps a 4 — could be a 9, but I am not sure."),
        ({4: 0.48, 9: 0.47, 1: 0.05}, True, "unsure", "Could be a 4 or a 9."),
        ({8: 0.45, 3: 0.4, 5: 0.15}, True, "unsure", "Could be an 8 or a 3."),
        ({8: 0.48, 3: 0.32, 5: 0.2}, True, "not a digit", "not a digit I know"),
        ({4: 0.4, 9: 0.3, 1: 0.3}, True, "not a digit", "not a digit I know"),
        (dict.fromkeys(range(10), 0.1), True, "not a digit", "not a digit I know"),
        ({4: 0.48, 9: 0.47}, False, "unsure", "not settled yet; so far a 4 — could be a 9"),
        ({4: 0.95, 9: 0.05}, False, "unsure", "not settled"),
        ({4: math.nan}, True, "not a digit", "not a digit I know"),
    ],
)
def test_verdicts_and_their_sentences(
    probabilities: dict[int, float], converged: bool, verdict: str, words: str
) -> None:
    row = torch.zeros(11 if 10 in probabilities else 10)
    for digit, share in probabilities.items():
        row[digit] = share
    said, reason = judge(row, Thresholds(), converged)
    assert said == verdict
    assert words in reason
