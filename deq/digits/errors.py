"""The exceptions for data and pictures that cannot be used."""

from deq.errors import Explained


class DataError(Explained):
    """A data file or a picture is missing, damaged or not the expected one."""


class NotFound(DataError):
    """A data file or a folder of data is missing; the command line has options that name one."""
