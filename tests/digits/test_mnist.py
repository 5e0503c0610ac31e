"""MNIST files: where they are found, and the error sentence of each bad file."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pooch
import pytest

from deq.digits import mnist, sources
from deq.digits.errors import DataError

IMAGES = "t10k-images-idx3-ubyte.gz"
LABELS = "t10k-labels-idx1-ubyte.gz"


def packed(content: bytes) -> bytes:
    """A gzip file without a time stamp: always the same bytes, and so the same test names."""
    return gzip.compress(content, mtime=0)


def idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return packed(header + values.astype(np.uint8).tobytes())


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No data folder and an empty cache, so that files of the developer's machine play no part."""
    cache = tmp_path / "cache"
    monkeypatch.delenv("DEQ_DATA", raising=False)
    monkeypatch.setattr(mnist, "_cache", lambda: cache)
    return cache


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A small, well-formed test split that is accepted as the real one."""
    rng = np.random.default_rng(0)
    files = {
        IMAGES: idx(rng.integers(0, 256, (3, 28, 28))),
        LABELS: idx(np.array([7, 2, 1])),
    }
    for name, content in files.items():
        monkeypatch.setitem(mnist.SHA256, name, sources.sha256(content))
    return files


def write(files: dict[str, bytes], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("subfolder", [".", "mnist"])
def test_found_in_the_folder_or_its_subfolder(
    tiny: dict[str, bytes], tmp_path: Path, subfolder: str
) -> None:
    write(tiny, tmp_path / "data" / subfolder)
    images, labels = mnist.load_mnist("test", tmp_path / "data")
    expected = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
    np.testing.assert_array_equal(images, expected)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert labels.tolist() == [7, 2, 1]
    images[0, 0, 0] = 1  # writable: torch.from_numpy warns otherwise


def test_environment_variable_then_cache(
    tiny: dict[str, bytes], tmp_path: Path, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({LABELS: tiny[LABELS]}, nowhere)
    write({IMAGES: tiny[IMAGES]}, tmp_path / "named")
    monkeypatch.setenv("DEQ_DATA", str(tmp_path / "named"))
    images, labels = mnist.load_mnist("test")
    assert images.shape == (3, 28, 28)
    assert labels.tolist() == [7, 2, 1]


def test_argument_wins_over_environment(
    tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEQ_DATA", str(write({IMAGES: b"rubbish"}, tmp_path / "bad")))
    images, _ = mnist.load_mnist("test", write(tiny, tmp_path / "good"))
    assert len(images) == 3


def test_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t10k-images.* not found.*Download MNIST.*DEQ_DATA"):
        mnist.load_mnist("test", tmp_path)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no data folder .*nowhere.*DEQ_DATA"):
        mnist.load_mnist("test", tmp_path / "nowhere")


def test_unknown_split() -> None:
    with pytest.raises(ValueError, match="validation"):
        mnist.load_mnist("validation")  # type: ignore[arg-type]


GOOD = idx(np.arange(24).reshape(2, 3, 4))
RAW = gzip.decompress(GOOD)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<html>not here</html>", "no gzip file"),
        (GOOD[:-9], "cut short"),
        (GOOD[:12] + bytes([GOOD[12] ^ 0xFF]) + GOOD[13:], "damaged"),
        (packed(RAW[:-1]), "cut short: its header promises 40 bytes and it has 39"),
        (packed(RAW + b"\0"), "too long"),
        (packed(RAW[:10]), "header is incomplete"),
        (packed(b"\0\0\x0d\x01" + RAW[4:]), "no IDX file"),
        (packed(b"\0\0\x08\x00"), "no IDX file"),
        (packed(b"\0\0\x08\x03" + b"\xff" * 12), "cut short"),
    ],
)
def test_damaged_file_says_what_is_wrong(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / IMAGES
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence) as caught:
        mnist.load_mnist("test", tmp_path)
    assert str(path) in str(caught.value)


def test_wrong_but_well_formed_file(tiny: dict[str, bytes], tmp_path: Path) -> None:
    write({**tiny, LABELS: idx(np.array([1, 2, 3]))}, tmp_path)
    with pytest.raises(DataError, match=r"t10k-labels.* is not the MNIST file.*Fashion"):
        mnist.load_mnist("test", tmp_path)


def test_unreadable_file(tiny: dict[str, bytes], tmp_path: Path) -> None:
    path = write(tiny, tmp_path) / IMAGES
    with pytest.raises(DataError, match="cannot be read"):
        sources.read(path / "below")


class Mirror:
    """Replaces pooch's HTTP downloader: serves files by address, and lists the requests."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        self.asked.append(url)
        if url not in self.files:
            raise ConnectionError("no route")
        Path(output_file).write_bytes(self.files[url])


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    mirror = Mirror({})
    monkeypatch.setattr(pooch.core, "choose_downloader", lambda *_, **__: mirror)
    monkeypatch.setattr(pooch.core.time, "sleep", lambda _: None)
    return mirror


