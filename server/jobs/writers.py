"""The writes of commands, by name.

Each takes and returns JSON values, whether it runs in the command or in the running server.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from server.domain.author import Author
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import resend
from server.usecases.answers import Answer
from server.usecases.appointments.import_appointments import Form, import_appointments
from server.usecases.configuration.publish_configuration import (
    Publication,
    Terms,
    publish_hall,
    publish_installation,
)
from server.usecases.devices.devices import PairedDevice, pair_device, renew_device, revoke_device
from server.usecases.journal.erase_expired import purge
from server.usecases.people.accounts import NewAccount, create_account, set_password
from server.usecases.people.api_keys import NewKey, create_api_key, revoke_api_key

COMMAND_LINE = Author("command_line")


def _create_user(
    database: Database,
    *,
    login: str,
    password: str,
    name: str,
    grants: list[list[str]],
    language: str = FRENCH,
) -> str:
    account = NewAccount(login, password, name, [Grant(role, site) for role, site in grants], language)
    return create_account(database, COMMAND_LINE, account)


def _reset_password(database: Database, *, login: str, password: str) -> None:
    set_password(database, COMMAND_LINE, login, password)


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


def _import_configuration(database: Database, *, content: str, dry_run: bool) -> Answer:
    publish = publish_hall if is_hall_document(content) else publish_installation
    return _described(publish(database, COMMAND_LINE, content, Terms(is_dry_run=dry_run)))


def _described(publication: Publication) -> Answer:
    return {
        "scope": publication.scope,
        "revision": publication.revision,
        "is_published": publication.is_published,
        "changes": [[each.path, each.kind, each.before, each.after] for each in publication.changes],
        "warnings": [[each.path, each.key, dict(each.values)] for each in publication.warnings],
    }


def _import_appointments(database: Database, *, hall: str, content: str, form: Form, dry_run: bool) -> Answer:
    return import_appointments(database, hall, COMMAND_LINE, content, form=form, is_dry_run=dry_run)


def _pair_device(database: Database, *, hall: str, kind: str, name: str) -> dict[str, str]:
    return _describe_token(pair_device(database, COMMAND_LINE, hall, kind=kind, configured=name))


def _renew_device(database: Database, *, device: str) -> dict[str, str]:
    return _describe_token(renew_device(database, COMMAND_LINE, device))


def _describe_token(paired: PairedDevice) -> dict[str, str]:
    return asdict(paired)


def _revoke_device(database: Database, *, device: str) -> None:
    revoke_device(database, COMMAND_LINE, device)


def _create_api_key(
    database: Database,
    *,
    name: str,
    scopes: list[str],
    halls: list[str],
    expires_at: str,
    is_loopback_only: bool,
) -> dict[str, str]:
    new_key = NewKey(name, scopes, halls, from_text(expires_at), is_loopback_only)
    key, token = create_api_key(database, COMMAND_LINE, new_key)
    return {"id": key, "token": token}


def _revoke_api_key(database: Database, *, key: str) -> None:
    revoke_api_key(database, COMMAND_LINE, key)


def _send_alarms_again(database: Database, *, recipient: str, since: str) -> int:
    return resend(database, recipient, from_text(since))


def _purge(database: Database) -> dict[str, int]:
    return purge(database)


WRITERS: Mapping[str, Callable[..., object]] = {
    "create_user": _create_user,
    "reset_password": _reset_password,
    "import_configuration": _import_configuration,
    "import_appointments": _import_appointments,
    "pair_device": _pair_device,
    "renew_device": _renew_device,
    "revoke_device": _revoke_device,
    "create_api_key": _create_api_key,
    "revoke_api_key": _revoke_api_key,
    "send_alarms_again": _send_alarms_again,
    "purge": _purge,
}
