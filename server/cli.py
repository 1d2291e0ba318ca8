"""`parvis`: the command line. Exit status 0 done, 1 refused or found wrong, 2 wrong usage."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from server.clock import Clock
from server.demonstration.create import at_base_url, create_demonstration, demo_file, is_demonstration, write_demo_file
from server.domain.refusals import Refusal
from server.settings import Settings
from server.store.database import Database
from server.store.migrating import is_migrated, migrate

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """The entry point: a refusal is one line and exit status 1, a wrong setting exit status 2."""
    try:
        cli()
    except Refusal as refusal:
        console.print(f"refused: {refusal.code} {dict(refusal.details) or ''}".rstrip(), style="red")
        sys.exit(1)
    except ValidationError as error:
        for each in error.errors():
            console.print(f"setting: {'.'.join(map(str, each['loc']))} {each['msg']}", style="red")
        sys.exit(2)


def opened(settings: Settings) -> Database:
    """The database of the settings, which must have been set up. Refusal: not_installed."""
    database = Database(settings.database_address, Clock())
    if not is_migrated(database):
        raise Refusal("not_installed")
    return database


@cli.command()
def serve() -> None:
    """Serve the installation: one process, or several workers with PostgreSQL and Redis."""
    settings = Settings()
    database = opened(settings)
    loopback_only = is_demonstration(database) and not settings.is_loopback
    database.close()
    if loopback_only:
        raise Refusal("demonstration_on_loopback_only", host=settings.host)
    if settings.scheme == "http" and not settings.is_loopback and not settings.behind_proxy:
        raise Refusal("http_on_loopback_only", host=settings.host)
    execute_server(settings)


def execute_server(settings: Settings) -> NoReturn:
    """Becomes the server process."""
    if settings.workers == 1:
        os.execv(sys.executable, [sys.executable, "-m", "server"])
    arguments = [
        *(sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", str(settings.workers), "--bind", f"{settings.host}:{settings.port}"),
        *("--worker-connections", "3000", "--backlog", "4096", "--graceful-timeout", "3", "--no-control-socket", "server.app:serve_app()"),
    ]
    if settings.scheme == "https":
        arguments[3:3] = ["--certfile", settings.tls_certificate, "--keyfile", settings.tls_key]
    os.execv(sys.executable, arguments)


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    database = Database(Settings().database_address, Clock())
    migrate(database)
    database.close()
    console.print("The database has the newest schema.")


@cli.command()
def demo(
    serving: Annotated[bool, typer.Option("--serve", help="Serve the demonstration once it exists.")] = False,
) -> None:
    """Create the demonstration if there is none, and print where everything is."""
    settings = Settings()
    database = Database(settings.database_address, Clock())
    migrate(database)
    if is_demonstration(database):
        described = at_base_url(settings, json.loads(demo_file(settings).read_text(encoding="utf-8")))
        write_demo_file(settings, described)
    else:
        described = create_demonstration(database, settings)
    database.close()
    tell(described, demo_file(settings))
    if serving:
        sys.stdout.flush()
        execute_server(settings)


def tell(described: dict[str, object], file: Path) -> None:
    """Prints the address of every page and who may sign in."""
    sites: list[dict[str, dict[str, str]]] = described["sites"]  # type: ignore[assignment]
    for site in sites:
        console.print(f"[bold]{site['slug']}[/bold]")
        console.print(f"  kiosk    {site['kiosk']['url']}")
        for screen in site["screens"]:
            console.print(f"  screen   {screen['url']}")  # type: ignore[index]
    users: list[dict[str, str]] = described["users"]  # type: ignore[assignment]
    for user in users:
        console.print(f"  {user['login']:16} {user['password']:40} {user['role']} · {user['site']}")
    console.print(f"console {described['base_url']}/console · quality {described['base_url']}/qualite · printers {described['base_url']}/imprimantes · all of it in {file}")


if __name__ == "__main__":
    main()
