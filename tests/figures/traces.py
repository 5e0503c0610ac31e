"""Find the traces of a figure by name."""


def named(figure, name):
    """All traces of that name, as dictionaries."""
    return [trace for trace in figure.to_dict()["data"] if trace.get("name") == name]


def only(figure, name):
    """The one trace of that name, as Plotly's object."""
    (trace,) = [trace for trace in figure.data if trace.name == name]
    return trace
