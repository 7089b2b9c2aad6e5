#!/usr/bin/env bash
# uvicorn 0.54.0 on the event loop of CPython 3.11 and later: a listening socket that is made in the usual way,
# socket.socket(), and handed over by Server.run(sockets=[...]) gives connections without TCP_NODELAY. The loop sets it only
# where the socket's protocol is named (proto=IPPROTO_TCP), and a socket made without a name has protocol 0. An answer whose
# head and body are written apart then waits for the client's delayed acknowledgement, about 40 ms on Linux.
# With a host and a port uvicorn's own sockets have it.
# Seen (TCP_NODELAY of an accepted connection):
#   own socket 0, own socket named as TCP 1, host and port 1
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "uvicorn==0.54.0" "h11==0.16.0" "click==8.1.8"
"$folder/venv/bin/python" - <<'PYTHON'
import socket
import sys
import threading
import time

import uvicorn


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def seen(listening):
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="error", loop="asyncio")
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening] if listening else None})
    running.start()
    while not server.started:
        time.sleep(0.01)
    address = listening.getsockname() if listening else server.servers[0].sockets[0].getsockname()
    with socket.create_connection(address):
        while not server.server_state.connections:
            time.sleep(0.01)
        (connection,) = server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")
        nodelay = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    server.should_exit = True
    running.join()
    return int(bool(nodelay))


def listening(proto):
    made = socket.socket(proto=proto)
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


found = [seen(listening(0)), seen(listening(socket.IPPROTO_TCP)), seen(None)]
print(f"uvicorn {uvicorn.__version__}, Python {sys.version.split()[0]}: own socket, named as TCP, host and port:", *found)
assert found == [0, 1, 1]
PYTHON
