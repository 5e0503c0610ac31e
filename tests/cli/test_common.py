"""The progress bar does not mix with printed lines."""

import io
import threading

import pytest

from deq.cli.common import Bar


class Screen(io.StringIO):
    """A terminal that shows both stdout and stderr."""

    def isatty(self) -> bool:
        return True


def shared_screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Install one. Call it inside the test: pytest replaces both streams before each test."""
    shared = Screen()
    monkeypatch.setattr("sys.stdout", shared)
    monkeypatch.setattr("sys.stderr", shared)
    return shared


def test_a_printed_line_does_not_join_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = shared_screen(monkeypatch)
    with Bar() as bar:
        bar.show("training", 1, 4)
        bar.write("epoch 1 of 2")
        bar.show("training", 4, 4)
    shown = screen.getvalue()
    assert "training" in shown
    line = next(line for line in shown.split("\n") if "epoch" in line)
    assert line.split("\r")[-1] == "epoch 1 of 2"


def test_each_phase_has_its_own_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = shared_screen(monkeypatch)
    with Bar() as bar:
        bar.show("drawing", 0, 2)
        bar.show("measuring", 3, 7)
        assert bar.bar.total == 7
        assert bar.bar.n == 3
    assert {"drawing", "measuring"} <= set(screen.getvalue().replace(":", " ").split())


def test_after_a_stop_only_training_may_continue() -> None:
    stop = threading.Event()
    with Bar(stop) as bar:
        bar.show("drawing", 0, 2)
        stop.set()
        bar.show("training", 0, 2)  # training ends by itself, and saves its steps
        with pytest.raises(KeyboardInterrupt):
            bar.show("measuring", 0, 2)
