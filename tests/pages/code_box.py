"""What the code on a page prints. Tests run code from a string only here.

The code is the pages' own, with arguments that the tests choose. What people type into a page
stands in it only as the ``repr`` of a string or a number; tests/pages/test_code_box.py tries to
break out of that.
"""

import contextlib
import io

import torch


def printed(code: str) -> str:
    """Run the code in its own namespace; the tests' random numbers stay as they were."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), torch.random.fork_rng(devices=[]):
        exec(compile(code, "the page's code", "exec"), {})  # noqa: S102  (see above)
    return out.getvalue()
