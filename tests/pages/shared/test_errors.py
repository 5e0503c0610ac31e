"""Whatever goes wrong reaches the page as a sentence that says why and what to do there."""

import ast
import errno
import logging
import tempfile
from collections.abc import Callable, Iterator
from json import dumps
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from deq.digits import DataError, mnist
from deq.models import WeightsError
from deq.training import worker
from pages.parts.pad import subject
from pages.parts.runs import registry
from pages.parts.runs.pool import Pool
from pages.parts.shared import errors, settings
from pages.parts.shared.text import literal

ROOT = Path(__file__).resolve().parents[3]
FILES = [ROOT / "app.py", *sorted(ROOT.glob("pages/**/*.py"))]
RESTORE = 'To restore it, run "git checkout assets/mnist_5k.npz".'
Open = Callable[..., AppTest]


def box(app: AppTest) -> str:
    """The one error or warning on the page; Streamlit's own boxes count as a failure."""
    assert not app.exception
    boxes: list[Any] = [*app.error, *app.warning]
    (one,) = boxes
    return str(one.value)


def test_reason_and_advice_are_shown_and_only_the_reason_is_escaped() -> None:
    said = errors.in_words_of(WeightsError("*x* is damaged.", "Press **Start**."))
    assert said == r"\*x\* is damaged. Press **Start**."
    assert errors.in_words_of(DataError("Why.")) == "Why."


def test_a_full_disk_and_a_missing_folder_have_their_own_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "somewhere/x")
    assert errors.in_words_of(full) == errors.NO_ROOM
    assert "ZeroDivisionError" in errors.in_words_of(ZeroDivisionError())
    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    # After the first failure, torch fails to be imported again with an error of another kind.
    assert errors.in_words_of(AssertionError("already registered")) == errors.NO_FOLDER


def no_folder(*_: object, **__: object) -> str:
    raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")


def callbacks(tree: ast.AST) -> Iterator[ast.keyword]:
    """Callbacks that are given to widgets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and str(node.arg) in (
            *("on_click", "on_change", "on_submit", "on_select", "on_dismiss"),
        ):
            yield node


def wrapped(given: ast.keyword) -> bool:
    """Whether its exception becomes a sentence; "ignore" and "rerun" are no callbacks."""
    if isinstance(given.value, ast.Constant):
        return True
    return ast.unparse(given.value).startswith("errors.callback(")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_callback_is_wrapped(path: Path) -> None:
    bare = [c for c in callbacks(ast.parse(path.read_text("utf-8"))) if not wrapped(c)]
    assert not bare, ", ".join(f"{c.lineno}: {ast.unparse(c)}" for c in bare)


def test_a_bare_callback_is_seen() -> None:
    tree = ast.parse("st.button('x', on_click=f); st.download_button('y', on_click='ignore')")
    assert [wrapped(c) for c in callbacks(tree)] == [False, True]


def test_an_exception_in_a_callback_is_a_sentence_on_the_page(
    open_page: Open, no_work: None, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    app = open_page("gradients")
    monkeypatch.setattr(settings, "_set", broken)
    with caplog.at_level(logging.ERROR):
        app.button(key="try-0").click().run()
    assert not app.exception
    (one,) = app.error
    assert one.value.startswith(errors.CALLBACK)
    assert "ZeroDivisionError" in one.value
    assert "secret detail" not in one.value
    assert "secret detail" in caplog.text  # in the terminal
    app.run()
    assert not app.error  # it is gone with the next run


def test_an_exception_in_a_callback_of_a_fragment_is_a_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("draw")
    from pages.parts.pad.drawing import Pad

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Pad, "show", broken)
    app.button(key="clear").click().run()
    assert box(app).startswith(errors.CALLBACK)


def damaged(how: str, folder: Path) -> Path:
    path = folder / "mnist_5k.npz"
    whole = mnist.SUBSET.read_bytes()
    if how != "missing":
        path.write_bytes({"empty": b"", "truncated": whole[:100_000], "other": b"x" * 99}[how])
    return path


@pytest.fixture(params=["missing", "empty", "truncated", "other"])
def no_digits(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped digits cannot be read."""
    from deq.training.lab.data import lab_data

    subject._digits.clear()
    lab_data.cache_clear()
    monkeypatch.setattr(mnist, "SUBSET", damaged(request.param, tmp_path))


@pytest.mark.usefixtures("no_digits", "no_work")
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("inside", {"of": subject.MNIST}),
        ("solvers", {"problem": subject.MNIST}),
        ("training", {}),
    ],
)
def test_without_the_shipped_digits_pages_say_how_to_restore_them(
    open_page: Open, page: str, query: dict[str, str], tmp_path: Path
) -> None:
    app = open_page(page, **query)
    said = box(app)
    assert said.endswith(RESTORE)
    assert str(tmp_path) not in said
    assert app.button(key="try-0")  # the rest of the page is there


@pytest.mark.usefixtures("no_digits")
@pytest.mark.parametrize("page", ["home", "draw", "fixed_points", "steady_states", "gradients"])
def test_other_pages_do_without_the_shipped_digits(
    open_page: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.parts.gradients import lesson

    monkeypatch.setattr(lesson, "measured", lambda setting: "Not measured.")
    app = open_page(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize(
    ("page", "key"), [("doubling", "train-start"), ("training", "train-start")]
)
def test_without_a_folder_for_temporary_files_start_says_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str, key: str
) -> None:
    def pool() -> Pool:
        return Pool()

    app = open_page(page)
    monkeypatch.setattr(tempfile, "gettempdir", no_folder)
    monkeypatch.setattr(tempfile, "mkdtemp", no_folder)
    monkeypatch.setattr(registry, "pool", pool)
    app.button(key=key).click().run()
    assert not app.exception
    assert app.error[0].value == errors.CALLBACK + errors.NO_FOLDER
    assert app.button(key="try-0")  # the rest of the page is there


def test_a_folder_for_runs_that_cannot_be_used_is_a_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEQ_RUNS", str(tmp_path / "file"))
    monkeypatch.setattr(registry, "pool", lambda: Pool())
    app = open_page("training", run="0123456789ab")
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith(literal("The folder for training runs cannot be used: Not a"))
    assert "another one in the environment variable DEQ_RUNS" in error.value


def test_a_data_folder_that_is_not_there_is_named_beside_the_controls(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEQ_DATA", str(tmp_path / "gone"))
    app = open_page("training", data="mnist")
    assert "Name an existing folder" in box(app)
    assert app.button(key="train-start").disabled
    assert app.button(key="try-0")  # the rest of the page is there


def test_a_failed_run_names_no_folder_of_the_server() -> None:
    request = dumps({"kind": "lab", "config": {}, "folder": "/somewhere/deq-runs-x/1"})
    for error in (
        OSError(errno.ENOSPC, "No space left on device", "/somewhere/deq-runs-x/1/a.part"),
        WeightsError("/somewhere/deq-runs-x/1/a.safetensors is damaged."),
    ):
        said = worker._why(error, request)
        assert "somewhere" not in said
        assert said.endswith(".")
