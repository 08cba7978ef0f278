"""Which ports are free."""

import socket


def is_free(host: str, port: int) -> bool:
    """Whether a server of ours could listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError):
        return False
    return True


def free_or_other(host: str, port: int) -> int:
    """`port`, or any free one when it is taken."""
    if is_free(host, port):
        return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
