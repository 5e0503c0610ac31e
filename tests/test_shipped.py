"""The files of assets/ that deq reads are found in a checkout, and in an installed wheel."""

import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import deq

ROOT = Path(deq.__file__).parents[1]


def test_assets_are_found_in_a_checkout_and_in_an_installation(tmp_path: Path) -> None:
    (tmp_path / "deq").mkdir()
    copy = shutil.copy(ROOT / "deq" / "shipped.py", tmp_path / "deq")
    assert runpy.run_path(str(copy))["shipped"]("a") == tmp_path / "assets" / "a"
    (tmp_path / "deq" / "assets").mkdir()
    assert runpy.run_path(str(copy))["shipped"]("a") == tmp_path / "deq" / "assets" / "a"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_the_package_its_files_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "deq").rglob("*.py")}
    read = {
        f"deq/assets/{name}"
        for path in sources
        for name in re.findall(r'^\w+ = shipped\("(.+?)"\)', (ROOT / path).read_text("utf-8"), re.M)
    }
    assert {"deq/assets/digits.safetensors", "deq/assets/mnist_5k.npz"} <= read
    assert names == sources | read | {"deq/py.typed", "deq/assets/README.md"}


def test_the_wheel_works_where_there_is_no_checkout(built: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(next(built.glob("*.whl")), tmp_path, "zip")
    code = "import deq; print(deq.__file__, deq.models.load('digits').training)"
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert said.split() == [str(tmp_path / "deq" / "__init__.py"), "False"]


def test_the_source_distribution_contains_no_tests_and_no_pages(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert not [name for name in names if name.startswith(("tests", "pages"))]
    assert {"deq/__init__.py", "assets/digits.safetensors", "LICENSE", "README.md"} <= names
