"""Parts that pages share, as far as they can be checked without a browser."""

import doctest
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from deq.digits import prepare, render
from pages.parts.draw import words
from pages.parts.look import downloads
from pages.parts.pad import examples, ink, link
from pages.parts.shared import numbers, pace

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("module", [downloads, ink, link, numbers, words])
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_canvas_format_keeps_strokes():
    strokes = [np.array([[10.0, 20.0], [30.0, 44.0], [60.0, 90.0]]), np.array([[1.0, 2.0]])]
    objects = json.loads(json.dumps(ink.objects_of(strokes, 22)))
    back, widths = ink.strokes_of(objects)
    assert widths == [22.0, 22.0]
    for one, two in zip(strokes, back, strict=True):
        np.testing.assert_array_equal(one, two)


def test_points_of_a_curve_lie_on_the_curve():
    path = [["M", 0, 0], ["Q", 10, 20, 20, 0]]  # a parabola whose top is at (10, 10)
    ((x, y),) = [s.T for s in ink.strokes_of([{"path": path, "strokeWidth": 2}])[0]]
    assert y.max() == pytest.approx(10)
    np.testing.assert_allclose(y, x * (20 - x) / 10)


def test_a_stroke_moved_with_the_edit_tool_has_its_new_place():
    line = {"path": [["M", 10, 20], ["L", 30, 20]], "strokeWidth": 8}
    placed = {"left": 100, "top": 50, "scaleX": 2, "scaleY": 0.5, "angle": 90, "flipX": True}
    (stroke,), (width,) = ink.strokes_of([{**line, **placed}])
    np.testing.assert_allclose(stroke, [[100, 70], [100, 30]], atol=1e-12)  # clockwise, y down
    assert width == pytest.approx(8)
    (stroke,), _ = ink.strokes_of([{**line, "left": 20.4, "top": 20.3}])
    assert stroke.tolist() == [[10, 20], [30, 20]]  # where it was drawn


def test_shapes_without_a_path_are_ignored():
    assert ink.strokes_of([{"type": "Rect", "width": 3}]) == ([], [])


@pytest.mark.parametrize("name", examples.NAMES)
def test_examples_fit_the_pad_and_can_be_prepared(name):
    points = np.concatenate(examples.strokes(name))
    assert points.min() >= ink.BRUSH / 2
    assert points.max() <= ink.SIZE - ink.BRUSH / 2
    image = prepare(render(examples.strokes(name), ink.SIZE, ink.BRUSH))
    assert image.max() == 1


def test_an_unknown_example_has_no_strokes():
    with pytest.raises(KeyError):
        examples.strokes("11")


def test_the_core_never_imports_streamlit_and_only_figures_import_plotly():
    code = (
        "import sys, deq, deq.models, deq.digits\n"
        "assert 'streamlit' not in sys.modules and 'plotly' not in sys.modules\n"
        "import deq.figures\n"
        "assert 'streamlit' not in sys.modules and 'plotly' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_figures_are_built_for_one_visitor_at_a_time_even_after_an_error() -> None:
    inside = threading.Event()
    with pytest.raises(ZeroDivisionError), pace.figures():
        raise ZeroDivisionError  # Streamlit starts a rerun by raising an exception, too

    def other() -> None:
        with pace.figures():
            inside.set()

    with pace.figures():
        thread = threading.Thread(target=other)
        thread.start()
        assert not inside.wait(0.2)
    assert inside.wait(5)
    thread.join()


def test_figures_wait_while_somebody_s_digit_is_due_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 60.0)
    built = threading.Event()

    def other() -> None:
        with pace.figures():
            built.set()

    thread = threading.Thread(target=other)
    with pace.answer():
        thread.start()
        assert not built.wait(0.2)
    assert built.wait(5)
    thread.join()
    monkeypatch.setattr(pace, "PATIENCE", 0.01)
    with pace.answer():
        other()  # a full hall: an answer is always due


def test_an_answer_that_fails_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 60.0)
    with pytest.raises(ZeroDivisionError), pace.answer():
        raise ZeroDivisionError
    pace.give_way()
