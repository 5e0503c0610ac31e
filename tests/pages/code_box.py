"""What the code on a page prints. The one place in which the tests run a text.

The texts are the pages' own, made from arguments that the tests choose. What people type into a
page only gets into one as ``repr`` of a text or a number, which tests/pages/test_code_box.py tries
to break out of.
"""

import contextlib
import io

import torch


def printed(code: str) -> str:
    """Run it in a namespace of its own, which leaves the tests' random numbers as they were."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), torch.random.fork_rng(devices=[]):
        exec(compile(code, "the page's code", "exec"), {})  # noqa: S102  (see above)
    return out.getvalue()
