"""Networks that read digits: `load` gives the trained one that ships with the project."""

from deq.models.classifier import Classifier
from deq.models.dense import DenseClassifier, DenseConfig
from deq.models.digits import Digits, DigitsConfig
from deq.models.prediction import Prediction
from deq.models.verdict import Thresholds
from deq.models.weights import REBUILD, SHIPPED, WeightsError, load_file

__all__ = [
    "Classifier",
    "DenseClassifier",
    "DenseConfig",
    "Digits",
    "DigitsConfig",
    "Prediction",
    "Thresholds",
    "WeightsError",
    "load",
]


def load(name: str) -> Digits:
    """A trained model, in evaluation mode.

    Parameters
    ----------
    name : str
        ``"digits"``: the classifier of `deq.models.digits`, from assets/.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        If there is no model of that name.
    WeightsError
        If the weights are missing or damaged; the message says how to rebuild them.
    """
    if name != "digits":
        raise ValueError(f'there is no model {name!r}; there is "digits"')
    model = load_file(SHIPPED)
    if not isinstance(model, Digits):
        raise WeightsError(f"{SHIPPED.name} does not hold weights of the digits model.", REBUILD)
    return model
