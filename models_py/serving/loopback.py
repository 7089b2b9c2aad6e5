"""The address that only programs on this machine can ask at."""

import socket

from models_py.errors import SettingError

HOST = "127.0.0.1"


def listening(port: int) -> socket.socket:
    """Listen on this machine's own address, before anything is read: of two services one is refused at once.

    Raises
    ------
    SettingError
        Where the port is taken.
    """
    # named as TCP, or asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for an acknowledgement
    made = socket.socket(proto=socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
        made.listen()
    except OSError as error:
        made.close()
        raise SettingError(f"Port {port} cannot be used ({error.strerror}): give another with --port.") from error
    return made
