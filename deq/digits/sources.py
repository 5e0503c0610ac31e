"""Where data files are looked for, and their checksums."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from deq.digits.errors import DataError, NotFound

VARIABLE = "DEQ_DATA"
"""Environment variable that names the data folder when no ``data`` argument is given."""


def data_folder(data: Path | str | None) -> Path | None:
    """The data folder, by argument or by ``DEQ_DATA``; None if neither is given.

    Raises
    ------
    DataError
        The folder does not exist.
    """
    named = data if data is not None else os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise NotFound(
            f"There is no data folder {folder}.",
            f"Name an existing folder in the environment variable {VARIABLE}.",
        )
    return folder


def find(name: str, subfolder: str, data: Path | str | None) -> Path | None:
    """Path of the file ``name`` in the data folder or in its ``subfolder``; None if in neither."""
    folder = data_folder(data)
    if folder is None:
        return None
    for candidate in (folder / name, folder / subfolder / name):
        if candidate.is_file():
            return candidate
    return None


def read(path: Path) -> bytes:
    """The bytes of ``path``; raises DataError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256 of ``content``."""
    return hashlib.sha256(content).hexdigest()
