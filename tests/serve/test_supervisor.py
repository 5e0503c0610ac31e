"""The processes of a hall, with small servers in the app's place: one cookie, one replica."""

import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from deq.__main__ import main
from deq.serve import supervisor
from deq.serve.hall import Hall
from tests.ports import free_ports

DOUBLE = Path(__file__).with_name("app_double.py")


def until(condition: Callable[[], object], patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def ask(port: int, path: str = "/", cookie: str = "") -> SimpleNamespace:
    """One request of a browser: status, text, and the cookie that came with the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return SimpleNamespace(status=answer.status, text=answer.read().decode(), cookie=given)
    finally:
        connection.close()


def refuses(port: int) -> bool:
    try:
        return ask(port).status != 200
    except OSError:
        return True


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small servers take the app's place, and are started again at once."""
    monkeypatch.setattr(
        supervisor, "_streamlit", lambda port: [sys.executable, str(DOUBLE), str(port)]
    )
    monkeypatch.setattr(supervisor, "PAUSE", 0.2)


@pytest.fixture
def hall(double: None, haproxy: str) -> Iterator[tuple[Hall, list[str], threading.Event]]:
    """A hall of two that is open, what it has said, and the event that closes it."""
    hall, said, stop = Hall(replicas=2, port=free_ports(4)), [], threading.Event()
    thread = threading.Thread(target=supervisor.serve, args=(hall, stop, said.append))
    thread.start()
    until(lambda: any(sentence.startswith("Open") for sentence in said))
    # HAProxy checks once a second; before that it holds for down what was not there at its start.
    until(lambda: len({ask(hall.port).text for _ in range(4)}) == 2)
    yield hall, said, stop
    stop.set()
    thread.join()


def test_a_visitor_stays_with_one_replica(hall: tuple) -> None:
    port = hall[0].port
    first = ask(port)
    assert first.cookie.startswith("deq-replica=")
    again = [ask(port, cookie=first.cookie) for _ in range(6)]
    assert {answer.text for answer in again} == {first.text}
    assert {answer.cookie for answer in again} == {""}
    # Those who come without a cookie are spread.
    assert {ask(port).text for _ in range(6)} == set(map(str, hall[0].ports))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_replica_that_dies_is_started_again(hall: tuple, how: signal.Signals) -> None:
    (opened, said, _), port = hall, hall[0].port
    mine = ask(port)
    process = int(ask(int(mine.text), "/who").text)
    os.kill(process, how)
    answers = []

    def is_back() -> bool:
        answers.append(ask(port, cookie=mine.cookie).status)
        return not refuses(int(mine.text))

    until(is_back)
    assert set(answers) == {200}  # nobody sees an error
    assert int(ask(int(mine.text), "/who").text) != process
    assert any("Replica" in s and "it is started again." in s for s in said)
    until(lambda: {ask(port).text for _ in range(4)} == set(map(str, opened.ports)))


def test_visitors_of_a_replica_that_is_gone_go_to_another_and_stay_there(
    hall: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PAUSE", 60)  # it is not started again
    port = hall[0].port
    mine = ask(port)
    os.kill(int(ask(int(mine.text), "/who").text), signal.SIGKILL)
    until(lambda: refuses(int(mine.text)))
    moved = ask(port, cookie=mine.cookie)
    assert moved.status == 200
    assert moved.text != mine.text
    assert moved.cookie not in ("", mine.cookie)
    assert {ask(port, cookie=moved.cookie).text for _ in range(4)} == {moved.text}


def test_the_status_page_names_the_replicas(hall: tuple) -> None:
    page = ask(hall[0].status)
    assert page.status == 200
    assert "replica1" in page.text
    assert "replica2" in page.text


def test_a_stop_ends_all_processes(hall: tuple) -> None:
    opened, _, stop = hall
    stop.set()
    for port in (opened.port, opened.status, *opened.ports):
        until(lambda port=port: refuses(port))


def test_before_a_replica_answers_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, haproxy: str
) -> None:
    monkeypatch.setattr(
        supervisor, "_streamlit", lambda port: [sys.executable, "-c", "import time; time.sleep(60)"]
    )
    hall, stop = Hall(replicas=1, port=free_ports(3)), threading.Event()
    thread = threading.Thread(target=supervisor.serve, args=(hall, stop, lambda _: None))
    thread.start()
    until(lambda: not refuses(hall.status))
    page = ask(hall.port)
    stop.set()
    thread.join()
    assert page.status == 503
    assert "The app is starting." in page.text


def test_a_replica_that_cannot_start_is_reported(
    monkeypatch: pytest.MonkeyPatch, haproxy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "_streamlit", lambda port: [sys.executable, "-c", "exit(3)"])
    assert main(["serve", "--replicas", "1", "--port", str(free_ports(3))]) == 2
    assert "Replica 1 ended with code 3 before it answered." in capsys.readouterr().err


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_a_port_in_use_is_named(
    taken: int, haproxy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_ports(4)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + taken))
        other.listen()
        assert main(["serve", "--replicas", "2", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"Nothing can listen on 127.0.0.1, port {port + taken}: Address already in use." in said
    assert "Name another --port" in said


def test_without_haproxy_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor.shutil, "which", lambda _: None)
    assert main(["serve", "--replicas", "2"]) == 2
    assert "apt-get install haproxy" in capsys.readouterr().err


def test_without_the_app_a_sentence_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, haproxy: str, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "APP", tmp_path / "app.py")
    assert main(["serve", "--replicas", "2"]) == 2
    assert "in a copy of the project's repository" in capsys.readouterr().err
