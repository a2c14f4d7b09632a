"""Which local TCP ports are free."""

import socket


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    return _can_bind(host, port) and not _somebody_answers(host, port)


def next_free(first: int, avoid: frozenset[int] = frozenset(), tries: int = 200) -> int:
    for port in range(first, min(first + tries, 65536)):
        if port not in avoid and is_free(port):
            return port
    return _any_free_port()


def _can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without this a port whose last connection is still in TIME_WAIT would look taken after a restart.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _somebody_answers(host: str, port: int) -> bool:
    # macOS lets a second program bind 127.0.0.1 while another one listens on all addresses.
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((target, port), timeout=0.3):
            return True
    except OSError:
        return False


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
