"""What pages import is there before the first of them goes on."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Modules that these packages import when they first need them, inside their functions. Nobody looks
# for them in sys.modules, so threads that import them at once wait for each other.
LAZY = {"torch", "_remote_module_non_scriptable", "sympy", "mpmath", "plotly", "_plotly_utils"}

ALL_PAGES = """
    import json, sys
    from pathlib import Path
    from streamlit.testing.v1 import AppTest
    from pages.parts import warm_up
    from pages.parts.gradients import lesson as gradients
    from pages.parts.shared import pace
    from pages.parts.solvers import lesson as solvers

    pace.FIRST_VISIT = pace.ANSWER = 0.0
    gradients.measured = solvers.result = lambda setting: "No work."
    there, imports = set(), warm_up.imports

    def noting():
        imports()
        there.update({} if there else sys.modules)

    warm_up.imports = noting
    app = AppTest.from_file(str(Path("app.py").resolve()), default_timeout=120).run()
    for page in sorted(Path("pages").glob("*.py")):
        if page.stem != "home":
            app.switch_page(str(page)).run()
        assert not app.error and not app.exception, page
    print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - there})))
"""


FRAME = """
    import sys, types
    from pathlib import Path

    for name in ("pandas", "pyarrow", "narwhals", "plotly", "torch", "sympy"):
        sys.modules[name] = types.ModuleType(name)  # as while another thread imports it

    import streamlit as st
    from streamlit.testing.v1 import AppTest
    from pages.parts import warm_up

    warm_up.imports = lambda: (print("waiting", flush=True), st.stop())
    app = AppTest.from_file(str(Path("app.py").resolve()), default_timeout=60).run()
    assert not app.error and not app.exception
"""


def run(code):
    """What a fresh process prints."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_the_frame_of_the_page_needs_nothing_that_is_still_being_imported():
    assert run(FRAME) == "waiting\n"


def test_no_page_imports_a_package_after_the_wait():
    late = set(json.loads(run(ALL_PAGES).splitlines()[-1]))
    assert late - set(sys.stdlib_module_names) - LAZY == set()
