"""Every page opens without an error; when something breaks, the page says so in a sentence."""

import json
from pathlib import Path

import pytest
from streamlit import config

from deq.models import WeightsError

WITH_THE_NETWORK = ("draw", "home", "inside", "solvers")
ALL = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py"))
PAGES = [name for name in ALL if name != "tour"]  # the tour has no figure of its own


def charts(app):
    """The specifications of all Plotly charts."""
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("name", ALL)
def test_a_page_opens_with_title_and_figures(open_page, name):
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    assert charts(app) or name not in PAGES
    assert all(spec["data"] for spec in charts(app))


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_alt_text_and_every_page_its_closing_texts(open_page, name):
    app = open_page(name)
    for chart in app.get("plotly_chart"):
        assert len(chart.proto.alt) > 20
    looks = [caption.value for caption in app.caption] + [text.value for text in app.markdown]
    assert any("Look for" in text for text in looks)
    assert {"What to try", "Read on"} <= {heading.value for heading in app.header}


@pytest.mark.parametrize(
    ("name", "address", "plays"),
    [
        ("draw", {}, True),
        ("fixed_points", {}, True),
        ("gradients", {}, False),
        ("inside", {"see": "kick"}, True),
        ("inside", {"see": "eigenvalues"}, False),
        ("solvers", {}, True),
    ],
)
def test_the_download_button_says_whether_the_picture_plays(open_page, name, address, plays):
    buttons = open_page(name, **address).get("download_button")
    labels = [button.proto.label for button in buttons]
    assert ("Picture that plays (HTML)" in labels) is plays
    assert ("Picture (HTML)" in labels) is not plays


@pytest.mark.parametrize("name", PAGES)
def test_an_exception_becomes_a_sentence(open_page, monkeypatch, name):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret detail")

    open_page(name)
    monkeypatch.setattr("streamlit.plotly_chart", broken)
    app = open_page(name)
    assert not app.exception
    assert app.error
    for error in app.error:  # one for each fragment of the page
        assert "choose another setting" in error.value
        assert "reload" not in error.value  # it would fail again
        assert "secret detail" not in error.value
        assert "Traceback" not in error.value


@pytest.mark.parametrize("name", WITH_THE_NETWORK)
def test_unusable_weights_say_how_to_rebuild_them(open_page, monkeypatch, name):
    def missing(_name):
        raise WeightsError("The weights are missing. Rebuild them with `python -m deq train`.")

    from pages.parts.inside import lesson as inside
    from pages.parts.shared import engine
    from pages.parts.solvers import lesson as solvers

    for kept in (engine.engine, inside.result, solvers.result):
        kept.clear()
    monkeypatch.setattr(engine, "load", missing)
    app = open_page(name)
    engine.engine.clear()
    assert not app.exception
    (error,) = app.error
    assert "python -m deq train" in error.value


def test_streamlit_does_not_force_garbage_collection():
    """Otherwise it collects after each run of a page: over half of the time when a class draws."""
    assert config.get_option("runner.postScriptGC") is False
