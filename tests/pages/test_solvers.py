"""The Solver race page, opened through app.py."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from deq.race import SolverSettings, problem, race
from pages.parts.pad import link, subject
from pages.parts.shared.settings import defaults
from pages.parts.solvers import controls, tasks, words
from pages.parts.solvers.controls import PROBLEMS
from tests.pages.code_box import boxes, printed


def spec(app):
    (chart,) = app.get("plotly_chart")
    return json.loads(chart.proto.spec)


def said(app):
    return " ".join(m.value for m in app.markdown)


def headings(app):
    return [heading.value for heading in app.header]


def test_the_first_picture_is_complete(open_page):
    app = open_page("solvers")
    figure = spec(app)
    assert {"Picard", "Anderson", "Newton"} <= {trace.get("name") for trace in figure["data"]}
    assert len(figure["frames"]) > 20
    assert "with 5 evaluations" in said(app)
    assert "| Picard | 6 |" in said(app)
    assert "prepare(example('3'))" in app.code[0].value
    assert not app.exception


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_every_problem_has_a_figure_or_a_sentence(open_page, name, way):
    app = open_page("solvers", problem=name, way=way)
    assert not app.exception
    assert not app.error
    if (name, way) == ("no equilibrium", "backward"):
        assert "No solver finds an equilibrium" in app.warning[0].value
    else:
        assert not app.warning
        assert spec(app)["data"]


@pytest.mark.parametrize("tolerance", ["1e-1", "1e-4", "1e-10"])
@pytest.mark.parametrize("name", ["MNIST digit", "three speeds", "one hard member"])
def test_where_the_table_says_converged_its_residual_is_at_most_the_limit(
    open_page, name, tolerance
):
    name = controls.MNIST if name == "MNIST digit" else name
    app = open_page("solvers", problem=name, tolerance=tolerance)
    (table,) = [m.value for m in app.markdown if m.value.startswith("| Solver")]
    head, _, *rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n")
    ]
    limit = re.fullmatch(r"Residual \(limit (\S+)\)", head[3])
    assert limit
    assert as_float(limit[1]) == float(tolerance)
    converged = [as_float(row[3]) for row in rows if row[4].startswith("converged")]
    assert converged or tolerance == "1e-10"
    assert all(residual <= float(tolerance) for residual in converged)


def as_float(text):
    return float(text.replace("−", "-"))


def test_the_pad_is_shown_only_for_the_drawing(open_page):
    app = open_page("solvers")
    assert "Draw here" in headings(app)
    app.selectbox(key="problem").set_value(controls.MNIST).run()
    assert "Draw here" not in headings(app)
    app.selectbox(key="problem").set_value(controls.DRAWING).run()
    before = spec(app)["data"]
    number = app.session_state["drawing"].pills
    app.button_group(key=f"example-{number}").set_value("0").run()
    assert spec(app)["data"] != before
    assert not app.exception


def test_the_smallest_cap_and_the_axis_in_seconds(open_page):
    app = open_page("solvers", problem="three speeds", cap="1", over="seconds")
    assert "No solver converges: all reached the cap" in said(app)
    app.number_input(key="cap").set_value(400).run()
    assert " in " in said(app)
    assert "seconds" in spec(app)["layout"]["xaxis"]["title"]["text"]


def test_an_empty_pad_gives_a_sentence_and_another_problem_still_runs(open_page):
    app = open_page("solvers")
    app.session_state["drawing"].show([])
    app.run()
    assert "Or pick a digit of MNIST" in app.warning[0].value
    app.selectbox(key="problem").set_value("spiral").run()
    assert not app.warning


@pytest.mark.parametrize("k", range(len(tasks.TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("solvers", problem="stiff", tolerance="1e-2")
    app.button(key=f"try-{k}").click().run()
    for name, value in {**defaults(controls.Settings), **tasks.TRY[k].settings}.items():
        if name in app.session_state:
            assert app.session_state[name] == value
    assert not app.exception


def rows(app):
    """The table: solver → evaluations, residual, how it ended."""
    (table,) = [m.value for m in app.markdown if m.value.startswith("| Solver")]
    cells = [[c.strip() for c in line.split("|")[1:-1]] for line in table.split("\n")[2:]]
    return {row[0]: (int(row[1].split(" ")[0]), as_float(row[3]), row[4]) for row in cells}


def converging(app):
    return {name for name, (*_, ended) in rows(app).items() if ended.startswith("converged")}


def pressed(open_page, label):
    app = open_page("solvers")
    (k,) = [k for k, task in enumerate(tasks.TRY) if task.label == label]
    app.button(key=f"try-{k}").click().run()
    assert not app.exception
    return app


def test_a_strong_contraction_anderson_saves_one_evaluation_at_most(open_page):
    ends = rows(pressed(open_page, "A strong contraction"))
    assert ends["Picard"][0] - 1 <= ends["Anderson"][0] <= ends["Picard"][0]
    assert ends["Picard"][0] < 10


def test_three_speeds_four_solvers_converge(open_page):
    app = pressed(open_page, "Three speeds")
    assert converging(app) == {"Anderson", "Broyden", "Newton", "PseudoTransient"}


def test_two_hundred_speeds_a_small_window_costs_anderson_evaluations(open_page):
    app = pressed(open_page, "Two hundred speeds")
    wide = rows(app)["Anderson"][0]
    app.slider(key="window").set_value(2).run()
    assert rows(app)["Anderson"][0] > 3 * wide


def test_paths_in_a_valley_picard_takes_hundreds_of_steps_and_three_less_than_ten(open_page):
    ends = rows(pressed(open_page, "Paths in a valley"))
    assert 200 < ends["Picard"][0] < 400
    assert {name for name, end in ends.items() if end[0] < 10} == {"Anderson", "Broyden", "Newton"}


def test_nine_equilibria_two_end_elsewhere_where_the_flow_is_not_stable(open_page):
    app = pressed(open_page, "Nine equilibria")
    unstable = {name for name, end in rows(app).items() if "not stable" in end[2]}
    assert unstable == {"Anderson", "Newton"}
    ends = {
        run.name: run.z[0].round(decimals=1).tolist() for run in race(problem("nine equilibria"))
    }
    others = {tuple(z) for name, z in ends.items() if name not in unstable}
    assert len(others) == 1
    assert not others & {tuple(ends[name]) for name in unstable}


def test_too_much_gain_two_solvers_converge(open_page):
    app = pressed(open_page, "Too much gain")
    assert converging(app) == {"Broyden", "Newton"}
    assert "6 of 8 do not converge" in said(app)


def test_the_backward_pass_gmres_needs_least(open_page):
    ends = rows(pressed(open_page, "The backward pass"))
    assert min(ends, key=lambda name: ends[name][0]) == "GMRES"
    assert ends["Picard"][0] > 5 * ends["GMRES"][0]


def test_counted_in_seconds_newton_needs_fewer_evaluations_than_damped(open_page):
    ends = rows(pressed(open_page, "Counted in seconds"))  # which is quicker depends on the machine
    assert ends["Newton"][0] < ends["damped"][0]


def test_times_within_the_noise_are_a_tie():
    todo = problem("one number")
    first, second, *others = race(todo, timed=False)
    slow = [replace(run, seconds=1.0, between=(1.0, 1.0)) for run in others]

    def verdict(a, b):
        timed = [replace(run, seconds=t, between=m) for run, (t, m) in ((first, a), (second, b))]
        return words.verdict(todo, [*timed, *slow], seconds=True)

    near = verdict((2.1e-3, (2.0e-3, 2.1e-3)), (2.3e-3, (2.25e-3, 2.4e-3)))
    assert near.startswith(f"{first.name} and {second.name} tie: 2.1 ms to 2.3 ms")
    noisy = verdict((2e-3, (1e-3, 3e-3)), (4e-3, (2.9e-3, 5e-3)))
    assert "tie" in noisy
    clear = verdict((2e-3, (2e-3, 2e-3)), (3e-3, (2.9e-3, 3e-3)))
    assert clear.startswith(f"{first.name} wins in 2.0 ms")


def test_a_row_below_the_limit_that_did_not_converge_says_why(open_page):
    app = open_page("solvers", problem="three speeds", tolerance="1e-1")
    below = [
        e for _, residual, e in rows(app).values() if residual <= 0.1 and "reached the cap" in e
    ]
    assert len(below) == 4
    assert all(words.OUTRUN in ended for ended in below)
    assert words.OUTRUN_WHY in [caption.value for caption in app.caption]
    assert words.OUTRUN not in said(open_page("solvers", problem="three speeds"))


UNUSUAL = {
    "tolerance": "1e-2",
    "window": "3",
    "damping": "0.35",
    "second": "adaptive_heun",
    "cap": "123",
}


@pytest.mark.parametrize(
    "query",
    [
        {"problem": "tanh layer", "layer-gain": "1.7", "way": "backward", **UNUSUAL},
        {"problem": "stiff", **UNUSUAL},
        {"problem": controls.MNIST, "digit": "77", "over": "seconds", **UNUSUAL},
    ],
)
def test_the_code_carries_every_setting(open_page, query):
    app = open_page("solvers", **query)
    ((code, says),) = boxes(app)
    assert printed(code) == f"{says}\n"
    assert "ODE adaptive_heun" in says


def test_the_code_reads_a_drawing_from_the_file_that_the_page_offers(open_page, tmp_path):
    app = open_page("solvers", ink=link.encode([np.array([[140.0, 40], [140, 240]])], [22]))
    assert [button.key for button in app.get("download_button")].count("download-png") == 1
    (tmp_path / "drawing.png").write_bytes(subject.png(app.session_state["drawing"].rgba()))
    ((code, says),) = boxes(app)
    assert printed(code, tmp_path) == f"{says}\n"


def test_words_name_the_fastest_solver_and_the_samples_that_finish_after_it():
    todo = problem("one hard member")
    results = race(todo, SolverSettings(), tol=1e-4)
    text = words.verdict(todo, results, seconds=False)
    best = min((result for result in results if result.converged), key=lambda result: result.nfe)
    assert text.startswith(best.name)
    assert "7 members finish after" in text
    rows = words.table(todo, results, tol=1e-4).splitlines()
    assert rows[2].startswith(f"| {best.name} | {best.nfe}")
    assert len(words.numbers(results).splitlines()) == 1 + sum(
        len(result.evals) for result in results
    )


def test_words_when_no_solver_converges():
    torch.manual_seed(0)
    todo = problem("no equilibrium")
    results = race(todo, tol=1e-4, max_evals=50)
    assert words.verdict(todo, results, seconds=True).startswith("No solver converges")


CLAIMS = {
    "A strong contraction": test_a_strong_contraction_anderson_saves_one_evaluation_at_most,
    "Three speeds": test_three_speeds_four_solvers_converge,
    "Two hundred speeds": test_two_hundred_speeds_a_small_window_costs_anderson_evaluations,
    "Paths in a valley": (
        test_paths_in_a_valley_picard_takes_hundreds_of_steps_and_three_less_than_ten
    ),
    "Nine equilibria": test_nine_equilibria_two_end_elsewhere_where_the_flow_is_not_stable,
    "Too much gain": test_too_much_gain_two_solvers_converge,
    "The backward pass": test_the_backward_pass_gmres_needs_least,
    "Counted in seconds": test_counted_in_seconds_newton_needs_fewer_evaluations_than_damped,
}


def test_the_answer_to_each_task_is_tested():
    assert list(CLAIMS) == [task.label for task in tasks.TRY]
