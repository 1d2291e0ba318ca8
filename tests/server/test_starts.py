"""A start that cannot succeed says why; the certificate of `serve --lan`; what `simulate` prints."""

import csv
import json
import socket
import ssl
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server import own_authority
from server.app import create_app
from server.cli import cli, execute_server
from server.clock import Clock
from server.commands import examination
from server.commands.say import say, say_refusal
from server.domain.quality.leg_records import LEG_COLUMNS
from server.domain.refusals import Refusal
from server.own_authority import OwnAuthority
from server.settings import Settings
from server.store.installation import SCHEMA
from server.store.operation.migrating import installation_of, open_installed
from tests.harness.programs import PROJECT, PYTHON
from tests.harness.servers.served import forks
from tests.harness.sharing import free_port
from tests.harness.sql import execute, make_tables
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


def test_a_start_on_a_newer_database_names_both_schemas_in_one_sentence(place: Installation, sqlite_url: str):
    with closing(open_installed(sqlite_url, Clock())) as database:
        execute(database, "UPDATE alembic_version SET version_num = '9999'")
    place.environment |= {"PARVIS_DATABASE_URL": sqlite_url, "PARVIS_PORT": str(free_port())}
    for told in (served(place, expected=1), *(place.parvis(each, expected=1) for each in ("serve", "purge"))):
        _, *sentences = told.splitlines()
        assert len(sentences) == 1
        assert f"has schema 9999, newer than schema {SCHEMA} of this version" in sentences[0]
    assert place.parvis("--version") == f"Parvis {version('parvis')}, schema {SCHEMA}\n"


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


NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The private addresses of this machine, which a test changes."""
    found = ["10.1.2.3"]
    monkeypatch.setattr(own_authority, "own_addresses", lambda: found)
    monkeypatch.setattr(own_authority, "own_names", lambda: ["accueil", "accueil.local"])
    return found


def test_the_certificate_is_renewed_for_its_end_and_addresses_and_the_authority_stays(
    addresses: list[str], tmp_path: Path
):
    own = OwnAuthority(tmp_path / "tls")
    assert own.ensure(NOW)
    trusted = own.fingerprint
    assert not own.ensure(NOW + timedelta(days=334))
    assert own.ensure(NOW + timedelta(days=336))
    addresses[:] = ["192.168.1.20"]
    assert own.ensure(NOW + timedelta(days=336))
    assert not own.ensure(NOW + timedelta(days=336))
    assert own.fingerprint == trusted
    assert names_of(own.certificate) == {
        *("accueil", "accueil.local", "localhost"),
        *("192.168.1.20", "127.0.0.1"),
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in own.folder.iterdir()} == {0o600}


def test_a_client_that_trusts_the_authority_trusts_the_server_by_its_address(
    addresses: list[str], tmp_path: Path
):
    own = OwnAuthority(tmp_path / "tls")
    own.ensure(datetime.now(UTC))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(own.certificate, own.key)
    assert shaken(served, own, "10.1.2.3") is None
    assert "address mismatch" in str(shaken(served, own, "10.9.9.9"))


def test_an_own_authority_signs_for_private_addresses_and_its_machine_only(
    addresses: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own = OwnAuthority(tmp_path / "tls")
    own.ensure(datetime.now(UTC))
    addresses[:] = ["203.0.113.7"]
    monkeypatch.setattr(own_authority, "own_names", lambda: ["mairie.example.fr"])
    own.ensure(datetime.now(UTC))
    assert "mairie.example.fr" not in names_of(own.certificate)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(own.certificate, own.key)
    assert "permitted subtree violation" in str(shaken(served, own, "203.0.113.7"))


def test_a_machine_without_a_local_network_makes_no_certificate(addresses: list[str], tmp_path: Path):
    addresses.clear()
    with pytest.raises(Refusal, match="no_private_address"):
        OwnAuthority(tmp_path / "tls").ensure(NOW)


def names_of(certificate: Path) -> set[str]:
    """The names and addresses of a certificate."""
    found = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    return {value for _, value in found["subjectAltName"]}


def shaken(served: ssl.SSLContext, own: OwnAuthority, name: str) -> ssl.SSLError | None:
    """Why a client that trusts the authority alone refuses the server under a name; None: it does not."""
    client = ssl.create_default_context(cafile=own.authority)
    sent, answered = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(answered, sent, server_hostname=name),
        served.wrap_bio(sent, answered, server_side=True),
    )
    try:
        for end in (*ends, *ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    except ssl.SSLError as refused:
        return refused
    return None


RULES = ("--rule", "strict_classes", "--rule", "gcmu_safe")


def simulate(*arguments: str, expected: int = 0) -> str:
    """What the command printed, without any installation."""
    ended = CliRunner().invoke(cli, ["simulate", *arguments])
    if isinstance(ended.exception, Refusal):
        assert expected == 1
        return ended.exception.code
    assert ended.exit_code == expected, ended.output
    return ended.output


def test_simulate_prints_both_halls_and_both_forms_and_writes_json(tmp_path: Path):
    out = tmp_path / "figures.json"
    printed = simulate("--days", "3", *RULES, "--out", str(out))
    assert "hall_80: 3 days" in printed
    assert printed.count("difference from strict_classes") == 2
    assert len([line for line in printed.splitlines() if line.startswith("Conclusion: ")]) == 2
    tables = [line for line in printed.splitlines() if not line.startswith("Conclusion: ")]
    assert max(map(len, tables)) <= 100
    assert "…" not in printed
    [worst, *_] = [line for line in tables if line.startswith("gcmu_safe") and " / " in line]
    assert worst.split()[4] in ("walk_in", "appointment", "priority"), "whose P95 is the worst"
    by_class = [line.split() for line in tables if line.split()[:2] == ["walk_in", "gcmu_safe"]]
    assert len(by_class) == 4, "a row a class, hall and form"
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [(row["hall"], row["rule"], row["priority_first"]) for row in rows] == [
        (hall, rule, first)
        for hall in ("hall_80", "hall_95")
        for first in (False, True)
        for rule in ("strict_classes", "gcmu_safe")
    ]
    for row in rows:
        assert 0 < row["within"] < 1
        assert row["within_difference_low"] <= row["within_difference_value"] <= row["within_difference_high"]
        assert row["max_s"] >= row["worst_p95_s"] > 0


def test_the_same_seed_gives_the_same_figures_and_csv_has_a_header(tmp_path: Path):
    files = [tmp_path / f"{name}.csv" for name in ("one", "two", "other")]
    for file, seed in zip(files, ("5", "5", "6"), strict=True):
        simulate("--days", "2", "--hall", "hall_95", *RULES, "--seed", seed, "--out", str(file))
    one, two, other = (file.read_text(encoding="utf-8") for file in files)
    assert one == two != other
    assert [row["rule"] for row in csv.DictReader(one.splitlines())] == ["strict_classes", "gcmu_safe"] * 2


def test_options_of_a_day_are_named_and_announced_waits_are_judged(tmp_path: Path):
    out = tmp_path / "figures.json"
    besides = ("--break", "carry_over", "--linked", "0.1", "--wrap-up", "60", "--one-agent", "--estimates")
    printed = simulate("--days", "3", "--hall", "hall_80", "--rule", "gcmu_safe", *besides, "--out", str(out))
    assert "untold" in printed
    plain, first = json.loads(out.read_text(encoding="utf-8"))
    assert 0 < plain["told_above"] < plain["told_inside"] <= 1
    assert first["told"] > 50
    assert "told" not in simulate("--days", "1", "--hall", "hall_80", "--rule", "gcmu_safe")


def test_a_log_is_run_under_each_rule_with_results_by_class(tmp_path: Path):
    row = dict.fromkeys(LEG_COLUMNS, "") | {"hall": "laon", "service": "a", "class": "walk_in"}
    lines = [
        row
        | {"leg": str(n), "visit": str(n), "number": f"A{n:03d}", "issued_at": f"2026-11-24T09:0{n}:00+01:00"}
        | {"first_called_at": f"2026-11-24T09:{n}0:00+01:00", "ended_at": f"2026-11-24T09:{n}9:00+01:00"}
        | {"end_reason": "served"}
        for n in range(1, 5)
    ]
    legs, counters = tmp_path / "legs.csv", tmp_path / "counters.csv"
    with legs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LEG_COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    duty = "g1,laon,s,,arrival_order,a,2026-11-24T08:00:00+01:00,2026-11-24T12:00:00+01:00,,"
    head = "counter,hall,session,profile,rule,services,opened_at,closed_at,planned_open_at,planned_close_at"
    counters.write_text(f"{head}\n{duty}\n", encoding="utf-8")
    printed = simulate("--legs", str(legs), "--counters", str(counters), *RULES)
    assert "log: 1 days, 4.0 tickets a day" in printed
    assert printed.index("arrival_order") < printed.index("strict_classes"), "the log's own rule first"
    assert len([line for line in printed.splitlines() if line.startswith("walk_in")]) == 4
    printed = simulate("--legs", str(legs), "--counters", str(counters), *RULES, "--one-agent", "--estimates")
    assert "untold" in printed
    simulate("--legs", str(legs), "--counters", str(counters), "--linked", "0.1", expected=2)
    counters.write_text(f"{head}\n{duty.replace('2026-11-24', '2025-11-24')}\n", encoding="utf-8")
    assert "no_simulated_day" in simulate("--legs", str(legs), "--counters", str(counters), expected=1)
    simulate("--legs", str(legs), expected=2)
    assert simulate("--legs", str(counters), "--counters", str(legs), expected=1) == "log_columns"


@pytest.mark.parametrize(
    "wrong", [("--rule", "random"), ("--hall", "hall_7"), ("--days", "0"), ("--out", "figures.txt")]
)
def test_wrong_usage_ends_with_2(wrong: tuple[str, ...]):
    simulate(*wrong, expected=2)
