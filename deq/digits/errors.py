"""The one exception for data and pictures that cannot be used."""


class DataError(Exception):
    """A data file or a picture that is missing, damaged or not what it should be.

    ``str(error)`` is a sentence for people: what is wrong, and what to do about it.
    """
