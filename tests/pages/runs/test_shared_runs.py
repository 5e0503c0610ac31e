"""Runs in a folder that servers share: seen, stopped and resumed by all; none is lost with one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pages.parts.runs import forecast, store
from pages.parts.runs.pool import Pool, places
from pages.parts.runs.run import RECORDS, STATE, WHAT, Run
from tests.pages.runs.test_runs import COUNT, ENDLESS, ROOT, ended, until


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pool, Pool]]:
    """Two servers with one folder, and one place; their workers are used again."""
    folder = tmp_path_factory.mktemp("runs")
    pools = Pool(at_once=1, folder=folder), Pool(at_once=1, folder=folder)
    yield pools
    for pool in pools:
        pool.close()


def other(pool: Pool, run: Run) -> Run:
    """The same run at another server."""
    found = pool.find(run.id)
    assert found is not None
    assert found is not run
    return found


def killed_server(folder: Path, extra: int = 0) -> str:
    """A server that has started endless runs is killed; the id of the one that went on."""
    server = textwrap.dedent(
        f"""
        import pathlib, time
        from pages.parts.runs.pool import Pool
        pool = Pool(at_once=1, folder=pathlib.Path({str(folder)!r}))
        runs = [pool.start({COUNT!r}, {{**{ENDLESS!r}, "n": n}}, "ann") for n in range({extra + 1})]
        while len(runs[0].records) < 5:
            time.sleep(0.02)
        print(runs[0].id, flush=True)
        time.sleep(600)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", server], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        process.kill()
    return run_id


def test_every_server_shows_every_run_and_may_stop_and_resume_it(two: tuple[Pool, Pool]) -> None:
    here, there = two
    run = here.start(COUNT, ENDLESS, "ann")
    until(lambda: len(run.records) > 3)
    seen = other(there, run)
    assert (seen.state, seen.kind, seen.config) == ("running", COUNT, ENDLESS)
    assert seen.visitor == "ann"
    until(lambda: len(seen.records) > 5)
    assert seen.records == run.records[: len(seen.records)]
    seen.stop()
    assert ended(run).state == seen.state == "stopped"
    before = len(seen.records)
    seen.resume()
    until(lambda: len(run.records) > before)
    assert run.state == "running"
    assert run.id in there._own  # the server that was asked trains it now
    run.stop()
    assert ended(seen).state == "stopped"


def test_servers_share_places_and_one_queue(two: tuple[Pool, Pool]) -> None:
    here, there = two
    first = here.start(COUNT, ENDLESS, "ann")
    second = there.start(COUNT, {**ENDLESS, "second": 1}, "bob")
    third = here.start(COUNT, {"to": 2, "third": 1}, "cem")
    until(lambda: first.state == "running")
    assert [run.position for run in (first, second, third)] == [0, 1, 2]
    assert [other(there, first).position, other(here, second).position] == [0, 1]
    first.stop()
    until(lambda: second.state == "running")
    assert third.state == "waiting"
    assert third.position == 1
    second.stop()
    assert ended(third).state == "done"


def test_eight_different_runs_at_two_servers_all_end_each_with_its_own_records(
    tmp_path: Path,
) -> None:
    pools = [Pool(at_once=2, folder=tmp_path) for _ in range(2)]
    try:
        runs = [pools[n % 2].start(COUNT, {"to": n + 1}, f"visitor {n}") for n in range(8)]
        waiting = [run.position for run in runs if run.state == "waiting"]
        assert waiting == sorted(waiting)
        for n, run in enumerate(runs):
            assert ended(run).state == "done"
            assert [r["number"] for r in run.records] == list(range(n + 2))
        at = [run.standing.since for run in runs]
        assert at == sorted(at)
    finally:
        for pool in pools:
            pool.close()


def test_a_finished_run_is_shared_with_visitors_of_other_servers(two: tuple[Pool, Pool]) -> None:
    here, there = two
    first = ended(here.start(COUNT, {"to": 3}, "ann"))
    second = there.start(COUNT, {"to": 3}, "bob")
    assert (second.state, second.shared) == ("done", True)
    assert second.records == first.records
    assert second.folder == first.folder
    again = other(here, second)
    assert (again.shared, again.records) == (True, first.records)


