"""What errors that people read have in common: why, and apart from it what to do."""

from __future__ import annotations


class Explained(Exception):
    """An error that says why something cannot be, and what to do about it.

    ``str(error)`` says both. Whoever has advice that fits the place better shows ``why`` alone.

    Parameters
    ----------
    why : str
        What is wrong; whole sentences.
    advice : str
        What to do; whole sentences. None of them mentions an option of the command line.

    Examples
    --------
    >>> error = Explained("The file is empty.", "Fetch it again.")
    >>> str(error), error.why
    ('The file is empty. Fetch it again.', 'The file is empty.')
    """

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why, advice)  # both, so that copies and pickles have both
        self.why, self.advice = why, advice

    def __str__(self) -> str:
        return f"{self.why} {self.advice}".rstrip()
