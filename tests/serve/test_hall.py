"""Addresses of a hall, and the configuration that HAProxy reads."""

import subprocess
from pathlib import Path

import pytest

from deq.__main__ import main
from deq.serve.hall import Hall


def test_the_ports_follow_one_another() -> None:
    hall = Hall(replicas=3, port=9000)
    assert [hall.port, hall.status, *hall.ports] == [9000, 9001, 9002, 9003, 9004]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"replicas": 0}, "replicas must be at least 1"),
        ({"port": 0}, "port must be from 1 to 65,532"),
        ({"port": 65_533}, "port must be from 1 to 65,532"),
        ({"address": "0.0.0.0:80\nglobal"}, "address must be one of IPv4"),
        ({"address": "::1"}, "address must be one of IPv4"),
        ({"address": ""}, "address must be one of IPv4"),
    ],
)
def test_impossible_addresses_are_refused(wrong: dict, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Hall(**{"replicas": 2, **wrong})


def test_only_the_hall_listens_beyond_loopback() -> None:
    config = Hall(replicas=2, port=9000, address="0.0.0.0").haproxy_config()  # noqa: S104
    binds = [line.split()[-1] for line in config.splitlines() if line.lstrip().startswith("bind")]
    assert binds == ["0.0.0.0:9000", "127.0.0.1:9001"]
    servers = [line.split()[2] for line in config.splitlines() if "server replica" in line]
    assert servers == ["127.0.0.1:9002", "127.0.0.1:9003"]


def test_the_link_is_one_that_this_machine_can_open() -> None:
    assert Hall(replicas=1, address="0.0.0.0").link == "http://127.0.0.1:8501"  # noqa: S104
    assert Hall(replicas=1, address="10.0.0.7", port=80).link == "http://10.0.0.7:80"


@pytest.mark.parametrize("replicas", [1, 8])
def test_haproxy_accepts_the_printed_configuration(
    replicas: int, haproxy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--replicas", str(replicas), "--port", "9000", "--print-config"]) == 0
    path = tmp_path / "haproxy.cfg"
    path.write_text(capsys.readouterr().out)
    checked = subprocess.run([haproxy, "-c", "-f", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--port", "65535"], "Port must be from 1 to 65,532"),
        (["--address", "here"], "Address must be one of IPv4, such as 127.0.0.1, not here."),
    ],
)
def test_the_command_refuses_in_a_sentence(
    options: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--replicas", "2", "--print-config", *options]) == 2
    assert why in capsys.readouterr().err
