"""Training with two processes gives the same result as with one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from deq.models.weights import read_tensors
from deq.training.digits.distributed import SharedDropout, SharedNorm, World
from tests.training.digits import together

ROOT = Path(__file__).resolve().parents[3]


def launch(folder: Path, count: int) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(count), str(Path(together.__file__)), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=180, env=environment, check=False
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("distributed")
    one, two = base / "one", base / "two"
    one.mkdir()
    threads = torch.get_num_threads()
    together.main(one)
    torch.set_num_threads(threads)
    done = launch(two, 2)
    assert done.returncode == 0, done.stderr
    return one, two


def test_the_weights_are_those_of_one_process(folders: tuple[Path, Path]) -> None:
    one, two = (read_tensors(folder / "run.safetensors") for folder in folders)
    assert one[1] == two[1]  # the same run, as many steps
    assert one[0].keys() == two[0].keys()
    for name, tensor in one[0].items():
        torch.testing.assert_close(two[0][name], tensor, rtol=1e-6, atol=1e-8, msg=name)


def test_every_process_has_the_same_losses_and_only_the_first_measures_accuracy(
    folders: tuple[Path, Path],
) -> None:
    single = (folders[0] / "rank0.txt").read_text().splitlines()
    first = (folders[1] / "rank0.txt").read_text().splitlines()
    second = (folders[1] / "rank1.txt").read_text().splitlines()
    assert first[:-1] == second[:-1]
    assert "mnist" in first[-1]
    assert second[-1] == "{}"
    for one, other in zip(single[:-1], first[:-1], strict=True):
        step, loss, _ = (float(x) for x in one.split())
        assert (step, loss) == pytest.approx([float(x) for x in other.split()[:2]], rel=1e-4)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 6, 20, 21])
def test_shares_are_a_partition_with_sizes_that_differ_by_at_most_one(
    size: int, count: int
) -> None:
    parts = [list(range(count))[World(rank, size).share(count)] for rank in range(size)]
    assert [i for part in parts for i in part] == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_batch_smaller_than_the_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="number of processes, 30"):
        together.Trainer(
            together.CONFIG, together.corpus(), tmp_path / "run.safetensors", World(0, 30)
        )


def test_with_one_process_dropout_equals_that_of_torch() -> None:
    x = torch.randn(5, 40)
    torch.manual_seed(3)
    expected = nn.Dropout(0.3)(x)
    torch.manual_seed(3)
    torch.testing.assert_close(SharedDropout(0.3, World())(x), expected)
    assert torch.equal(SharedDropout(0.3, World()).eval()(x), x)


def test_shared_norm_in_evaluation_equals_that_of_torch() -> None:
    norm = nn.BatchNorm2d(3)
    norm(torch.randn(4, 3, 5, 5))
    shared, x = SharedNorm(norm), torch.randn(2, 3, 5, 5)
    assert shared.state_dict().keys() == norm.state_dict().keys()
    torch.testing.assert_close(shared.eval()(x), norm.eval()(x))
