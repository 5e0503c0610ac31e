"""The article's network: its equilibrium, and checks of weight files from unknown sources."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import root

import deq
from deq.models import DenseClassifier, DenseConfig, Thresholds, WeightsError
from deq.models.weights import load_file, save, write_tensors

IMAGE = np.random.default_rng(0).random((28, 28))


@pytest.fixture
def model() -> DenseClassifier:
    torch.manual_seed(0)
    return DenseClassifier().eval()


def test_the_number_of_parameters_is_that_of_the_article(model: DenseClassifier) -> None:
    assert sum(p.numel() for p in model.parameters()) == 180_110


def test_the_contraction_constant_of_the_cell_is_limited(model: DenseClassifier) -> None:
    with torch.no_grad():
        for weight in (model.cell.inside.weight, model.cell.outside.weight):  # type: ignore[attr-defined]
            weight.mul_(7)
        model.contract_(100)
        a, b, x = torch.randn(3, 200, 100)
        stretch = (model.cell(a, x) - model.cell(b, x)).norm(dim=1) / (a - b).norm(dim=1)
        assert stretch.max() <= 0.9
        assert float(model.contract_(100)) == pytest.approx(0.9, rel=1e-3)


def test_scipy_finds_the_same_equilibrium(model: DenseClassifier) -> None:
    x = model.encode(torch.from_numpy(IMAGE).float()[None]).double().detach()
    cell = model.double().cell

    def residual(z: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return (cell(torch.from_numpy(z)[None], x)[0]).numpy() - z

    exact = root(residual, np.zeros(100), tol=1e-12).x
    sol = deq.solve(lambda z: cell(z, x).detach(), torch.zeros(1, 100).double(), tol=1e-10)
    assert np.allclose(sol.z[0].numpy(), exact, atol=1e-8)


def test_a_saved_network_is_loaded_unchanged(model: DenseClassifier, tmp_path: Path) -> None:
    model.thresholds = Thresholds(temperature=1.5, reject=0.2, accept=0.9)
    model.cloud_points, model.cloud_labels = torch.randn(4, 3), torch.tensor([1, 2, 3, 4])
    save(model, tmp_path / "m.safetensors", {"figures": "none"})
    again = load_file(tmp_path / "m.safetensors")
    assert again.config == model.config
    assert again.metadata["figures"] == "none"
    a, b = (m.predict(IMAGE).probabilities for m in (model, again))
    assert torch.equal(a, b)


def corrupted(model: DenseClassifier, how: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    tensors = {k: v.clone() for k, v in model.state_dict().items()}
    config = asdict(model.config)
    kind = "deq sandwich 1"
    match how:
        case "format":
            kind = "deq sandwich 99"
        case "names":
            tensors["extra"] = torch.zeros(1)
        case "missing":
            del tensors["readout.bias"]
        case "shapes":
            tensors["readout.weight"] = torch.zeros(10, 99)
        case "nan":
            tensors["encoder.weight"][3, 5] = torch.nan
        case "cloud":
            tensors["cloud_points"] = torch.zeros(5, 3)
        case "labels":
            tensors["cloud_points"] = torch.zeros(1, 3)
            tensors["cloud_labels"] = torch.tensor([12])
        case "option":
            config["surprise"] = 1
        case "temperature":
            config["thresholds"]["temperature"] = 0
        case "contraction":
            config["contraction"] = "much"
        case "huge":
            kind = "deq digits 1"
            config = {"channels": 10**6, "stem": [1, 1], "contraction": 0.9, "dropout": 0.0,
                      "thresholds": asdict(Thresholds())}  # fmt: skip
    text = "{" if how == "json" else json.dumps(config)
    return tensors, {"format": kind, "config": text}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("format", "does not hold weights"),
        ("names", "extra"),
        ("missing", "readout.bias"),
        ("shapes", "readout.weight"),
        ("nan", "encoder.weight are no finite numbers"),
        ("cloud", "do not belong together"),
        ("labels", "are not digits"),
        ("option", "surprise"),
        ("temperature", "temperature must be from 0.01 to 100"),
        ("contraction", "contraction must be a number"),
        ("huge", "channels must be at most"),
        ("json", "do not fit the model"),
    ],
)
def test_files_with_wrong_content_are_refused(
    model: DenseClassifier, tmp_path: Path, how: str, said: str
) -> None:
    path = tmp_path / "m.safetensors"
    write_tensors(path, *corrupted(model, how))
    with pytest.raises(WeightsError, match=said):
        load_file(path, "Bring another.")


def test_a_truncated_file_and_a_pickle_are_refused(model: DenseClassifier, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save(model, path, {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="damaged"):
        load_file(path)
    torch.save({"a": 1}, path)
    with pytest.raises(WeightsError, match="damaged"):
        load_file(path)


@pytest.mark.parametrize("contraction", [0.0, 1.0, -1.0, float("nan")])
def test_a_contraction_outside_of_0_to_1_is_refused(contraction: float) -> None:
    with pytest.raises(ValueError, match="contraction"):
        DenseConfig(contraction=contraction)
