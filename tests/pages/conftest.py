"""The app in Streamlit's AppTest, always opened through app.py."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.gradients import lesson as gradients
from pages.parts.shared import pace
from pages.parts.solvers import lesson as solvers
from tests.pages import a_run

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses: only a browser needs them."""
    monkeypatch.setattr(pace, "FIRST_VISIT", 0.0)
    monkeypatch.setattr(pace, "ANSWER", 0.0)


@pytest.fixture
def clean_pool() -> Iterator[None]:
    """No training run goes on, or is shared, after the test."""
    yield
    a_run.forget_all()


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that only open: no solver races, and nothing is measured."""
    monkeypatch.setattr(gradients, "measured", lambda setting: "Not measured.")
    monkeypatch.setattr(solvers, "result", lambda course: "Not raced.")


@pytest.fixture
def open_page() -> Open:
    """A function that opens pages/<name>.py through app.py, with these query parameters."""

    def opened(name: str = "home", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        if name != "home":
            app.switch_page(f"pages/{name}.py").run()
        return app

    return opened
