"""`parvis create-user` and `parvis api-keys`: who may sign in, and what programs show to use the API."""

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from server.commands.say import day_and_time, open_database, say, sentence, write
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.domain.people.roles import SCOPES
from server.jobs import local_socket
from server.settings import Settings
from server.store.people.accounts import EVERY_SITE
from server.store.people.sign_ins import EVERY_HALL, ApiKeyRow, api_keys


def create_user(
    login: Annotated[str, typer.Argument(help="Name to sign in with.")],
    role: Annotated[
        list[str] | None,
        typer.Option(help="Role, or role@site, repeatable. Without a site: at every site."),
    ] = None,
    name: Annotated[str, typer.Option(help="Name shown to colleagues; the login by default.")] = "",
    language: Annotated[str, typer.Option(help="Language of their pages and letters.")] = FRENCH,
    reset: Annotated[
        bool, typer.Option("--reset", help="A new password for an account; unlocks it.")
    ] = False,
) -> None:
    """Create an account.

    The password is asked twice, or read from standard input when that is no terminal.
    """
    if not reset and not role:
        raise typer.BadParameter("an account needs a role: --role agent@laon", param_hint="--role")
    password = _password()
    if reset:
        write(
            local_socket.reset_password,
            login=login,
            password=password,
        )
        say(sentence("command.user.reset", login=login))
        return
    roles = role or []
    write(
        local_socket.create_user,
        login=login,
        password=password,
        name=name or login,
        grants=[_grant(each) for each in roles],
        language=language,
    )
    say(sentence("command.user.created", login=login, grants=", ".join(roles)))


def _grant(text: str) -> list[str]:
    role, _, site = text.partition("@")
    return [role, site or EVERY_SITE]


def _password() -> str:
    if sys.stdin.isatty():
        question, again = sentence("command.user.password"), sentence("command.user.repeat")
        return str(typer.prompt(question, hide_input=True, confirmation_prompt=again))
    return sys.stdin.readline().rstrip("\n")


keys = typer.Typer(no_args_is_help=True, help="Create API keys for programs, list or revoke them.")

DAY = ["%Y-%m-%d"]
USUAL_LIFE = timedelta(days=365)


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Which program it is for, to recognise it in the list.")],
    scope: Annotated[
        list[str],
        typer.Option(help=f"What it may do ({', '.join(SCOPES)}), repeatable."),
    ],
    hall: Annotated[
        list[str] | None, typer.Option(help="Slug of a hall, repeatable; all by default.")
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Last day, included, to midnight UTC; in a year by default."),
    ] = None,
    loopback_only: Annotated[
        bool, typer.Option("--loopback-only", help="Accepted from this machine only.")
    ] = False,
) -> None:
    """Create an API key: prints it once."""
    expires_at = _end_of(expires or datetime.now(UTC) + USUAL_LIFE)
    created = write(
        local_socket.create_api_key,
        name=name,
        scopes=list(dict.fromkeys(scope)),
        halls=hall or [EVERY_HALL],
        expires_at=to_text(expires_at),
        is_loopback_only=loopback_only,
    )
    until = (expires_at - timedelta(days=1)).date()
    say(sentence("command.key.created", name=name, id=created["id"], until=until))
    say(created["token"])


def _end_of(day: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


@keys.command("list")
def list_keys() -> None:
    """List the API keys: id, name, scopes, halls, until when, and whether expired or revoked."""
    with closing(open_database(Settings())) as database:
        with database.read() as rows:
            found = api_keys(rows)
        now = database.clock.now()
    for row in found:
        halls = ",".join(row.halls)
        what = f"{row.name:24} {row.scopes.replace(' ', ','):16} {halls:24} {_until(row):16}"
        say(f"{row.id}  {what} {_state(row, now)}".rstrip())


def _until(row: ApiKeyRow) -> str:
    if not row.expires_at:
        return sentence("command.key.for_ever")
    return sentence("command.key.until", day=f"{row.expires_at - timedelta(microseconds=1):%Y-%m-%d}")


def _state(row: ApiKeyRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return sentence("command.key.revoked_at", at=day_and_time(row.revoked_at))
    if row.expires_at is not None and row.expires_at <= now:
        return sentence("command.key.expired")
    return sentence("command.key.loopback") if row.is_loopback_only else ""


@keys.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """Revoke an API key: it is void from now on."""
    write(local_socket.revoke_api_key, key=key)
    say(sentence("command.key.revoked", key=key))
