"""`parvis`: the command line. Exit status 0 done, 1 refused or found wrong, 2 wrong usage or setting.

A command that writes goes through the running server by its local socket. Sentences are in the language of
`LANG` or `PARVIS_LANGUAGE`: French unless it is English or Spanish; help and wrong usage are English. A
refusal is a code and a sentence: a database without tables is `not_installed`, one that lacks a migration
`database_not_migrated`; `parvis --version` says which schema a version has. With several workers each
drops its cached data of a device or key within two seconds, and cuts sockets of a void token within one.
"""

import os
import sys
from contextlib import closing
from importlib.metadata import version
from io import StringIO
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Annotated, NoReturn

import segno
import typer

from server.clock import Clock
from server.commands import (
    accounts,
    demonstrating,
    devices,
    doctoring,
    exchange,
    keeping,
    replaying,
    simulating,
)
from server.commands.examination import missing_assets
from server.commands.say import ending_well, open_database, say, sentence
from server.demonstration.create import demo_file, is_demonstration
from server.domain.refusals import Refusal
from server.jobs import allow_open_files, alone, is_server_running
from server.logs import configure_logs
from server.measures import share_folder
from server.own_authority import OwnAuthority
from server.settings import CODE, Settings
from server.store.installation import SCHEMA
from server.store.operation.migrating import migrate
from server.store.operation.private_files import keep_to_owner, tighten
from server.store.transactions.database import Database
from server.usecases.people.invitations import installation_address
from server.web.access.site_context import AUTHORITY_PATH, own_authority

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
main = ending_well(cli)


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        say(sentence("terminal.version", version=version("parvis"), schema=SCHEMA))
        raise typer.Exit


@cli.callback()
def begin(
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_say_version,
            is_eager=True,
            help="Print the version, and the revision of the schema that its databases have.",
        ),
    ] = False,
) -> None:
    """Parvis: tickets, calls, screens and honest waits of public halls."""
    keep_to_owner()
    settings = Settings()
    configure_logs(settings.log_level)
    tighten(settings)


@cli.command()
def serve(
    lan: Annotated[
        bool,
        typer.Option(
            "--lan", help="Also serve the local network by https, with a certificate of its own authority."
        ),
    ] = False,
) -> None:
    """Serve the installation: one process, or several workers with PostgreSQL and Redis.

    On an address that other machines reach it serves neither a demonstration nor plain http without a proxy.
    """
    if lan:
        os.environ["PARVIS_LAN"] = "true"  # for the server process too
    settings = Settings()
    database = open_database(settings)
    demonstration = is_demonstration(database)
    first = installation_address(database, settings.public_url or settings.base_url)
    database.close()
    settings.check_address(is_demonstration=demonstration)
    if settings.lan:
        own = own_authority(settings)
        own.ensure(Clock().now())
        say_local_network(settings, own)
    elif settings.scheme == "https":
        check_certificate(settings)
    if first is not None:
        say_first_link(first)
    execute_server(settings)


@cli.command("installation-link")
def installation_link_command() -> None:
    """Print the link that creates the first administrator; refused once there is an account."""
    settings = Settings()
    with closing(open_database(settings)) as database:
        first = installation_address(database, settings.public_url or settings.base_url)
    if first is None:
        raise Refusal("already_installed")
    say_first_link(first)


def say_first_link(address: str) -> None:
    """Prints where to begin, for the person at the machine."""
    say(sentence("terminal.first_link"))
    say(address)
    sys.stdout.flush()


def say_local_network(settings: Settings, own: OwnAuthority) -> None:
    """Prints where devices of the local network pair, with a code to scan, and how they trust the server."""
    address = f"{settings.base_url}/pair"
    say(sentence("terminal.lan", address=address))
    code = StringIO()
    segno.make(address, error="l", micro=False).terminal(code, border=2, compact=True)
    say(code.getvalue().rstrip("\n"))
    say(sentence("terminal.lan.trust", file=own.authority, address=f"{settings.base_url}{AUTHORITY_PATH}"))
    say(sentence("terminal.lan.fingerprint", fingerprint=own.fingerprint))


