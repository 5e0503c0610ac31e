"""The app as tests start it: one server, or a hall of several."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
HALL_KEY = "key-of-the-tests"  # opens the teacher's view


@contextmanager
def server(port: int = 0, path: str = "") -> Iterator[str]:
    """Start a server, on a free port for 0, and yield its address when it answers.

    ``path`` is the sub-path under which a proxy would serve the app.
    """
    with socket.socket() as probe:
        # The port of a server that has just ended can be had again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/{path}".rstrip("/")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.baseUrlPath", path] if path else []
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_healthy(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def hall(replicas: int = 2) -> Iterator[tuple[str, list[int]]]:
    """Start ``python -m deq serve``; yield its address and the ports of its replicas."""
    first = free_ports(replicas + 2)
    command = [sys.executable, "-m", "deq", "serve", "--replicas", str(replicas)]
    process = subprocess.Popen(
        [*command, "--port", str(first)],
        cwd=ROOT,
        env={**os.environ, "DEQ_HALL_KEY": HALL_KEY},
        stderr=subprocess.DEVNULL,
    )
    ports = list(range(first + 2, first + 2 + replicas))
    try:
        for port in ports:
            _wait_healthy(f"http://127.0.0.1:{port}", process)
        # HAProxy looks once a second.
        time.sleep(2.5)
        yield f"http://127.0.0.1:{first}", ports
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def process_at(port: int) -> int:
    """The process of the app that listens on this port."""
    pgrep = [shutil.which("pgrep") or "pgrep", "-f", f"streamlit run .*--server.port {port}"]
    return int(subprocess.run(pgrep, check=True, capture_output=True, text=True).stdout)


def kill_server(port: int) -> None:
    """Kill the server that listens on this port, as a crash would."""
    os.kill(process_at(port), signal.SIGKILL)


def _wait_healthy(address: str, process: subprocess.Popen[str], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app did not start: {process.communicate()[1]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the app did not answer within {timeout:.0f} s")
