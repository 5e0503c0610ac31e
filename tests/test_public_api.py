"""The public names, their documentation and types, and the packages that `import deq` imports."""

import dataclasses
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import mypy.api
import pytest
import torch

import deq


def test_the_public_names_are_there() -> None:
    assert set(deq.__all__) == {
        "DEQ", "GMRES", "ODE", "Anderson", "Branch", "BranchStatus", "Broyden",
        "ConvergenceError", "ConvergenceWarning", "Dense", "FixedDropout", "Implicit", "Newton",
        "Phantom", "Picard", "PseudoTransient", "Solution", "Status", "Trajectory", "Unrolled",
        "continuation", "fixed_point", "jacobian_penalty", "solve",
    }  # fmt: skip
    for name in deq.__all__:
        assert inspect.getdoc(getattr(deq, name)), name


def test_every_public_name_documents_its_parameters() -> None:
    gradients = (deq.Implicit, deq.Phantom, deq.Unrolled)
    tools = (deq.jacobian_penalty, deq.FixedDropout)
    newton = (deq.Newton, deq.PseudoTransient, deq.GMRES, deq.Dense, deq.Broyden)
    things = (
        deq.solve,
        deq.fixed_point,
        deq.continuation,
        deq.DEQ,
        deq.ODE,
        deq.Anderson,
        deq.Picard,
        *gradients,
        *newton,
        *tools,
    )
    for thing in things:
        doc = inspect.getdoc(thing) or ""
        for name in inspect.signature(thing).parameters:
            assert name in doc, f"{thing.__name__}: {name}"


def test_options_are_keywords() -> None:
    parameters = inspect.signature(deq.solve).parameters
    assert [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD] == ["f", "z0"]
    with pytest.raises(TypeError):
        deq.solve(torch.cos, torch.zeros(1), deq.Picard())
    solvers = (deq.Picard, deq.Anderson, deq.Broyden, deq.ODE)
    for options in (*solvers, deq.Implicit, deq.Phantom, deq.Unrolled):
        assert all(f.kw_only for f in dataclasses.fields(options))


def test_status_codes_stay_what_they_are() -> None:
    assert {s.name: int(s) for s in deq.Status} == {
        "CONVERGED": 0, "MAX_EVALS": 1, "DIVERGED": 2, "NON_FINITE": 3, "STALLED": 4,
    }  # fmt: skip


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        deq.nothing  # noqa: B018
    assert not hasattr(deq, "nothing")


def test_the_core_imports_neither_streamlit_nor_plotly() -> None:
    code = (
        "import sys, torch, deq\n"
        "layer = deq.DEQ(lambda z, x: 0.5 * z + x)\n"
        "layer(torch.ones(1, requires_grad=True)).backward()\n"
        "deq.solve(torch.cos, torch.zeros(1), solver=deq.ODE())\n"
        "bad = [m for m in ('streamlit', 'plotly') if m in sys.modules]\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_figures_without_plotly_name_what_to_install() -> None:
    code = (
        "import sys; sys.modules['plotly'] = None\n"
        "import deq\n"
        "try:\n"
        "    deq.figures\n"
        "except ModuleNotFoundError as missing:\n"
        "    print(missing)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "pip install 'deq[figures]'" in said.stdout


def test_the_version_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", deq.__version__)


@pytest.mark.parametrize(
    "line",
    [
        "from deq.training.doubling import train_doubling",
        "from deq.training.doubling_config import DoublingConfig",
        "from deq.training.lab import train_lab",
        "from deq.training.lab_config import LabConfig",
        "from deq import monotone",
    ],
)
def test_imports_of_published_examples_still_work(line: str) -> None:
    module, name = re.fullmatch(r"from (\S+) import (\S+)", line).groups()
    assert hasattr(import_module(module), name)


USER = """
import torch
import deq

cell = torch.nn.Bilinear(3, 3, 3)
layer = deq.DEQ(cell, solver=deq.Anderson(window=3))
x = torch.ones(2, 3)
reveal_type(layer(x))
reveal_type(layer(x, z0=(x, x)))
reveal_type(layer(x, torch.ones(2), tol=1e-2, atol=0, max_evals=5))
reveal_type(deq.fixed_point(lambda z: (z[1], x), (x, x), batch_dims=0))
reveal_type(deq.models.load("digits"))
try:
    deq.solve(torch.cos, x, strict=True)
except deq.ConvergenceError as error:
    reveal_type(error.solution)
"""


def test_a_users_script_is_typed(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    stdout, stderr, code = mypy.api.run(["--strict", str(tmp_path / "user.py")])
    assert code == 0, stdout + stderr
    assert re.findall(r'Revealed type is "(.*?)"', stdout) == [
        "torch._tensor.Tensor",
        "tuple[torch._tensor.Tensor, torch._tensor.Tensor]",
        "torch._tensor.Tensor",
        "tuple[tuple[torch._tensor.Tensor, torch._tensor.Tensor], deq.gradients.base.Statistics]",
        "deq.models.digits.Digits",
        "deq.solution.Solution[Any]",
    ]