def check_certificate(settings: Settings) -> None:
    """Reads certificate and key as the server will, before it starts. Refusal: bad_certificate."""
    try:
        # an encrypted key would ask for its password at every start
        SSLContext(PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.tls_certificate, settings.tls_key, password=lambda: b""
        )
    except OSError as error:
        raise Refusal("bad_certificate", certificate=settings.tls_certificate, reason=str(error)) from error


def execute_server(settings: Settings) -> NoReturn:
    """Becomes the server process. Refusals: assets_missing, server_running, too_few_files.

    `server_running` when another serves from the same folder.
    """
    missing = missing_assets()
    if missing:
        raise Refusal("assets_missing", missing=", ".join(missing), place=CODE)
    allow_open_files()
    with alone(settings.var):
        if settings.workers > 1:
            share_folder(settings.var / "metrics")
    os.execv(sys.executable, server_command(settings))


def server_command(settings: Settings) -> list[str]:
    """The command that serves: this program, or gunicorn with several workers."""
    if settings.workers == 1:
        return [sys.executable, "-m", "server"]
    arguments = [
        *(sys.executable, "-m", "gunicorn", "-k", "server.worker.HallWorker", "-w", str(settings.workers)),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--worker-connections", "3000", "--backlog", "4096", "--graceful-timeout", "3"),
        *("--logger-class", "server.logs.gunicorn.GunicornLines"),
        *("--no-control-socket", "server.app:serve_app()"),
    ]
    if settings.scheme == "https":
        arguments[3:3] = ["--certfile", settings.tls_certificate, "--keyfile", settings.tls_key]
    return arguments


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema, or create it; no server may run meanwhile."""
    settings = Settings()
    with alone(settings.var):
        database = Database(settings.database_address, Clock())
        try:
            migrate(database)
        finally:
            database.close()
    say(sentence("command.migrated"))


@cli.command()
def demo(
    serving: demonstrating.Serving = False,
    still: demonstrating.Still = False,
    history: demonstrating.History = None,
    live: demonstrating.Live = False,
    pace: demonstrating.Pace = 10.0,
    ends_with: demonstrating.EndsWith = None,
) -> None:
    """Create the demonstration if there is none, and print every page and account; or play it live."""
    settings = Settings()
    if live:
        demonstrating.simulate_live(settings, pace, ends_with=ends_with)
        return
    demonstrating.warn_root()
    described = demonstrating.described_demonstration(settings, history)
    is_served = serving and not is_server_running(settings.var)
    if is_served:
        described = demonstrating.start_agent(settings, described)
    demonstrating.say_places(described, demo_file(settings))
    if is_served:
        is_played = settings.demo_live and not still
        say(sentence("command.demo.played" if is_played else "command.demo.still"))
        sys.stdout.flush()
        if is_played:
            demonstrating.start_player()
        execute_server(settings)


cli.command("create-user")(accounts.create_user)
cli.command("import-configuration")(exchange.import_configuration)
cli.command("export-configuration")(exchange.export_configuration)
cli.command("export-translations")(exchange.export_translations)
cli.command("import-translations")(exchange.import_translations)
cli.command("import-appointments")(exchange.import_appointments_command)
cli.command("export-visits")(exchange.export_visits_command)
cli.command("report")(exchange.report)
cli.command("replay")(replaying.replay)
cli.command("simulate")(simulating.simulate)
cli.command("purge")(keeping.purge_command)
cli.command("verify-journal")(keeping.verify_journal_command)
cli.command("backup")(keeping.backup_command)
cli.command("restore")(keeping.restore_command)
cli.command("doctor")(doctoring.doctor)
cli.command("say")(doctoring.say_aloud)
cli.add_typer(keeping.alarms, name="alarms")
devices.devices.command("probe")(devices.probe_printer)
cli.add_typer(devices.devices, name="devices")
cli.add_typer(accounts.keys, name="api-keys")


if __name__ == "__main__":
    main()
