"""The error of a training run."""


class TrainingError(RuntimeError):
    """A run that cannot continue; ``str(error)`` says why, and what to change."""
