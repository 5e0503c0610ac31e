"""The one exception that everything which reads training data may raise."""


class DataError(Exception):
    """Data that is missing, damaged or not what it should be.

    ``str(error)`` is a sentence for people: what is wrong, and what to do about it.
    """
