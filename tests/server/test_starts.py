"""A start that cannot succeed says why in a line and a sentence, and ends with 1; a wrong setting with 2."""

import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.app import create_app
from server.cli import execute_server
from server.clock import Clock
from server.commands import examination
from server.commands.say import say, say_refusal
from server.domain.refusals import Refusal
from server.settings import Settings
from server.store.operation.migrating import installation_of, open_installed
from tests.harness.programs import PROJECT, PYTHON
from tests.harness.servers.served import forks
from tests.harness.sharing import free_port
from tests.harness.sql import make_tables
from tests.server.test_cli import Installation

NOT_INSTALLED = [
    "refused: not_installed",
    "The installation is not complete: run the command “parvis migrate”.",
]


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An empty folder; sentences in English."""
    return Installation(tmp_path / "var")


# --- a database without tables ---------------------------------------------------------------


def test_a_database_without_tables_is_not_installed(empty_database_url: str, tmp_path: Path):
    settings = Settings(var=tmp_path, database_url=empty_database_url)
    with pytest.raises(Refusal, match="not_installed"):
        open_installed(empty_database_url, Clock())
    with pytest.raises(Refusal, match="not_installed"):
        create_app(settings, async_mode="threading")
    make_tables(empty_database_url)
    database = open_installed(empty_database_url, Clock())
    assert not installation_of(database).is_demonstration
    database.close()


def test_looking_for_a_database_makes_no_file(empty_sqlite_url: str, tmp_path: Path):
    for _ in range(2):
        with pytest.raises(Refusal, match="not_installed"):
            open_installed(empty_sqlite_url, Clock())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_not_installed(empty_sqlite_url: str, tmp_path: Path):
    (tmp_path / "parvis.db").touch()
    with pytest.raises(Refusal, match="not_installed"):
        create_app(Settings(var=tmp_path, database_url=empty_sqlite_url), async_mode="threading")


@pytest.mark.parametrize("arguments", [("serve",), ("devices", "list")])
def test_a_command_says_which_command_to_run(
    place: Installation, empty_database_url: str, arguments: tuple[str, ...]
):
    place.environment["PARVIS_DATABASE_URL"] = empty_database_url
    assert place.parvis(*arguments, expected=1).splitlines() == NOT_INSTALLED


def test_the_server_itself_says_so_too(place: Installation, empty_sqlite_url: str):
    place.environment |= {"PARVIS_DATABASE_URL": empty_sqlite_url, "PARVIS_PORT": str(free_port())}
    assert started(place, expected=1).splitlines() == NOT_INSTALLED


def test_the_server_process_takes_no_command(place: Installation):
    assert served(place, "simulate", expected=2).rstrip().endswith("parvis simulate")


def served(place: Installation, *arguments: str, expected: int) -> str:
    """What `python -m server` wrote before it ended, in a process forked from one that has imported it."""
    log = place.var / "server.log"
    ended = forks().start("server", list(arguments), place.environment, log).wait(60)
    told = log.read_text(encoding="utf-8")
    assert ended == expected, told
    return told


def started(place: Installation, *, expected: int) -> str:
    """The same of a process of its own."""
    ended = subprocess.run(
        [str(PYTHON), "-m", "server"],
        cwd=PROJECT,
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == expected, ended.stderr
    return ended.stderr


# --- what else keeps a server from starting --------------------------------------------------------


def test_a_file_that_is_no_database_is_reported(place: Installation):
    file = place.var / "letter.db"
    file.write_text("Madame, Monsieur, " * 100, encoding="utf-8")
    place.environment["PARVIS_DATABASE_URL"] = f"sqlite:///{file}"
    for command in ("serve", "migrate"):
        first, sentence = place.parvis(command, expected=1).splitlines()
        assert first.startswith("refused: database_unreadable")
        assert sentence == "This file does not open as a SQLite database."


def test_an_unreachable_database_is_reported_and_the_command_ends(place: Installation):
    place.environment["PARVIS_DATABASE_URL"] = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    with ThreadPoolExecutor() as both:  # each waits for the database for five seconds
        for told in both.map(lambda command: place.parvis(command, expected=1), ("serve", "migrate")):
            assert "refused: database_busy" in told


def test_a_taken_address_is_refused(place: Installation, sqlite_url: str):
    place.environment["PARVIS_DATABASE_URL"] = sqlite_url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place.environment["PARVIS_PORT"] = str(taken.getsockname()[1])
        first, _ = served(place, expected=1).splitlines()
    assert first.startswith("refused: address_taken")


def test_an_unreadable_certificate_is_reported(place: Installation, sqlite_url: str):
    place.environment |= {
        "PARVIS_DATABASE_URL": sqlite_url,
        "PARVIS_TLS_CERTIFICATE": "no-such.pem",
        "PARVIS_TLS_KEY": "no-such.key",
    }
    assert "refused: bad_certificate" in place.parvis("serve", expected=1)


def test_a_folder_that_cannot_be_written_is_reported(place: Installation):
    place.environment["PARVIS_VAR"] = "/proc/parvis"
    assert "refused: folder_not_writable" in place.parvis("migrate", expected=1)


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "mysql://parvis"), ("LOG_LEVEL", "loud")])
def test_a_setting_that_cannot_be_is_named(place: Installation, name: str, value: str):
    place.environment[f"PARVIS_{name}"] = value
    assert f"setting {name.lower()}" in place.parvis("serve", expected=2)


def test_a_server_without_the_files_of_pages_does_not_start_and_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(examination, "ASSETS", tmp_path / "var" / "assets")
    assert examination.assets(Settings(var=tmp_path)).state == "wrong"
    with pytest.raises(Refusal, match="assets_missing") as refused:
        execute_server(Settings(var=tmp_path))
    say_refusal(refused.value)
    assert f"`make assets` dans {PROJECT}" in capsys.readouterr().err.replace("\n", " ")


# --- plain http -------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.10", "::", "accueil.exemple.fr"])
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_server_without_tls_is_served_on_loopback_only(
    sqlite_url: str, tmp_path: Path, host: str, behind_proxy: bool
):
    settings = Settings(var=tmp_path, database_url=sqlite_url, host=host, behind_proxy=behind_proxy)
    with pytest.raises(Refusal, match="http_on_loopback_only"):
        create_app(settings, async_mode="threading")


def test_a_refused_address_names_the_next_step(place: Installation, sqlite_url: str):
    place.environment |= {"PARVIS_DATABASE_URL": sqlite_url, "PARVIS_HOST": "0.0.0.0"}
    told = place.parvis("serve", expected=1)
    assert "refused: http_on_loopback_only" in told
    assert "“parvis serve --lan”" in told
    assert "PARVIS_BEHIND_PROXY" in told


def test_a_fingerprint_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]):
    say("12:AB:34:CL:56")  # rich makes signs of :AB: and :CL: unless it is told not to
    assert capsys.readouterr().out == "12:AB:34:CL:56\n"


def test_the_local_network_is_served_by_one_process_with_its_own_certificate(place: Installation):
    place.environment |= {"PARVIS_LAN": "true", "PARVIS_BEHIND_PROXY": "true"}
    assert "PARVIS_BEHIND_PROXY" in place.parvis("serve", expected=2)


def test_a_demonstration_is_served_on_loopback_only_even_with_a_certificate():
    open_to_all = Settings(host="0.0.0.0", tls_certificate="parvis.pem", tls_key="parvis.key")
    with pytest.raises(Refusal, match="demonstration_on_loopback_only"):
        open_to_all.check_address(is_demonstration=True)
    open_to_all.check_address(is_demonstration=False)
    for host in ("127.0.0.1", "::1", "localhost"):
        Settings(host=host).check_address(is_demonstration=True)
