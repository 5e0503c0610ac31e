"""Weight files of the digit network: written, read, and refused."""

import contextlib
import copy
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save as pack

import deq
from deq.digits import DataError
from deq.errors import Explained
from deq.models import weights
from deq.models.digits import Digits, DigitsConfig
from deq.models.verdict import Thresholds
from deq.models.weights import (
    REBUILD,
    SHIPPED,
    WeightsError,
    load_bytes,
    load_file,
    save,
    write_tensors,
)


@pytest.fixture(scope="module")
def model() -> Digits:
    return deq.models.load("digits")


def test_the_weight_file_has_its_origin_in_its_metadata(model: Digits) -> None:
    assert sum(p.numel() for p in model.parameters()) <= 250_000
    assert {"format", "config", "run", "figures"} <= set(model.metadata)


def test_saved_weights_are_loaded_unchanged(tmp_path: Path) -> None:
    torch.manual_seed(0)
    thresholds = Thresholds(temperature=0.7, reject=0.3, accept=0.6)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4), thresholds=thresholds)).eval()
    save(model, tmp_path / "weights.safetensors", {"run": "a test"})
    again = load_file(tmp_path / "weights.safetensors")
    assert again.config == model.config
    assert again.metadata["run"] == "a test"
    assert not again.training
    torch.testing.assert_close(again(torch.ones(1, 28, 28)), model(torch.ones(1, 28, 28)))


def test_weight_files_have_the_usual_permissions(tmp_path: Path) -> None:
    """The app may run as another user than the training."""
    write_tensors(tmp_path / "weights.safetensors", {"a": torch.zeros(1)}, {})
    (tmp_path / "other").touch()
    modes = [path.stat().st_mode for path in tmp_path.iterdir()]
    assert len(set(modes)) == 1


def test_weights_that_cannot_be_written_raise_os_error(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors.part").mkdir()
    with pytest.raises(OSError, match=r"weights\.safetensors\.part"):
        write_tensors(tmp_path / "weights.safetensors", {"a": torch.zeros(1)}, {})


def test_unusable_weights_give_an_error_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "digits.safetensors"
    with pytest.raises(WeightsError, match=r"missing.*train digits"):
        load_file(path)
    whole = SHIPPED.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"not safetensors at all", whole[8:]):
        path.write_bytes(broken)
        with pytest.raises(WeightsError, match=r"damaged.*train digits"):
            load_file(path)
    write_tensors(path, {"a": torch.zeros(1)}, {"format": "something else"})
    with pytest.raises(WeightsError, match=r"does not hold.*train digits"):
        load_file(path)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    save(model, path, {})
    tensors = model.state_dict()
    del tensors["readout.bias"]
    write_tensors(path, tensors, load_file(path).metadata)
    with pytest.raises(WeightsError, match=r"do not fit.*train digits"):
        load_file(path)
    with torch.no_grad():
        model.readout.bias[3] = math.nan
    save(model, path, {})
    with pytest.raises(WeightsError, match=r"readout.bias are no finite numbers.*train digits"):
        load_file(path)


def test_unknown_models_are_refused() -> None:
    with pytest.raises(ValueError, match='"digits"'):
        deq.models.load("letters")


def test_the_shipped_file_is_called_by_its_place_and_can_be_restored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "digits.safetensors")
    with pytest.raises(WeightsError) as caught:
        load_file(weights.SHIPPED)
    assert str(caught.value) == f"The weights assets/digits.safetensors are missing. {REBUILD}"


@pytest.mark.parametrize("error", [WeightsError, DataError])
def test_an_error_keeps_its_reason_and_its_advice_in_copies(error: type[Explained]) -> None:
    one, both = error("Why."), error("Why.", "Do this.")
    assert (str(one), one.why, one.advice) == ("Why.", "Why.", "")
    for again in (copy.copy(both), copy.deepcopy(both)):  # as pickle does it
        assert type(again) is error
        assert (str(again), again.why, again.advice) == ("Why. Do this.", "Why.", "Do this.")


def packed(model: Digits, tensors: dict[str, torch.Tensor] | None = None, **options: Any) -> bytes:
    """A file as `save` writes it, but with these tensors, options and thresholds."""
    config = asdict(model.config)
    for name, value in options.items():
        (config["thresholds"] if name in config["thresholds"] else config)[name] = value
    metadata = {"format": "deq digits 1", "config": json.dumps(config)}
    return pack({**model.state_dict(), **(tensors or {})}, metadata)


@pytest.fixture(scope="module")
def small() -> Digits:
    torch.manual_seed(0)
    return Digits(DigitsConfig(channels=4, stem=(3, 4)))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("dropout", math.nan),
        ("dropout", -1),
        ("dropout", "half"),
        *[("temperature", t) for t in (1e30, 0, -1, math.nan, math.inf, 1e-30, True)],
        *[(name, t) for name in ("reject", "accept") for t in (-0.1, 1.1, math.nan, "x")],
        ("reject", 0.9),  # more than accept
        ("contraction", math.nan),
        ("stem", "34"),
        ("channels", None),
        ("![x](http://x)", 1),
    ],
)
def test_options_that_make_no_network_are_refused(small: Digits, option: str, value: Any) -> None:
    load_bytes(packed(small), "it", "")  # without them it is a good file
    with pytest.raises(WeightsError, match="do not fit"):
        load_bytes(packed(small, **{option: value}), "it", "")


def test_weights_that_overflow_are_refused(small: Digits) -> None:
    huge = {
        k: torch.full_like(t, 1e37) for k, t in small.state_dict().items() if t.is_floating_point()
    }
    with pytest.raises(WeightsError, match="do not fit"):
        load_bytes(packed(small, huge), "it", "")


@pytest.mark.parametrize(("factor", "least"), [(1e12, 0), (1e25, 0), (1e37, 2)])
def test_whatever_is_loaded_can_be_used(small: Digits, factor: float, least: int) -> None:
    """With one huge tensor the file is refused, or all that a page shows is finite."""
    picture = torch.rand(28, 28, generator=torch.Generator().manual_seed(0))
    refused = 0
    for name, tensor in small.state_dict().items():
        if not tensor.is_floating_point() or not tensor.numel():
            continue
        content = packed(small, {name: torch.full_like(tensor, factor)})
        try:
            model = load_bytes(content, "it", "")
        except WeightsError:
            refused += 1
            continue
        seen = model.predict(picture)
        for shown in (seen.probabilities, seen.path_points, seen.path_probabilities):
            assert shown is not None
            assert torch.isfinite(shown).all(), name
    assert refused >= least


@pytest.mark.parametrize("kind", [torch.complex64, torch.float8_e4m3fn, torch.int64, torch.bool])
def test_tensors_of_another_type_are_refused_or_usable(small: Digits, kind: torch.dtype) -> None:
    content = packed(small, {"readout.weight": small.readout.weight.detach().to(kind)})
    with contextlib.suppress(WeightsError):
        load_bytes(content, "it", "").predict(torch.zeros(28, 28))


def test_a_file_cut_anywhere_is_refused(small: Digits) -> None:
    whole = packed(small)
    for length in (0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 1):
        with pytest.raises(WeightsError, match=r"it are damaged \(\S.*\)\. Fetch another\."):
            load_bytes(whole[:length], "it", "Fetch another.")
