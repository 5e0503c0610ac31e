"""Training runs in their own processes: queue, stop, share, fail, and clean up."""

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deq.training.doubling import DoublingConfig, train_doubling
from deq.training.errors import TrainingError
from pages.parts.runs.pool import EACH, Pool
from pages.parts.runs.run import Refused, Run
from pages.parts.runs.worker import Worker

ROOT = Path(__file__).resolve().parents[3]
COUNT, IGNORES_STOP, FAILS = (
    f"tests.pages.runs.slow_jobs:{name}" for name in ("count", "ignores_stop", "fails")
)
ENDLESS = {"to": 10**6, "pause": 0.01}


def until(condition: Callable[[], object], patience: float = 60) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def runs_on(process: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One run at a time, in a worker that is ready after the first test."""
    pool = Pool(at_once=1, grace=2.0)
    yield pool
    pool.close()


def ended(run: Run) -> Run:
    until(lambda: not run.live)
    return run


def worker_of(pool: Pool, run: Run) -> Worker:
    worker = pool._own[run.id].worker
    assert worker is not None
    return worker


def test_a_run_sends_all_its_records_and_is_found_again(pool: Pool) -> None:
    run = pool.start(COUNT, {"to": 5}, "ann")
    assert run.live
    assert pool.find(run.id) is ended(run)
    assert run.state == "done"
    assert [r["number"] for r in run.records] == [0, 1, 2, 3, 4, 5]
    assert run.records[-1]["unknown"] is None  # JSON has no NaN
    assert pool.find("nobody") is None


def test_the_worker_is_used_again_for_the_next_run(pool: Pool) -> None:
    one, two = (ended(pool.start(COUNT, {"to": n}, "ann")) for n in (2, 3))
    assert one.records[0]["process"] == two.records[0]["process"]
    assert one.folder != two.folder


def test_a_stopped_run_keeps_its_last_result(pool: Pool) -> None:
    run = pool.start(COUNT, ENDLESS, "ann")
    until(lambda: len(run.records) > 3)
    run.stop()
    assert ended(run).state == "stopped"
    kept = int((run.folder / "kept").read_text())
    assert kept == run.records[-1]["number"] >= 3
    run.stop()  # once more does no harm
    assert run.state == "stopped"


def test_a_stop_right_after_the_start_is_not_lost(pool: Pool) -> None:
    run = pool.start(COUNT, {**ENDLESS, "again": 1}, "ann")
    run.stop()
    assert ended(run).state == "stopped"


def test_two_clicks_give_one_run_and_others_wait_their_turn(pool: Pool) -> None:
    first = pool.start(COUNT, {**ENDLESS, "first": 1}, "ann")
    assert pool.start(COUNT, {**ENDLESS, "first": 1}, "ann") is first
    second = pool.start(COUNT, {"to": 1, "second": 1}, "bob")
    third = pool.start(COUNT, {"to": 1, "third": 1}, "cem")
    until(lambda: first.state == "running")
    assert (first.position, second.position, third.position) == (0, 1, 2)
    assert second.state == third.state == "waiting"
    second.stop()
    assert (second.state, third.position) == ("stopped", 1)
    first.stop()
    assert ended(third).state == "done"


def test_each_visitor_has_a_limited_number_of_runs(pool: Pool) -> None:
    mine = [pool.start(COUNT, {**ENDLESS, "mine": n}, "ann") for n in range(EACH)]
    with pytest.raises(Refused, match="3 runs of yours"):
        pool.start(COUNT, {**ENDLESS, "mine": 99}, "ann")
    other = pool.start(COUNT, {"to": 1, "other": 1}, "bob")
    for run in mine:
        run.stop()
    assert ended(other).state == "done"


def test_a_finished_run_is_shared_and_marked_as_shared(pool: Pool) -> None:
    first = ended(pool.start(COUNT, {"to": 3, "share": 1}, "ann"))
    second = pool.start(COUNT, {"share": 1, "to": 3}, "bob")
    assert (second.state, second.shared, first.shared) == ("done", True, False)
    assert second.id != first.id
    assert second.records == first.records
    stopped = pool.start(COUNT, {**ENDLESS, "share": 1}, "ann")
    until(lambda: stopped.records)
    stopped.stop()
    ended(stopped)
    again = pool.start(COUNT, {**ENDLESS, "share": 1}, "bob")
    assert not again.shared  # a stopped run is not a result
    again.stop()
    ended(again)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("raise", "the answer must be 42, not 41."),
        ("memory", "not enough memory"),
        ("nan", "The loss is no longer a number"),
        ("kill", "was killed"),
        ("exit", "ended with code 7"),
        ("nothing", "it came to no result"),
    ],
)
def test_a_failure_gives_a_sentence_and_the_next_run_works(pool: Pool, how: str, why: str) -> None:
    run = ended(pool.start(FAILS, {"how": how}, "ann"))
    assert run.state == "failed"
    assert why in run.why
    assert not run.by_itself
    assert [r["stage"] for r in run.records] == ["step"]  # the records before the failure are kept
    assert ended(pool.start(COUNT, {"to": 2, "after": how}, "ann")).state == "done"


def test_unknown_jobs_and_bad_options_fail_with_a_sentence(pool: Pool) -> None:
    assert "there is no job 'magic'" in ended(pool.start("magic", {}, "ann")).why
    run = ended(pool.start("doubling", {"rate": 0}, "ann"))
    assert "rate must be greater than 0" in run.why


def test_a_run_that_the_training_gave_up_says_so(pool: Pool) -> None:
    config = {"seed": 25, "constrained": False, "solver": "Picard"}  # no stable equilibrium
    run = ended(pool.start("doubling", config, "ann"))
    assert run.state == "failed"
    assert run.by_itself
    with pytest.raises(TrainingError, match=re.escape(run.why)):
        list(train_doubling(DoublingConfig(**config)))


def test_printed_text_is_not_taken_for_a_record(pool: Pool) -> None:
    run = ended(pool.start(FAILS, {"how": "print"}, "ann"))
    assert [r["stage"] for r in run.records] == ["step", "done"]


def test_a_killed_worker_leaves_the_checkpoint(pool: Pool) -> None:
    run = pool.start("doubling", {"epochs": 5000}, "ann")
    until(lambda: len(run.records) > 120)
    worker_of(pool, run).kill()
    assert ended(run).state == "failed"
    assert "killed" in run.why
    assert (run.folder / "run.safetensors").is_file()


def test_a_resumed_run_is_not_ended_by_the_earlier_stop(pool: Pool) -> None:
    run = pool.start(COUNT, ENDLESS, "rob")
    until(lambda: len(run.records) > 3)
    run.stop()
    ended(run)
    before = len(run.records)
    run.resume()
    until(lambda: len(run.records) > before + 3)
    assert run.state == "running"
    time.sleep(1.5 * pool.grace)  # the first stop's, and more
    assert run.state == "running"
    assert worker_of(pool, run).alive
    run.stop()
    assert ended(run).state == "stopped"


def test_a_worker_trains_y_equals_2x(pool: Pool) -> None:
    run = ended(pool.start("doubling", {}, "ann"))
    assert run.state == "done"
    assert abs(run.records[-1]["answer"] + 10) < 0.05


def test_a_run_that_ignores_stop_is_killed_and_an_abandoned_one_is_stopped() -> None:
    pool = Pool(at_once=1, abandoned=0.8, grace=0.3)
    try:
        ignoring = pool.start(IGNORES_STOP, {}, "ann")
        until(lambda: pool.find(ignoring.id) and ignoring.records)
        ignoring.stop()
        assert ended(ignoring).state == "stopped"
        left = pool.start(COUNT, ENDLESS, "bob")
        until(lambda: pool.find(left.id) and left.records)
        assert ended(left).state == "stopped"  # no page has asked for it since
    finally:
        pool.close()
    assert not pool.store.folder.exists()


def test_old_runs_are_deleted_with_their_folders() -> None:
    pool = Pool(at_once=1, kept=2)
    try:
        runs = [ended(pool.start(COUNT, {"to": n}, "ann")) for n in range(1, 5)]
        pool.start(COUNT, {"to": 9}, "ann")
        assert [pool.find(run.id) is run for run in runs] == [False, False, True, True]
        assert [run.folder.exists() for run in runs] == [False, False, True, True]
    finally:
        pool.close()


def test_a_server_that_is_killed_leaves_no_worker_behind() -> None:
    server = textwrap.dedent(
        f"""
        import time
        from pages.parts.runs.pool import Pool
        pool = Pool(at_once=1)
        pool.warm()
        run = pool.start({COUNT!r}, {ENDLESS!r}, "ann")
        while not run.records:
            time.sleep(0.05)
        pool.warm()
        print(run.records[0]["process"], pool._idle.process.pid, flush=True)
        time.sleep(600)
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", server], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(runs_on, workers))
        parent.kill()
        parent.wait()
    until(lambda: not any(map(runs_on, workers)), patience=20)
