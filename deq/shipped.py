"""Paths of the files that come with the project.

In a checkout they are in ``assets/`` next to ``deq/``, in an installed package in ``deq/assets/``.
"""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """Path of a file in ``assets/``; the file may be missing.

    Examples
    --------
    >>> shipped("digits.safetensors").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    inside = package / "assets"
    return (inside if inside.is_dir() else package.parent / "assets") / name
