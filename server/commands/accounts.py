"""`parvis create-user`: an account, or with `--reset` a new password for one."""

import sys
from typing import Annotated

import typer

from server.commands.say import open_database, say, sentence
from server.domain.languages import FRENCH
from server.jobs import writers
from server.jobs.local_socket import write
from server.settings import Settings
from server.store.people.accounts import EVERY_SITE


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
    settings = Settings()
    if not reset and not role:
        raise typer.BadParameter("an account needs a role: --role agent@laon", param_hint="--role")
    password = _password()
    if reset:
        write(
            settings.var,
            lambda: open_database(settings),
            writers.reset_password,
            login=login,
            password=password,
        )
        say(sentence("command.user.reset", login=login))
        return
    roles = role or []
    write(
        settings.var,
        lambda: open_database(settings),
        writers.create_user,
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
