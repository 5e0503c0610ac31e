"""The exception for data and pictures that cannot be used."""


class DataError(Exception):
    """A data file or a picture is missing, damaged or not the expected one.

    ``str(error)`` says what is wrong, and what to do.
    """
