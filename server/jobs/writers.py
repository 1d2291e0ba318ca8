"""The writes of commands, by name.

Each takes and returns JSON values, whether it runs in the command or in the running server.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypedDict

from server.documents.content import ChangeKind, JsonValue
from server.domain.author import Author
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
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
