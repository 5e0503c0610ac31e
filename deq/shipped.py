"""Where the files are that come with the project: beside the package, or inside it once installed.

In a checkout they are in ``assets/`` next to ``deq/``; an installed package has them as
``deq/assets/`` (see setup.py).
"""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """Path of a file in ``assets/``; whether it is there is for its reader to say.

    Examples
    --------
    >>> shipped("digits.safetensors").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    inside = package / "assets"
    return (inside if inside.is_dir() else package.parent / "assets") / name
