"""The local socket: commands that write go through the running server, as lines of JSON.

It is `var/parvis.sock` (0600). A request is `{"write": name, "values": {…}}`, an answer `{"answer": …}` or
`{"refused": code, "details": …}`, with `problems` for a refused document.
"""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from server.documents.problems import DocumentProblem, DocumentRefused
from server.domain.refusals import Refusal
from server.jobs.server_lock import SOCKET, alone, may_listen
from server.jobs.writers import WRITERS
from server.store.transactions.database import Database
from server.unix_socket import connected, listening

log = structlog.get_logger()

LARGEST_LINE = 8_000_000
ANSWER_WITHIN_S = 600.0
"""How long a command waits for the answer of a write: a purge of years may take minutes."""
REACHED_WITHIN_S = 10.0
LISTENER_RETRY_S = 1.0


def serve_local(database: Database, var: Path, wait: Callable[[float], None]) -> None:
    """Answers writes for ever, one at a time; with several workers the one that holds the listener's lock."""
    while (lock := may_listen(var)) is None:
        wait(LISTENER_RETRY_S)
    open_ = listening(var, SOCKET)
    log.info("local_socket_open", lock=lock)
    while True:
        connection, _ = open_.accept()
        with connection:
            connection.settimeout(REACHED_WITHIN_S)
            try:
                line = _line(connection)
                if line:
                    connection.sendall(
                        json.dumps(answer_to(database, line), ensure_ascii=False).encode() + b"\n"
                    )
            except OSError as gone:
                log.warning("local_socket_cut", reason=str(gone))


def answer_to(database: Database, line: bytes) -> dict[str, Any]:
    """What a request is answered."""
    try:
        request = json.loads(line)
        write = WRITERS[request["write"]]
    except (ValueError, KeyError, TypeError):
        return {"refused": "unknown_write", "details": {}}
    try:
        return {"answer": write(database, **request["values"])}
    except DocumentRefused as refused:
        listed = [
            [each.path, each.code, each.key, dict(each.values), each.is_warning] for each in refused.problems
        ]
        return {"refused": refused.code, "details": {}, "problems": listed}
    except Refusal as refused:
        return {"refused": refused.code, "details": dict(refused.details)}
    except Exception:
        log.exception("local_write_failed", write=request["write"])
        return {"refused": "internal", "details": {}}


def _line(connection: socket.socket) -> bytes:
    parts, length = [], 0
    while length <= LARGEST_LINE:
        part = connection.recv(65_536)
        if not part:
            break
        parts.append(part)
        length += len(part)
        if part.endswith(b"\n"):
            break
    return b"".join(parts)


def write(var: Path, opened: Callable[[], Database], name: str, /, **values: Any) -> Any:
    """Does a write by the running server, or here when none runs. Raises the refusal of the write.

    Refusal: server_running when a server holds the folder but does not answer on its socket.
    """
    deadline = time.monotonic() + REACHED_WITHIN_S
    while True:
        try:
            with alone(var):
                database = opened()
                try:
                    return WRITERS[name](database, **values)
                finally:
                    database.close()
        except Refusal as refused:
            if refused.code != "server_running":
                raise
        answered = _ask_server(var, name, values)
        if answered is not None:
            return answered.get("answer")
        if time.monotonic() > deadline:
            raise Refusal("server_running", var=str(var))
        time.sleep(0.05)


def _ask_server(var: Path, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
    """The server's answer; None when nobody listens. Raises its refusal."""
    try:
        reached = connected(var, SOCKET)
    except OSError:
        return None
    with reached as connection:
        connection.settimeout(ANSWER_WITHIN_S)
        connection.sendall(json.dumps({"write": name, "values": values}).encode() + b"\n")
        line = _line(connection)
    if not line:
        raise Refusal("server_stopped")
    answer: dict[str, Any] = json.loads(line)
    if "problems" in answer:
        raise DocumentRefused(DocumentProblem(*each) for each in answer["problems"])
    if "refused" in answer:
        raise Refusal(answer["refused"], **answer["details"])
    return answer
