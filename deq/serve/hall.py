"""Where the processes of a hall listen, and the configuration of HAProxy that joins them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

LOOPBACK = "127.0.0.1"
COOKIE = "deq-replica"

_STARTING = (
    "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=2>"
    "<title>Deep equilibrium models</title>"
    "<p style='font:1.2em sans-serif;margin:4em'>The app is starting. This page opens by itself."
)

_CONFIG = """\
global
    maxconn 8192

defaults
    mode http
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    # A page keeps one WebSocket open for as long as it is shown.
    timeout tunnel 12h
    timeout http-request 30s
    # Whoever belongs to a replica that does not answer goes to another one.
    retries 3
    retry-on conn-failure empty-response
    option redispatch 1
    http-error status 503 content-type text/html string "{starting}"

frontend hall
    bind {address}:{port}
    http-request disable-l7-retry unless METH_GET
    default_backend replicas

backend replicas
    balance leastconn
    # By cookie, not by address: a class may share one. Sessions, uploads and downloads are kept by
    # the replica that made them.
    cookie {cookie} insert indirect nocache httponly attr SameSite=Lax
    option httpchk GET /_stcore/health
    # A replica that is gone is noticed by the first connection that fails, or by two checks.
    default-server check inter 1s fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down
    default-server on-marked-down shutdown-sessions
{servers}

frontend status
    bind {loopback}:{status}
    stats enable
    stats uri /
    stats refresh 5s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """The addresses of a hall: one for visitors; all others are on loopback.

    Parameters
    ----------
    replicas : int
        Server processes.
    port : int
        Where HAProxy listens for visitors. The status page has the next port, and the replicas
        those after it.
    address : str
        The IPv4 address it listens on; 0.0.0.0 is all of this machine's.

    Raises
    ------
    ValueError
        If there is no replica, a port would be above 65,535, or the address is none.

    Examples
    --------
    >>> hall = Hall(replicas=2)
    >>> hall.port, hall.status, hall.ports
    (8501, 8502, (8503, 8504))
    """

    replicas: int
    port: int = 8501
    address: str = LOOPBACK

    def __post_init__(self) -> None:
        if self.replicas < 1:
            raise ValueError(f"replicas must be at least 1, not {self.replicas}")
        if not 1 <= self.port <= 65_535 - 1 - self.replicas:
            raise ValueError(
                f"port must be from 1 to {65_534 - self.replicas:,}, since the status page and "
                f"the replicas have the ports after it; not {self.port}"
            )
        try:
            IPv4Address(self.address)
        except ValueError:
            raise ValueError(
                f"address must be one of IPv4, such as {LOOPBACK}, not {self.address}"
            ) from None

    @property
    def status(self) -> int:
        """Port of HAProxy's status page."""
        return self.port + 1

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports of the replicas."""
        return tuple(range(self.port + 2, self.port + 2 + self.replicas))

    @property
    def link(self) -> str:
        """Where a browser on this machine finds the hall."""
        everywhere = IPv4Address(self.address).is_unspecified
        return f"http://{LOOPBACK if everywhere else self.address}:{self.port}"

    def haproxy_config(self) -> str:
        """The text of ``haproxy.cfg``, tried with HAProxy 2.6.

        References
        ----------
        HAProxy Configuration Manual, version 2.6: "cookie", "option httpchk", "timeout tunnel".
        """
        servers = (
            f"    server replica{number} {LOOPBACK}:{port} cookie {number}"
            for number, port in enumerate(self.ports, 1)
        )
        return _CONFIG.format(
            starting=_STARTING,
            address=self.address,
            port=self.port,
            cookie=COOKIE,
            servers="\n".join(servers),
            loopback=LOOPBACK,
            status=self.status,
        )
