"""The local socket, `var/parvis.sock` (0600): the running server does the writes of commands.

A request and an answer are each one line of JSON: `{"write": name, "values": {…}}`, then `{"answer": …}` or
`{"refused": code, "details": …}`, with `problems` for a refused document.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Concatenate, NotRequired, TypedDict

import structlog

from server.documents.problems import DocumentProblem, DocumentRefused
from server.domain.refusals import Refusal
from server.jobs.server_lock import SOCKET, alone, may_listen
from server.jobs.writers import WRITERS
from server.store.transactions.database import Database
from server.unix_socket import connect, listening

log = structlog.get_logger()

LARGEST_LINE = 8_000_000
ANSWER_WITHIN_S = 600.0
"""How long a command waits for an answer. A purge of years of data may take minutes."""
REACHED_WITHIN_S = 10.0
LISTENER_RETRY_S = 1.0


class SocketAnswer(TypedDict):
    """The answer to a request: that of its write, or the code and the values of its refusal.

    `problems`: those of a refused document, each the values of a `DocumentProblem`.
    """

    answer: NotRequired[object]
    refused: NotRequired[str]
    details: NotRequired[dict[str, object]]
    problems: NotRequired[list[tuple[str, str, str, dict[str, str], bool]]]


def serve_local(database: Database, var: Path, wait: Callable[[float], None]) -> None:
    """Answers writes for ever, one at a time. Of several workers only the holder of the lock does."""
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


def answer_to(database: Database, line: bytes) -> SocketAnswer:
    """The answer to a request."""
    try:
        request = json.loads(line)
        write = WRITERS[request["write"]]
    except (ValueError, KeyError, TypeError):
        return {"refused": "unknown_write", "details": {}}
    try:
        return {"answer": write(database, **request["values"])}
    except DocumentRefused as refused:
        listed = [
            (each.path, each.code, each.key, dict(each.values), each.is_warning) for each in refused.problems
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


def write[**Given, Answer](
    var: Path,
    opened: Callable[[], Database],
    work: Callable[Concatenate[Database, Given], Answer],
    *args: Given.args,
    **values: Given.kwargs,
) -> Answer:
    """The answer (JSON) of one of the WRITERS, done by the running server, or here when none runs.

    From the server a tuple comes as a list. `args`: none, a write takes values by their names. Raises the
    refusal of the write.

    Refusal: server_running when a server holds the folder but does not answer on its socket.
    """
    deadline = time.monotonic() + REACHED_WITHIN_S
    while True:
        try:
            with alone(var):
                database = opened()
                try:
                    return work(database, *args, **values)
                finally:
                    database.close()
        except Refusal as refused:
            if refused.code != "server_running":
                raise
        line = _ask_server(var, work, values)
        if line is not None:
            return _answer_in(line, work)
        if time.monotonic() > deadline:
            raise Refusal("server_running", var=str(var))
        time.sleep(0.05)


def _ask_server(var: Path, work: Callable[..., object], values: Mapping[str, object]) -> bytes | None:
    """The line that the server answers; None when no server listens. Refusal: server_stopped."""
    name = next(name for name, each in WRITERS.items() if each is work)
    try:
        reached = connect(var, SOCKET)
    except OSError:
        return None
    with reached as connection:
        connection.settimeout(ANSWER_WITHIN_S)
        connection.sendall(json.dumps({"write": name, "values": values}).encode() + b"\n")
        line = _line(connection)
    if not line:
        raise Refusal("server_stopped")
    return line


def _answer_in[Answer](line: bytes, work: Callable[..., Answer]) -> Answer:
    """What `work` answered in the server. Raises the refusal in the line."""
    read = json.loads(line)
    if "problems" in read:
        raise DocumentRefused(DocumentProblem(*each) for each in read["problems"])
    if "refused" in read:
        raise Refusal(read["refused"], **read["details"])
    answer: Answer = read["answer"]
    return answer
