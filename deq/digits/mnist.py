"""MNIST as NumPy arrays, from files on disk or downloaded on request.

The files are the four of LeCun, Cortes and Burges (1998): IDX in gzip with their usual names. They
are looked for in the data folder (``data`` or ``DEQ_DATA``, or its subfolder ``mnist/``), then in
the user's cache. They are downloaded only if ``download=True``.

`load_subset` reads the 5,000 training images that come with the project.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deq.digits.errors import DataError, NotFound
from deq.digits.sources import VARIABLE, find, read, sha256
from deq.shipped import shipped

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Split = Literal["train", "test"]

SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
"""The four files and the SHA-256 of each, as published."""

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
"""Public mirrors, tried in this order."""

SUBSET = shipped("mnist_5k.npz")
"""The shipped subset; assets/README.md says where it comes from and how it is rebuilt."""

HOW_TO_GET_IT = (
    "Download MNIST, or name the folder that holds its four .gz files in the environment variable "
    f"{VARIABLE}."
)


def load_mnist(
    split: Split, data: Path | str | None = None, download: bool = False
) -> tuple[Images, Labels]:
    """The 60,000 training or the 10,000 test digits.

    Parameters
    ----------
    split
        ``"train"`` or ``"test"``.
    data
        Folder with the four files, or with a subfolder ``mnist/`` that has them; by default the
        folder in the environment variable ``DEQ_DATA``.
    download
        Download missing files from a public mirror into the user's cache.

    Returns
    -------
    images : (N, 28, 28) uint8, 0 is paper and 255 is ink
    labels : (N,) int64, 0 to 9

    Raises
    ------
    DataError
        A file is missing, cut short, or not MNIST's.
    """
    if split not in ("train", "test"):
        raise ValueError(f'split is "train" or "test", not {split!r}')
    stem = "train" if split == "train" else "t10k"
    images = _load(f"{stem}-images-idx3-ubyte.gz", data, download)
    labels = _load(f"{stem}-labels-idx1-ubyte.gz", data, download)
    return images, labels.astype(np.int64)


def load_subset() -> tuple[Images, Labels]:
    """The 5,000 training digits, 500 a class, that come with the project.

    Returns
    -------
    images : (5000, 28, 28) uint8
    labels : (5000,) int64

    Raises
    ------
    DataError
        The file in assets/ is missing or damaged.
    """
    advice = f'To restore it, run "git checkout assets/{SUBSET.name}".'
    try:
        with np.load(SUBSET, allow_pickle=False) as archive:
            images, labels = (np.asarray(archive[name]) for name in ("images", "labels"))
    except FileNotFoundError as error:
        raise DataError(f"The file {SUBSET.name} of shipped digits is missing.", advice) from error
    except Exception as error:  # zip, zlib and NumPy each raise their own kinds on a bad file
        raise DataError(f"The file {SUBSET.name} of shipped digits is damaged.", advice) from error
    if images.dtype != np.uint8 or images.shape != (5000, 28, 28) or not _balanced(labels):
        raise DataError(f"The file {SUBSET.name} holds other data than 500 digits a class.", advice)
    return images, labels.astype(np.int64)


def _balanced(labels: NDArray[np.generic]) -> bool:
    """Whether these are 500 labels of each class, in order."""
    return np.array_equal(labels, np.repeat(np.arange(10), 500))


def _parse_idx(packed: bytes, path: Path) -> NDArray[np.uint8]:
    """The array in a gzipped IDX file of unsigned bytes; raises DataError if it is damaged."""
    again = "Fetch it again."
    if not packed:  # gzip takes an empty file for empty content
        raise DataError(f"{path} is empty.", again)
    try:
        content = gzip.decompress(packed)
    except EOFError as error:
        raise DataError(f"{path} is cut short: its gzip data ends too early.", again) from error
    except (OSError, zlib.error) as error:
        raise DataError(f"{path} is damaged or no gzip file.", again) from error
    # The header: 0, 0, 8 (unsigned byte), the number of dimensions, each size as big-endian uint32.
    if len(content) < 4 or content[:3] != b"\x00\x00\x08" or content[3] == 0:
        raise DataError(f"{path} is no IDX file of unsigned bytes: its first bytes say so.", again)
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise DataError(f"{path} is cut short: its header is incomplete.", again)
    shape = tuple(int(n) for n in np.frombuffer(content[4:start], dtype=">u4"))
    expected = start + int(np.prod(shape, dtype=object))  # object: sizes in a bad header overflow
    if len(content) != expected:
        problem = "cut short" if len(content) < expected else "too long"
        raise DataError(
            f"{path} is {problem}: its header promises {expected:,} bytes and it has "
            f"{len(content):,}.",
            again,
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape).copy()


def _load(name: str, data: Path | str | None, download: bool) -> NDArray[np.uint8]:
    path = find(name, "mnist", data)
    if path is None:
        path = fetch(name) if download else _cache() / name
        if not path.is_file():
            raise NotFound(f"The MNIST file {name} was not found.", HOW_TO_GET_IT)
    packed = read(path)
    values = _parse_idx(packed, path)  # first, because it can say what is wrong with a damaged file
    if sha256(packed) != SHA256[name]:
        raise DataError(
            f"{path} is not the MNIST file of that name: its SHA-256 differs (Fashion-MNIST, for "
            "one, uses the same names).",
            f"Remove it. {HOW_TO_GET_IT}",
        )
    return values


def _cache() -> Path:
    """The user's cache folder for MNIST, as the operating system has it."""
    import pooch  # late: only a run that trains or evaluates needs it

    return Path(pooch.os_cache("deq")) / "mnist"


def mnist_found(data: Path | str | None = None) -> bool:
    """Whether all four files are in the data folder or in the cache; they are not opened."""
    return all(
        find(name, "mnist", data) is not None or (_cache() / name).is_file() for name in SHA256
    )


def fetch(name: str) -> Path:
    """Path in the user's cache of one of the four files, downloaded there and checked.

    A good copy that is there already is left as it is.

    Raises
    ------
    DataError
        If no mirror gives it.
    """
    import pooch

    reason: Exception | None = None
    for mirror in MIRRORS:
        store = pooch.create(
            path=_cache(),
            base_url=mirror,
            registry={name: f"sha256:{SHA256[name]}"},
            retry_if_failed=1,
        )
        try:
            return Path(store.fetch(name, progressbar=True))
        except (OSError, ValueError) as error:  # no network or a full disk; a wrong SHA-256
            reason = error
    raise DataError(
        f"{name} could not be downloaded from any of {', '.join(MIRRORS)} ({reason}).",
        "Try again later, or name a folder that holds the file in the environment variable "
        f"{VARIABLE}.",
    ) from reason
