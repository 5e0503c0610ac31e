"""A file of weights that a visitor brings: refused with a sentence, or good for the Draw page."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from json import dumps
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
import streamlit as st
import torch
from safetensors.torch import save as pack
from streamlit.testing.v1 import AppTest

from deq.models import WeightsError
from deq.models.digits import Digits, DigitsConfig
from pages.parts.shared import own_model

Open = Callable[..., AppTest]
PICTURE = "![x](http://127.0.0.1:9/x.png)"


def content(tensors: Mapping[str, torch.Tensor] = MappingProxyType({}), **options: Any) -> bytes:
    """A file of a small untrained network with a cloud of forty digits."""
    torch.manual_seed(0)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    model.basis.copy_(torch.randn(model.basis.shape))
    cloud = {"cloud_points": torch.randn(40, 3), "cloud_labels": torch.arange(40) % 10}
    config = dumps({**asdict(model.config), **options})
    metadata = {"format": "deq digits 1", "config": config}
    return pack({**model.state_dict(), **cloud, **tensors}, metadata)


def cloud(points: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"cloud_points": points, "cloud_labels": torch.arange(len(points)) % 10}


def bring(
    monkeypatch: pytest.MonkeyPatch, file: bytes, name: str = "a.safetensors"
) -> dict[str, Any]:
    """What the session holds after the file has been brought."""
    uploaded = SimpleNamespace(name=name, getvalue=lambda: file)
    state: dict[str, Any] = {"bring": uploaded}
    monkeypatch.setattr(st, "session_state", state)
    own_model._taken()
    return state


def test_a_good_file_is_taken_and_its_name_is_no_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    state = bring(monkeypatch, content(), f"{PICTURE}.safetensors")
    assert own_model._REFUSED not in state
    assert "![" not in state[own_model._KEY].origin
    assert r"\!\[x\]" in state[own_model._KEY].origin


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (content({PICTURE: torch.zeros(1)}), r"\!\[x\]"),
        (content({}, **{PICTURE: 1}), r"\!\[x\]"),
        (content(dropout=math.nan), "dropout must be from 0 to 1"),
        (content(thresholds={"temperature": 1e30}), "temperature must be from 0.01 to 100"),
        (content()[:-9], "are damaged"),
        (content(cloud(torch.zeros(0, 3))), "no known digits"),
        (b"", "are damaged"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, file: bytes, why: str
) -> None:
    state = bring(monkeypatch, file)
    assert own_model._KEY not in state
    said = state[own_model._REFUSED]
    assert why in said
    assert "![" not in said
    assert said.endswith(own_model.BRING)
    assert "--" not in said.replace("\u2060", "")


def test_the_network_of_a_run_that_is_gone_is_no_riddle(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        own_model.use(tmp_path / "weights.safetensors", "from a run")
    assert str(tmp_path) not in str(caught.value)
    assert str(caught.value).endswith(own_model.TRAIN)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        cloud(torch.zeros(1, 3)),
        cloud(torch.zeros(40, 3)),
        cloud(torch.full((40, 3), 1e37)),
        {"basis": torch.zeros(3, 196)},
        {"basis": torch.full((3, 196), 1e30)},
        {"stem.0.weight": torch.full((3, 1, 3, 3), 1e37)},
        {"stem.10.weight": torch.full((4,), 1e30)},
    ],
    ids=["good", "one", "same", "huge", "flat", "long", "stem", "input"],
)
def test_what_is_taken_can_be_drawn_with(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, odd: dict[str, torch.Tensor]
) -> None:
    with monkeypatch.context() as patch:
        state = bring(patch, content(odd))
    if own_model._REFUSED in state:
        assert odd
        return
    app = open_page("draw")
    app.session_state[own_model._KEY] = state[own_model._KEY]
    for view in ("2-D", "3-D"):
        app.session_state["view"] = view
        app.run()
        assert not app.exception
        assert not app.error, app.error[0].value
        assert app.metric[0].value.isdigit()
