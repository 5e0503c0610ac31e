"""The confusion matrix."""

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.training.confusion import confusion_matrix


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_matrix_shows_counts_and_colours_only_mistakes(theme):
    counts = np.diag([9] * 10)
    counts[4, 9] = 1
    figure = confusion_matrix(counts.tolist(), theme=theme).to_dict()
    go.Figure(figure)
    (heat,) = figure["data"]
    assert heat["text"][4][9] == "1"
    assert heat["text"][4][4] == "9"
    assert heat["text"][0][1] == ""
    assert np.argwhere(np.array(heat["z"]) > 0).tolist() == [[4, 9]]
