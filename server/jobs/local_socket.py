"""The local socket, `var/parvis.sock` (0600): the running server does the writes of commands.

Each write takes and returns JSON values, whether it runs in the command or in the running server. A request
and an answer are each one line of JSON: `{"write": name, "values": {…}, "schema": revision}`, then
`{"answer": …}` or `{"refused": code, "details": …}`, with `problems` for a refused document. A server of
another schema than the command refuses: they are not of the same version.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Concatenate, NotRequired, TypedDict

import structlog

from server.documents.content import ChangeKind, JsonValue
from server.documents.problems import DocumentProblem, DocumentRefused
from server.domain.author import Author
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.jobs import SOCKET, alone, may_listen
from server.store.installation import SCHEMA
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.unix_socket import connect, listening
from server.usecases.alarms.alarm_recipients import resend
from server.usecases.appointments.imports import Form, Imported, import_appointments
from server.usecases.configuration.publication import (
    Publication,
    Terms,
    publish_hall,
    publish_installation,
)
from server.usecases.devices import devices
from server.usecases.journal.maintenance import purge
from server.usecases.people import directory
from server.usecases.people.accounts import NewAccount, create_account, set_password
from server.usecases.printing import printers as printer_answers

COMMAND_LINE = Author("command_line")
log = structlog.get_logger()
LARGEST_LINE = 8_000_000
ANSWER_WITHIN_S = 600.0
"""How long a command waits for an answer. A purge of years of data may take minutes."""
REACHED_WITHIN_S = 10.0
LISTENER_RETRY_S = 1.0


class ImportedDocument(TypedDict):
    """A document that was published, or would be: its revision, its changes and its warnings.

    A change: its path, its kind, the values before and after. A warning: its path, the key of its sentence,
    and what that names.
    """

    scope: str
    revision: int
    is_published: bool
    changes: list[tuple[str, ChangeKind, JsonValue, JsonValue]]
    warnings: list[tuple[str, str, Mapping[str, str]]]


class CreatedKey(TypedDict):
    """The id of an API key, and the key itself, which is shown once."""

    id: str
    token: str


class DeviceToken(TypedDict):
    """A device, its place (`configured`: the id in the hall's document), and its token, shown once."""

    id: str
    kind: str
    configured: str
    token: str


def create_user(
    database: Database,
    *,
    login: str,
    password: str,
    name: str,
    grants: list[list[str]],
    language: str = FRENCH,
) -> str:
    """Creates the account of a person, with pairs of a role and a site; its id."""
    account = NewAccount(login, password, name, [Grant(role, site) for role, site in grants], language)
    return create_account(database, COMMAND_LINE, account)


def reset_password(database: Database, *, login: str, password: str) -> None:
    """Sets the password of a person."""
    set_password(database, COMMAND_LINE, login, password)


def keep_probe(
    database: Database,
    *,
    kiosk: str,
    place: str,
    state: str,
    name: str,
    has_process_id: bool | None,
    speed: int | None,
) -> None:
    """Keeps what a printer answered to `parvis devices probe`."""
    answers = printer_answers.ProbeAnswers(state, name, has_process_id, speed)
    printer_answers.keep_probe(database, kiosk, place, answers)


def is_hall_document(content: str) -> bool:
    """Whether a text is the document of a hall, not of the installation.

    True for a text that is not JSON: reading it as a document of a hall will refuse it.
    """
    try:
        read = json.loads(content)
    except ValueError:
        return True
    return not isinstance(read, Mapping) or not str(read.get("format", "parvis-hall")).startswith(
        "parvis-installation"
    )


def import_document(database: Database, *, content: str, dry_run: bool) -> ImportedDocument:
    """Publishes a document of a hall or of the installation, or says what that would change."""
    publish = publish_hall if is_hall_document(content) else publish_installation
    return _described(publish(database, COMMAND_LINE, content, Terms(is_dry_run=dry_run)))


def _described(publication: Publication) -> ImportedDocument:
    return {
        "scope": publication.scope,
        "revision": publication.revision,
        "is_published": publication.is_published,
        "changes": [(each.path, each.kind, each.before, each.after) for each in publication.changes],
        "warnings": [(each.path, each.key, dict(each.values)) for each in publication.warnings],
    }


def import_appointment_file(
    database: Database, *, hall: str, content: str, form: Form, dry_run: bool
) -> Imported:
    """Imports the appointments of a file, or says what that would change."""
    return import_appointments(database, hall, COMMAND_LINE, content, form=form, is_dry_run=dry_run)


def pair_device(database: Database, *, hall: str, kind: str, name: str) -> DeviceToken:
    """Pairs a kiosk or screen with a place, by the id or the label of that."""
    return _describe_token(devices.pair_device(database, COMMAND_LINE, hall, kind=kind, configured=name))


def renew_device(database: Database, *, device: str) -> DeviceToken:
    """Gives a device, by its id or that of its place, another token."""
    return _describe_token(devices.renew_device(database, COMMAND_LINE, device))


def _describe_token(paired: devices.PairedDevice) -> DeviceToken:
    return {
        "id": paired.id,
        "kind": paired.kind,
        "configured": paired.configured,
        "token": paired.token,
    }


def revoke_device(database: Database, *, device: str) -> None:
    """Revokes a device."""
    devices.revoke_device(database, COMMAND_LINE, device)


def create_api_key(
    database: Database,
    *,
    name: str,
    scopes: list[str],
    halls: list[str],
    expires_at: str,
    is_loopback_only: bool,
) -> CreatedKey:
    """Creates an API key."""
    new_key = directory.NewKey(name, scopes, halls, from_text(expires_at), is_loopback_only)
    key, token = directory.create_api_key(database, COMMAND_LINE, new_key)
    return {"id": key, "token": token}


def revoke_api_key(database: Database, *, key: str) -> None:
    """Revokes an API key."""
    directory.revoke_api_key(database, COMMAND_LINE, key)


def send_alarms_again(database: Database, *, recipient: str, since: str) -> int:
    """Sends again the messages to a recipient since an instant (RFC 3339); how many."""
    return resend(database, recipient, from_text(since))


WRITERS: Mapping[str, Callable[..., object]] = {
    "create_user": create_user,
    "reset_password": reset_password,
    "import_configuration": import_document,
    "import_appointments": import_appointment_file,
    "pair_device": pair_device,
    "renew_device": renew_device,
    "revoke_device": revoke_device,
    "create_api_key": create_api_key,
    "revoke_api_key": revoke_api_key,
    "send_alarms_again": send_alarms_again,
    "keep_probe": keep_probe,
    "purge": purge,
}
"""The writes by the names that requests to the local socket use."""


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
    if request.get("schema") != SCHEMA:
        versions: dict[str, object] = {"revision": SCHEMA, "expected": request.get("schema")}
        return {"refused": "server_of_another_version", "details": versions}
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
        connection.sendall(json.dumps({"write": name, "values": values, "schema": SCHEMA}).encode() + b"\n")
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
