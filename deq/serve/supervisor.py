"""The processes of a hall: started, watched, started again when one ends, ended together."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import deq
from deq.errors import Explained
from deq.serve.hall import LOOPBACK, Hall

APP = Path(deq.__file__).parents[1] / "app.py"
WATCH = 0.2
"""Seconds between two looks at the processes."""
PAUSE = 2.0
"""Seconds between two starts of one process, at the least."""
PATIENCE = 120.0
"""Seconds in which a replica must have answered for the first time."""
GRACE = 5.0
"""Seconds between asking a process to end and ending it by force."""

Say = Callable[[str], None]


class HallError(Explained):
    """The hall cannot be opened; ``str(error)`` says why and what to do."""


class Process:
    """A process that is started again when it ends.

    Parameters
    ----------
    name : str
        What it is called in messages.
    command : sequence of str
        Program and arguments.
    environment : mapping, optional
        Variables beside those of this process.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.command = name, list(command)
        self.environment = {**os.environ, **(environment or {})}
        self._start()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  (both commands are made in this file)
            self.command,
            cwd=APP.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # Streamlit would print the address of each replica
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
        )

    @property
    def ended(self) -> str:
        """How the process ended, in words; empty while it runs."""
        code = self.process.poll()
        if code is None:
            return ""
        return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"

    def again(self, say: Say) -> None:
        """Start it again if it has ended, unless it was started just now."""
        if self.ended and time.monotonic() - self.started > PAUSE:
            say(f"{self.name} {self.ended}; it is started again.")
            self._start()

    def end(self) -> None:
        """End it, by force if need be."""
        self.process.terminate()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(hall: Hall, stop: threading.Event, say: Say) -> None:
    """Open the hall, and keep it open until `stop` is set.

    Parameters
    ----------
    hall : Hall
        Replicas and addresses.
    stop : threading.Event
        Ends all processes.
    say : callable
        Called with a sentence when something has happened.

    Raises
    ------
    HallError
        If HAProxy or the app is missing, a port is in use, or a process does not start.
    """
    haproxy = shutil.which("haproxy")
    if haproxy is None:
        raise HallError(
            "HAProxy, which joins the replicas, is not installed.",
            "Install it from the system: apt-get install haproxy, or brew install haproxy.",
        )
    if not APP.is_file():
        raise HallError(
            f"The app is not beside this package: there is no {APP}.",
            "Run this command in a copy of the project's repository.",
        )
    for address, port in ((hall.address, hall.port), (LOOPBACK, hall.status)):
        _require_free(address, port)
    for port in hall.ports:
        _require_free(LOOPBACK, port)
    with TemporaryDirectory(prefix="deq-hall-") as folder, contextlib.ExitStack() as ends:
        config = Path(folder) / "haproxy.cfg"
        config.write_text(hall.haproxy_config(), encoding="utf-8")
        # The same for all: a visitor's signed cookies hold, runs are seen, and the teacher's key
        # opens the view, at every replica.
        key = os.environ.get("DEQ_HALL_KEY") or secrets.token_urlsafe(9)
        shared = {
            "DEQ_HALL_KEY": key,
            "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
            "DEQ_RUNS": os.environ.get("DEQ_RUNS") or str(Path(folder) / "runs"),
        }
        processes = [Process("HAProxy", [haproxy, "-q", "-db", "-f", str(config)])]
        ends.callback(processes[0].end)
        for number, port in enumerate(hall.ports, 1):
            processes.append(Process(f"Replica {number}", _streamlit(port), shared))
            ends.callback(processes[-1].end)
        say(f"Starting {hall.replicas} {'replica' if hall.replicas == 1 else 'replicas'} …")
        for _ in _until_all_answer(hall, processes):
            if stop.wait(WATCH):
                return
        say(f"Open {hall.link}. Ctrl-C ends all.")
        say(f"Teacher's view: {hall.link}/tour?hall={key}")
        say(f"Status of the replicas: http://{LOOPBACK}:{hall.status}")
        while not stop.wait(WATCH):
            for process in processes:
                process.again(say)


def _streamlit(port: int) -> list[str]:
    command = [sys.executable, "-m", "streamlit", "run", str(APP)]
    return [*command, "--server.port", str(port), "--server.address", LOOPBACK]


def _until_all_answer(hall: Hall, processes: Sequence[Process]) -> Iterator[None]:
    """Yield until every replica has answered; raises HallError if one does not start."""
    waiting, deadline = set(hall.ports), time.monotonic() + PATIENCE
    while waiting:
        for process in processes:
            if process.ended:
                raise HallError(f"{process.name} {process.ended} before it answered.")
        if time.monotonic() > deadline:
            raise HallError(f"A replica did not answer within {PATIENCE:.0f} s.")
        waiting = {port for port in waiting if not _answers(port)}
        yield


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        address = f"http://{LOOPBACK}:{port}/_stcore/health"
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    return False


def _require_free(address: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise HallError(
                f"Nothing can listen on {address}, port {port}: {error.strerror or error}.",
                "Name another --port or --address, or end what listens there.",
            ) from error
