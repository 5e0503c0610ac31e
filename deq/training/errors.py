"""How training runs fail."""


class TrainingError(RuntimeError):
    """A run cannot go on; ``str(error)`` says why, and what to change."""
