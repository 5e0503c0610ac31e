"""Weight files of the digit network: written, read, and refused."""

import math
from pathlib import Path

import pytest
import torch

import deq
from deq.models.digits import Digits, DigitsConfig
from deq.models.verdict import Thresholds
from deq.models.weights import SHIPPED, WeightsError, load_file, save, write_tensors


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
    with pytest.raises(WeightsError, match=r"missing.*rebuild"):
        load_file(path)
    whole = SHIPPED.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"not safetensors at all", whole[8:]):
        path.write_bytes(broken)
        with pytest.raises(WeightsError, match=r"damaged.*rebuild"):
            load_file(path)
    write_tensors(path, {"a": torch.zeros(1)}, {"format": "something else"})
    with pytest.raises(WeightsError, match=r"does not hold.*rebuild"):
        load_file(path)
    model = Digits(DigitsConfig(channels=4, stem=(3, 4)))
    save(model, path, {})
    tensors = model.state_dict()
    del tensors["readout.bias"]
    write_tensors(path, tensors, load_file(path).metadata)
    with pytest.raises(WeightsError, match=r"do not fit.*rebuild"):
        load_file(path)
    with torch.no_grad():
        model.readout.bias[3] = math.nan
    save(model, path, {})
    with pytest.raises(WeightsError, match=r"readout.bias.*no number.*rebuild"):
        load_file(path)


def test_unknown_models_are_refused() -> None:
    with pytest.raises(ValueError, match='"digits"'):
        deq.models.load("letters")