def test_one_visitor_has_the_same_limit_at_all_servers(tmp_path: Path) -> None:
    here, there = (Pool(at_once=1, each=1, folder=tmp_path) for _ in range(2))
    try:
        run = here.start(COUNT, ENDLESS, "ann")
        assert there.start(COUNT, ENDLESS, "ann").id == run.id  # two clicks give one run
        with pytest.raises(RuntimeError, match="1 runs of yours"):
            there.start(COUNT, {"to": 1}, "ann")
    finally:
        here.close()
        there.close()


def test_a_run_whose_server_was_killed_is_stopped_and_goes_on_elsewhere(tmp_path: Path) -> None:
    run_id = killed_server(tmp_path, extra=1)
    pool = Pool(at_once=1, folder=tmp_path)
    try:
        run = pool.find(run_id)
        assert run is not None
        assert (run.state, run.live, run.resumable) == ("stopped", False, True)
        (waited,) = (each for each in pool.store.all(pool) if each.id != run_id)
        assert (waited.state, waited.position) == ("stopped", 0)
        before = len(run.records)
        assert before >= 5
        run.resume()
        until(lambda: len(run.records) > before)
        run.stop()
        assert ended(run).state == "stopped"
    finally:
        pool.close()
    assert (tmp_path / "runs" / run_id / WHAT).exists()  # a folder that was named is kept


def test_a_server_that_ends_leaves_its_run_to_be_resumed(tmp_path: Path) -> None:
    first = Pool(at_once=1, folder=tmp_path)
    run = first.start(COUNT, ENDLESS, "ann")
    until(lambda: run.records)
    first.close()
    second = Pool(at_once=1, folder=tmp_path)
    try:
        again = other(second, run)
        assert again.state == "stopped"
        again.resume()
        until(lambda: again.state == "running")  # the place of the server that ended is free
    finally:
        second.close()


def test_damaged_and_foreign_folders_are_no_runs(two: tuple[Pool, Pool]) -> None:
    here, there = two
    folder = here.store.folder / "runs"
    names = {}
    for number, (file, text) in enumerate(
        [
            (WHAT, "{"),
            (WHAT, "[]"),
            (WHAT, '{"kind": 1}'),
            (STATE, ""),
            (STATE, '{"state": "done"}'),
        ]
    ):
        run = ended(here.start(COUNT, {"to": 1, "number": number}, "ann"))
        (run.folder / file).write_text(text)
        names[run.id] = text
    (folder / "notes").mkdir()
    (folder / "0123456789ab").mkdir()
    for name in [*names, "notes", "0123456789ab", "../runs/notes", "", "..", "a/../../servers"]:
        assert there.find(name) is None, names.get(name, name)
    assert ended(there.start(COUNT, {"to": 2}, "bob")).state == "done"


def test_a_half_written_record_is_read_once_it_is_whole(two: tuple[Pool, Pool]) -> None:
    run = ended(two[0].start(COUNT, {"to": 1}, "ann"))
    seen = other(two[1], run)
    before = len(seen.records)
    with (run.folder / RECORDS).open("a") as file:
        file.write('{"stage": "st')
        file.flush()
        assert len(seen.records) == before
        file.write('ep"}\n')
    assert seen.records[before:] == [{"stage": "step"}]


