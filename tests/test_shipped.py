"""Files that come with the project are found in a checkout, and installed where they are found."""

import re
import runpy
import shutil
import tomllib
from pathlib import Path

import deq
from deq.shipped import shipped

ROOT = Path(deq.__file__).parents[1]


def test_beside_the_package_in_a_checkout_and_inside_it_once_installed(tmp_path: Path) -> None:
    (tmp_path / "deq").mkdir()
    copy = shutil.copy(ROOT / "deq" / "shipped.py", tmp_path / "deq")
    assert runpy.run_path(str(copy))["shipped"]("a") == tmp_path / "assets" / "a"
    (tmp_path / "deq" / "assets").mkdir()
    assert runpy.run_path(str(copy))["shipped"]("a") == tmp_path / "deq" / "assets" / "a"


def test_every_file_that_the_package_asks_for_is_there_and_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    said = project["tool"]["setuptools"]
    assert said["package-dir"] == {"deq.assets": "assets"}
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "deq").rglob("__init__.py")
    }
    assert set(said["packages"]) == packages | {"deq.assets"}
    asked = {
        name
        for path in (ROOT / "deq").rglob("*.py")
        for name in re.findall(r'^\w+ = shipped\("(.+?)"\)', path.read_text("utf-8"), re.M)
    }
    assert {"digits.safetensors", "mnist_5k.npz"} <= asked
    assert asked <= set(said["package-data"]["deq.assets"])
    for name in said["package-data"]["deq.assets"]:
        assert (ROOT / "assets" / name).is_file()
        assert shipped(name) == ROOT / "assets" / name
