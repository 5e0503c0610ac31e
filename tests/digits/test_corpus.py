"""The training pictures: separate writers, prepared like any drawing."""

import numpy as np
import torch

from deq.digits import corpus
from deq.digits.classes import NO_DIGIT
from deq.digits.pen import TEST_WRITERS, VALIDATION_WRITERS, PenDigit
from deq.digits.prepare import prepare
from deq.digits.raster import render
from deq.digits.strokes import PAD

LINE = (np.array([[100.0, 50.0], [120.0, 250.0], [110.0, 450.0]], np.float32),)


def one(label: int = 1) -> PenDigit:
    return PenDigit(label, 1, LINE)


def test_no_writer_is_in_two_sets(data) -> None:
    fit, validation, test = corpus.pen_split(data)
    writers = [{digit.writer for digit in part} for part in (fit, validation, test)]
    assert writers[2] == set(TEST_WRITERS)
    assert writers[1] == set(VALIDATION_WRITERS)
    assert len(writers[0]) == 22
    assert not writers[0] & (writers[1] | writers[2])
    assert len(fit) + len(validation) + len(test) == 7494


def test_mnist_splits_do_not_overlap(data) -> None:
    fit, validation = corpus.mnist("fit", data), corpus.mnist("validation", data)
    assert len(fit[0]) == 58_000
    assert len(validation[0]) == 2_000
    assert len(corpus.mnist("test", data)[0]) == 10_000
    assert not torch.equal(fit[0][-2000:], validation[0])


def test_pen_pictures_vary_and_are_reproducible() -> None:
    images, labels = corpus.pen_pictures([one(7)], copies=4, seed=0)
    assert images.shape == (4, 28, 28)
    assert images.dtype == torch.uint8
    assert labels.tolist() == [7] * 4
    assert len({image.numpy().tobytes() for image in images}) == 4
    torch.testing.assert_close(images, corpus.pen_pictures([one(7)], copies=4, seed=0)[0])
    assert not torch.equal(images, corpus.pen_pictures([one(7)], copies=4, seed=1)[0])


def test_a_thick_brush_is_for_digits_with_room_for_it(monkeypatch) -> None:
    drawn: list[tuple[float, float]] = []

    def render_pictures(drawings, *_, **__):
        drawn.extend((np.ptp(np.concatenate(s), axis=0).min(), brush) for s, brush, _ in drawings)

    monkeypatch.setattr(corpus, "render_pictures", render_pictures)
    ring = np.array([[250 + 200 * np.cos(t), 250 + 200 * np.sin(t)] for t in np.linspace(0, 6, 30)])
    corpus.pen_pictures([PenDigit(0, 1, (ring,))], copies=400, seed=0)
    assert max(brush for _, brush in drawn) > 36
    assert all(brush <= max(30, room / 2.5) for room, brush in drawn)


def test_the_drawings_of_the_app_have_its_ink_and_training_has_more() -> None:
    drawings = [(list(LINE), 20.0, 1)] * 12
    plain, _ = corpus.render_pictures(drawings, 12, "")
    expected = np.round(prepare(render(LINE, PAD, 20)) * 255)
    np.testing.assert_array_equal(plain, np.stack([expected] * 12))
    varied, _ = corpus.render_pictures(drawings, 12, "", ink=np.random.default_rng(0))
    assert len({image.numpy().tobytes() for image in varied}) > 4


def test_scribbles_are_labelled_as_no_digit() -> None:
    _, labels = corpus.scribble_pictures(10, seed=0)
    assert len(labels) >= 8
    assert set(labels.tolist()) == {NO_DIGIT}


def test_other_pictures_are_of_all_kinds_by_their_shares_and_labelled_as_no_digit(
    monkeypatch,
) -> None:
    drawn: list[str] = []

    def of_kind(name: str):
        def family(rng: np.random.Generator) -> list[np.ndarray]:
            drawn.append(name)
            return [rng.uniform(20, 260, (5, 2))]

        return family

    kinds = {name: (of_kind(name),) for name in ("few", "many")} | {"two": (of_kind("two"),) * 5}
    monkeypatch.setattr(corpus, "taught", lambda digits: kinds)
    monkeypatch.setattr(corpus, "SHARES", {"many": 2})
    images, labels = corpus.other_pictures(12, 0, ())
    assert sorted(drawn) == ["few"] * 3 + ["many"] * 6 + ["two"] * 3
    assert set(labels.tolist()) == {NO_DIGIT}
    assert len({image.numpy().tobytes() for image in images}) == 12
    torch.testing.assert_close(images, corpus.other_pictures(12, 0, ())[0])


def test_drawings_that_prepare_refuses_are_left_out() -> None:
    dot = [np.array([[140.0, 140.0]])]
    images, labels = corpus.render_pictures([(dot, 9.0, 1), (list(LINE), 9.0, 2)], 2, "")
    assert labels.tolist() == [2]
    assert len(images) == 1
    assert len(corpus.render_pictures([(dot, 9.0, 1)], 1, "")[0]) == 0


def test_the_fingerprint_changes_with_the_data() -> None:
    def make(value: int, label: int) -> corpus.Corpus:
        part = (torch.full((1, 28, 28), value, dtype=torch.uint8), torch.tensor([label]))
        rest = (torch.zeros(1, 28, 28, dtype=torch.uint8), torch.tensor([0]))
        return corpus.Corpus(rest, rest, rest, rest, part)

    marks = {make(v, k).fingerprint for v in (0, 1) for k in (0, 1)}
    assert len(marks) == 4
    assert make(1, 1).fingerprint == make(1, 1).fingerprint