def test_records_that_cannot_be_written_fail_the_run_in_a_sentence(
    two: tuple[Pool, Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = two[0].start(COUNT, ENDLESS, "ann")
    until(lambda: run.records)
    monkeypatch.setattr("pages.parts.runs.trained.json_line", _no_room)
    assert ended(run).state == "failed"
    assert "could not be written: the server's disk may be full" in run.why
    monkeypatch.undo()
    assert ended(two[0].start(COUNT, {"to": 1}, "ann")).state == "done"


def _no_room(_record: object) -> str:
    raise OSError(28, "No space left on device")


def test_old_runs_are_deleted_by_age_and_one_that_is_shared_stays(tmp_path: Path) -> None:
    pool = Pool(at_once=1, folder=tmp_path)
    try:
        old, shared = (ended(pool.start(COUNT, {"to": n}, "ann")) for n in (1, 2))
        young = pool.start(COUNT, {"to": 2}, "bob")
        assert young.shared
        for run in (old, shared):
            state = json.loads((run.folder / STATE).read_text())
            (run.folder / STATE).write_text(json.dumps({**state, "since": time.time() - 8 * 86400}))
    finally:
        pool.close()
    later = Pool(at_once=1, folder=tmp_path)
    try:
        assert later.find(old.id) is None
        assert not old.folder.exists()
        assert other(later, young).records == young.records
    finally:
        later.close()


def test_temporary_folders_of_killed_servers_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(store, "_YOUNG", 0.0)
    alive = Pool(at_once=1)
    dead = tmp_path / "deq-runs-dead"
    shutil.copytree(alive.store.folder, dead)  # with a file that no server has locked
    other_files = tmp_path / "else"
    other_files.mkdir()
    later = Pool(at_once=1)
    try:
        assert not dead.exists()
        assert alive.store.folder.exists()
        assert other_files.exists()
    finally:
        alive.close()
        later.close()
    assert list(tmp_path.glob("deq-runs-*")) == []


def test_what_servers_that_ended_have_written_of_themselves_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_YOUNG", 0.0)
    servers = [store.Store(tmp_path) for _ in range(2)]
    (tmp_path / store.NUMBERS).mkdir()
    for server in servers:
        (tmp_path / store.NUMBERS / server.server).write_text("{}")
    alive, dead = servers
    dead.close()
    pool = Pool(folder=tmp_path)  # it forgets at its start
    pool.close()
    alive.close()
    assert [path.name for path in (tmp_path / store.NUMBERS).iterdir()] == [alive.server]
    assert not (tmp_path / "servers" / dead.server).exists()


def test_the_folder_is_named_by_a_variable_and_for_its_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEQ_RUNS", str(tmp_path / "hall"))
    pool = Pool(at_once=1)
    pool.close()
    assert sorted(path.name for path in (tmp_path / "hall").iterdir()) == [
        "places",
        "runs",
        "servers",
    ]
    assert (tmp_path / "hall" / "runs").stat().st_mode & 0o077 == 0


def test_a_place_a_core_but_those_of_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, servers, expected in [(1, 1, 1), (2, 1, 2), (2, 4, 2), (8, 1, 7), (16, 4, 12)]:
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert places(servers) == expected


def test_the_wait_is_told_from_what_the_others_have_taken(two: tuple[Pool, Pool]) -> None:
    here, there = two
    first = here.start(COUNT, ENDLESS, "ann")
    second, third = (there.start(COUNT, {**ENDLESS, "n": n}, "bob") for n in (2, 3))
    until(lambda: first.state == "running")
    assert second.wait is None  # its records do not say how far it has come
    # The job goes on to write records of its own, so this asks of what is read now.
    runs = {run.id: frozen(run) for run in here.store.all(here)}
    runs[first.id].records.append({"step": 10, "steps": 50, "seconds": 2.0})

    def wait(run: Run, places: int) -> float | None:
        return forecast.forecast(runs[run.id], list(runs.values()), places)

    assert wait(second, places=1) == pytest.approx(8.0)
    assert wait(third, places=1) == pytest.approx(18.0)
    assert wait(second, places=2) == 0.0
    assert third.position == 2
    for run in (third, second, first):
        run.stop()
    assert ended(first).state == "stopped"


def frozen(run: Run) -> Run:
    """A run as it is at this moment."""
    names = ("id", "kind", "state", "standing", "records")
    copied = {name: getattr(run, name) for name in names}
    return SimpleNamespace(**{**copied, "records": list(copied["records"])})