def test_no_download_unless_asked(mirror: Mirror) -> None:
    with pytest.raises(DataError, match="not found"):
        mnist.load_mnist("test")
    assert mirror.asked == []


def test_download_falls_back_to_the_second_mirror_and_is_kept(
    tiny: dict[str, bytes], mirror: Mirror, nowhere: Path
) -> None:
    first, second = mnist.MIRRORS
    mirror.files = {first + IMAGES: b"a login page", first + LABELS: tiny[LABELS]}
    mirror.files[second + IMAGES] = tiny[IMAGES]
    images, _ = mnist.load_mnist("test", download=True)
    assert len(images) == 3
    assert (nowhere / IMAGES).read_bytes() == tiny[IMAGES]
    mirror.asked.clear()
    mnist.load_mnist("test", download=True)
    mnist.load_mnist("test")
    assert mirror.asked == []  # from the cache


def test_download_replaces_a_damaged_cache(
    tiny: dict[str, bytes], mirror: Mirror, nowhere: Path
) -> None:
    write({IMAGES: tiny[IMAGES][:50], LABELS: tiny[LABELS]}, nowhere)
    with pytest.raises(DataError, match="cut short"):
        mnist.load_mnist("test")
    mirror.files = {mnist.MIRRORS[0] + IMAGES: tiny[IMAGES]}
    images, _ = mnist.load_mnist("test", download=True)
    assert len(images) == 3


def test_download_without_network_says_so(mirror: Mirror) -> None:
    with pytest.raises(DataError, match=r"could not be downloaded.*no route.*DEQ_DATA"):
        mnist.load_mnist("test", download=True)
    assert {url.rpartition("/")[0] + "/" for url in mirror.asked} == set(mnist.MIRRORS)


def test_subset_is_balanced() -> None:
    images, labels = mnist.load_subset()
    assert images.shape == (5000, 28, 28)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [500] * 10
    assert images.max() == 255


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a zip"])
def test_bad_subset_says_how_to_restore_it(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mnist_5k.npz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(mnist, "SUBSET", path)
    with pytest.raises(DataError, match="git checkout"):
        mnist.load_subset()


def test_subset_of_objects_is_not_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mnist_5k.npz"
    np.savez(path, images=np.array([{}], dtype=object), labels=np.zeros(1))
    monkeypatch.setattr(mnist, "SUBSET", path)
    with pytest.raises(DataError, match="damaged"):
        mnist.load_subset()


def test_real_files(data: Path) -> None:
    images, labels = mnist.load_mnist("train", data)
    tests, test_labels = mnist.load_mnist("test", data)
    assert images.shape == (60000, 28, 28)
    assert tests.shape == (10000, 28, 28)
    assert labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    training = {image.tobytes() for image in images}
    testing = {image.tobytes() for image in tests}
    shipped = {image.tobytes() for image in mnist.load_subset()[0]}
    assert shipped <= training
    assert not shipped & testing
