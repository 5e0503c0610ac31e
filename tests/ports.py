"""Ports in a row for servers that tests start."""

import os
import socket
from contextlib import ExitStack


def free_ports(count: int) -> int:
    """The first of so many ports in a row on which nothing listens."""
    # Two processes of tests look from different places on.
    for first in range(20_000 + os.getpid() % 10_000, 60_000, count):
        with ExitStack() as probes:
            try:
                for port in range(first, first + count):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise RuntimeError("no free ports")
