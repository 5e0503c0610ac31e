"""The command ``python -m deq serve``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from deq.cli.common import Commands, count
from deq.errors import Explained
from deq.serve.hall import LOOPBACK, Hall
from deq.serve.supervisor import serve


def add_serve(commands: Commands) -> None:
    """Add ``serve``."""
    parser = commands.add_parser(
        "serve",
        help="run the app for a lecture hall",
        description="Run several servers of the app behind HAProxy, under one address. The status "
        "page has the next port after --port, the servers those after it, all on loopback.",
    )
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--replicas", type=count, default=cores, help=f"servers (default: cores, here {cores})"
    )
    parser.add_argument("--port", type=count, default=8501, help="default: 8501")
    parser.add_argument(
        "--address",
        default=LOOPBACK,
        help=f"where to listen (default: {LOOPBACK}, for this machine only; 0.0.0.0 lets in "
        "everybody who can reach this machine)",
    )
    parser.add_argument(
        "--print-config", action="store_true", help="print haproxy.cfg, and start nothing"
    )
    parser.set_defaults(command=_serve, threads=None)


def _serve(options: argparse.Namespace) -> int:
    try:
        hall = Hall(replicas=options.replicas, port=options.port, address=options.address)
    except ValueError as error:
        raise Explained(f"{str(error)[0].upper()}{str(error)[1:]}.") from error
    if options.print_config:
        print(hall.haproxy_config(), end="")
        return 0
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    serve(hall, stop, lambda sentence: print(sentence, file=sys.stderr))
    print("Stopped.", file=sys.stderr)
    return 0
