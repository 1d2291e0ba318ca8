"""The command line: its output and exit status: 0 done, 1 refused or a fault found, 2 wrong usage."""

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.speech.sound import from_wav
from server.cli import cli
from server.clock import Clock
from server.commands.flows import FLOWS
from server.settings import Settings
from server.store.transactions.database import Database
from server.usecases.quality.indicators import read_days
from tests.conftest import Serve
from tests.hardware.speech.recordings import record
from tests.harness.commands import Ended, run_command, start_command
from tests.harness.programs import PROJECT
from tests.harness.servers.served import Served
from tests.harness.sql import execute
from tests.harness.waiting import wait_until
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days

HALLS = PROJECT / "server" / "demonstration" / "halls"
COMMANDS = {
    *(
        "serve",
        "migrate",
        "demo",
        "create-user",
        "import-configuration",
        "import-appointments",
        "export-configuration",
        "export-visits",
        "replay",
        "simulate",
        "report",
    ),
    *("purge", "verify-journal", "backup", "restore", "devices", "api-keys", "alarms", "doctor", "say"),
    *("installation-link", "export-translations", "import-translations"),
}


class Installation:
    """A folder and a database on which commands are run."""

    def __init__(self, var: Path, database_url: str = "") -> None:
        self.var = var
        var.mkdir(exist_ok=True)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PARVIS_")},
            "PARVIS_VAR": str(var),
            "PARVIS_DATABASE_URL": database_url,
            "COLUMNS": "200",
            "PARVIS_LANGUAGE": "en",
        }

    def parvis(
        self, *arguments: str, typed: str = "", expected: int = 0, by: Callable[..., Ended] = run_command
    ) -> str:
        """The output of a command, which must end with the expected status."""
        ended = by(list(arguments), self.environment, typed=typed)
        assert ended.status == expected, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr


def installed(var: Path, url: str) -> Installation:
    """A migrated database with the installation and the hall of Laon published."""
    database_with_hall(url, Hands(datetime.now(UTC)), "laon").close()
    return Installation(var, url)


@pytest.fixture
def installation(tmp_path: Path, sqlite_url: str) -> Installation:
    """The same on SQLite: which database it is makes no difference to most commands."""
    return installed(tmp_path / "var", sqlite_url)


def test_help_lists_the_commands_there_are(tmp_path: Path):
    text = Installation(tmp_path).parvis("--help")
    listed = {line.split()[1] for line in text.splitlines() if line.startswith("│ ") and line[2] not in " -"}
    assert listed == COMMANDS


@pytest.mark.parametrize(
    "arguments",
    [("paint",), ("purge", "--now"), ("import-configuration", "no-such-file.json"), ("create-user", "ada")],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]):
    Installation(tmp_path).parvis(*arguments, expected=2)


def test_a_wrong_setting_ends_with_2_and_is_named(tmp_path: Path):
    found = Installation(tmp_path)
    found.environment["PARVIS_PORT"] = "many"
    assert "port" in found.parvis("purge", expected=2)


def test_a_database_that_was_never_set_up_is_refused(tmp_path: Path):
    assert "not_installed" in Installation(tmp_path).parvis("verify-journal", expected=1, by=start_command)


def test_a_document_with_errors_is_refused_with_every_problem_in_a_line(installation: Installation):
    content = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    content["services"][1]["series"]["prefix"] = content["services"][0]["series"]["prefix"]
    content["colour"] = "blue"
    file = installation.var / "laon.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    lines = installation.parvis("import-configuration", str(file), expected=1).splitlines()
    assert any(line.startswith("colour: ") for line in lines)
    assert any("series" in line for line in lines)


def test_a_document_is_published_by_its_file(tmp_path: Path, sqlite_url: str):
    found = Installation(tmp_path / "var", sqlite_url)
    refused = found.parvis("import-configuration", str(HALLS / "laon.json"), expected=1)
    assert "not_configured" in refused
    found.parvis("import-configuration", str(HALLS / "installation.json"))
    assert "laon: published as revision 1" in found.parvis("import-configuration", str(HALLS / "laon.json"))


def test_a_configuration_is_exported_changed_and_imported(installation: Installation):
    out = installation.parvis("export-configuration", "--hall", "laon")
    file = installation.var / "laon.json"
    file.write_text(out.replace("Préfecture de l’Aisne – Laon", "Laon"), encoding="utf-8")
    told = installation.parvis("import-configuration", str(file), "--dry-run")
    assert "~ name:" in told
    assert "would be published as revision 2" in told
    assert "published as revision 2, 1 change." in installation.parvis("import-configuration", str(file))
    assert '"name": "Laon"' in installation.parvis("export-configuration", "--hall", "laon")


def test_appointments_come_in_from_a_calendar_with_each_event_that_does_not(installation: Installation):
    day = datetime.now(UTC) + timedelta(days=2)
    event = "BEGIN:VEVENT\nUID:{}\nDTSTART:{:%Y%m%d}T1000{}\nSUMMARY:laon-titres-depot\nEND:VEVENT\n"
    file = installation.var / "agenda.ICS"
    events = event.format("a1", day, "00") + event.format("a2", day, "xx")
    file.write_text(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n", encoding="utf-8")
    told = installation.parvis("import-appointments", str(file), "--hall", "laon", expected=1)
    assert "event 2 a2: malformed_hour" in told
    assert "laon: 1 booked, 0 moved, 0 cancelled, 0 unchanged, 1 refused." in told


def test_an_account_is_created_and_its_password_reset(installation: Installation):
    installation.parvis("create-user", "ada", "--role", "agent@laon", typed="a-long-pass-phrase\n")
    refused = installation.parvis(
        "create-user", "ada", "--role", "agent", typed="a-long-pass-phrase\n", expected=1
    )
    assert "login_taken" in refused
    installation.parvis("create-user", "ada", "--reset", typed="another-long-phrase\n")
    assert "password_too_short" in installation.parvis(
        "create-user", "ada", "--reset", typed="x\n", expected=1
    )


@pytest.mark.both_databases
def test_journals_are_verified_backed_up_and_restored(tmp_path: Path, database_url: str):
    installation = installed(tmp_path / "var", database_url)
    assert "laon: 1 fact, right" in installation.parvis("verify-journal", "--full")
    copy = str(installation.var / "copy")
    installation.parvis("backup", copy)
    key = installation.var / "secret.key"
    kept = key.read_bytes()
    assert (installation.var / "copy.key").read_bytes() == kept
    key.write_text("another key, of another machine, long enough")
    assert "file_exists" in installation.parvis("backup", copy, expected=1)
    assert "laon: nothing is known to be lost" in installation.parvis("restore", copy)
    assert key.read_bytes() == kept, "the key beside the backup is back"
    assert [open_ for open_ in installation.var.rglob("*") if open_.stat().st_mode & 0o077] == []
    assert "laon: 2 facts, right" in installation.parvis("verify-journal", "--hall", "laon")
    assert "laon: right" in installation.parvis("doctor", "--rebuild")


def test_visits_are_exported_between_two_days(installation: Installation):
    out = installation.var / "visits"
    installation.parvis("export-visits", "--from", "2026-11-01", "--to", "2026-11-30", "--out", str(out))
    assert {file.name for file in out.iterdir()} == {"legs.csv", "counters.csv", "services.csv"}
    wrong = ("export-visits", "--from", "2026-11-30", "--to", "2026-11-01", "--out", str(out))
    installation.parvis(*wrong, expected=2)


def test_stored_figures_are_recomputed_and_those_that_differ_end_with_status_1(
    installation: Installation, sqlite_url: str
):
    again = ("report", "--recompute", "--facts", "--hall", "laon")
    text = installation.parvis(*again)
    assert "laon: 0 stored rollups recomputed, 0 differences" in text
    assert "laon: visits recomputed from the journal, 0 differences" in text
    database = Database(sqlite_url, Clock())
    day = date(2026, 10, 19)
    play_days(database, day, 1)
    read_days(database, "laon", day, date(2026, 10, 20))
    execute(database, "UPDATE stored_rollup SET visits_during_alert = 3")
    database.close()
    assert "2026-10-19 differed" in installation.parvis(*again, expected=1)
    assert "laon: 1 stored rollups recomputed, 0 differences" in installation.parvis(*again)
    installation.parvis("report", expected=2)


def test_a_pack_of_a_period_is_written_with_its_steps(installation: Installation):
    out = installation.var / "pack.zip"
    pack = ("report", "--pack", str(out), "--period", "2026-09")
    said = installation.parvis(*pack)
    assert "Step 1 of 4: Préfecture de l’Aisne – Laon" in said
    assert f"Pack written: {out}" in said
    assert {"chiffres.csv", "plan-d-actions.ods"} <= set(zipfile.ZipFile(out).namelist())
    assert "bad_report_period" in installation.parvis(
        "report", "--pack", str(out), "--period", "2026-W1", expected=1
    )


def test_doctor_says_what_is_missing_and_what_to_do(tmp_path: Path):
    text = Installation(tmp_path / "var").parvis("doctor", expected=1)
    assert "`parvis migrate`" in text
    assert "Python 3." in text
    assert "The key of tickets is made when it is first needed" in text
    assert "The library of media prepares images, documents and videos." in text


def test_doctor_lists_every_flow_with_the_port_that_is_set(tmp_path: Path):
    elsewhere = {name for name in Settings.model_fields if name.endswith(("_url", "_host", "_issuer"))}
    assert elsewhere == {flow.setting for flow in FLOWS if flow.setting}
    lines = Installation(tmp_path / "var").parvis("doctor", "--flows").splitlines()
    assert len(lines) == len(FLOWS)
    database = next(line for line in lines if "PostgreSQL" in line)
    assert database == "· server → PostgreSQL, port 5432. Without it: nothing works."
    set_up = Settings(database_url="postgresql://somebody@elsewhere:6543/parvis", smtp_host="", port=8443)
    ports = {flow.name: flow.port_in_use(set_up) for flow in FLOWS}
    assert (ports["database"], ports["mail"], ports["kiosks"]) == ("6543", "", "8443")


@pytest.mark.parametrize(
    ("chosen", "machine", "told", "wrong"),
    [
        (
            "",
            "C.UTF-8",
            "· Aucun serveur ne tourne\u00a0; `parvis serve`",
            "port\u00a0: doit être un nombre entier.",
        ),
        (
            "es",
            "fr_FR.UTF-8",
            "· No hay ningún servidor en marcha",
            "ajuste port: debe ser un número entero.",
        ),
    ],
)
def test_commands_speak_the_language_of_the_office_else_of_the_machine(
    tmp_path: Path, chosen: str, machine: str, told: str, wrong: str
):
    place = Installation(tmp_path / "var")
    place.environment |= {"PARVIS_LANGUAGE": chosen, "LANG": machine, "LC_ALL": "", "LC_MESSAGES": ""}
    assert told in place.parvis("doctor", expected=1)
    place.environment["PARVIS_PORT"] = "http"
    assert wrong in place.parvis("serve", expected=2)


def test_a_journal_that_was_tampered_with_ends_with_1(tmp_path: Path, sqlite_url: str):
    found = installed(tmp_path / "var", sqlite_url)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE installation_fact SET author = 'somebody-else'")
    assert "installation: Fact 1 was altered" in found.parvis("verify-journal", expected=1)


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_while_a_server_runs_commands_write_through_it(serve: Serve, layout: str):
    served: Served = serve(layout)
    wait_until((served.var / "parvis.sock").exists, "the local socket is there")
    found = Installation(served.var, served.database_url)
    found.parvis("create-user", "ada", "--role", "agent@laon", typed="a-long-pass-phrase\n")
    assert "erasable: 0" in found.parvis("purge")
    device = found.parvis("devices", "list", "--hall", "laon").split()[0]
    found.parvis("devices", "revoke", device)
    assert "unknown_device" in found.parvis("devices", "revoke", device, expected=1)
    assert "revoked 20" in found.parvis("devices", "list", "--hall", "laon")
    probed = found.parvis("devices", "probe", "laon-borne-1")
    assert "laon-borne-1: ready" in probed
    assert "PARVIS SIMULATED" in probed
    assert "unknown_kiosk" in found.parvis("devices", "probe", "nowhere", expected=1)
    copy = found.var / "copy"
    found.parvis("backup", str(copy))
    for refused in (("migrate",), ("restore", str(copy)), ("doctor", "--rebuild"), ("serve",)):
        assert "server_running" in found.parvis(*refused, expected=1)
    assert "laon" in found.parvis("demo")
    assert "right" in found.parvis("verify-journal", "--full")
    wait_until((served.var / "anchors" / "laon.jsonl").exists, "the first round was made")


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--still"], "Personne n’est simulé"), ([], "visiteurs et agents y sont simulés")],
)
def test_a_demonstration_says_whether_its_visitors_are_simulated(
    options: list[str], said: str, monkeypatch: pytest.MonkeyPatch
):
    done: list[str] = []
    monkeypatch.setenv("PARVIS_LANGUAGE", "fr")
    monkeypatch.setattr("server.cli.is_server_running", lambda var: False)
    monkeypatch.setattr("server.cli.execute_server", lambda settings: done.append("served"))
    for name in ("described_demonstration", "start_agent", "say_places", "start_player"):
        monkeypatch.setattr(f"server.cli.demonstrating.{name}", lambda *_, name=name: done.append(name))
    printed = " ".join(CliRunner().invoke(cli, ["demo", "--serve", *options]).output.split())
    assert said in printed
    assert printed.count("simulé") == 1
    assert ("start_player" in done, done[-1]) == (not options, "served")


SERIES = ("numero", *"ahl0123456789")


@pytest.fixture
def hall(tmp_path: Path, sqlite_url: str) -> Installation:
    return installed(tmp_path / "var", sqlite_url)


def calls(found: Installation) -> list[str]:
    """What the doctor says of the voices of calls, and of the folder of voices."""
    lines = found.parvis("doctor").splitlines()
    return [line for line in lines if "Calls of" in line or "/voices/" in line]


def test_the_voice_of_each_hall_is_reported(hall: Installation):
    assert calls(hall) == ["✓ Calls of laon in fr are said by espeak-ng."]


def test_missing_and_unused_recordings_of_a_hall_are_named(hall: Installation):
    folder = record(hall.var / "voices" / "fr", [*SERIES, "guichet"])
    [told] = calls(hall)
    assert told.startswith(
        "· Calls of laon in fr are said by espeak-ng where one of these recordings is missing: "
    )
    missing = told.rstrip(".").rpartition(": ")[2].split(", ")
    assert "guichet" not in missing
    record(folder, missing)
    assert calls(hall) == ["✓ Calls of laon in fr are said by the site's recordings."]
    (folder / "numero.wav").write_bytes(b"")
    (folder / "fr_FR.onnx").write_bytes(b"")
    assert [line.rpartition("/voices/")[2] for line in calls(hall)[1:]] == [
        "fr: numero.wav is empty.",
        "fr: fr_FR.onnx is not used: fr_FR.onnx.json is missing beside it.",
    ]


def test_a_sentence_is_spoken_in_the_voice_in_force(tmp_path: Path):
    found = Installation(tmp_path / "var")
    out = tmp_path / "heard.wav"
    said = ("say", "Numéro A, 0, 4, 2 / guichet 3", "--out", str(out))
    assert "said by espeak-ng." in found.parvis(*said)
    with_chime = len(from_wav(out.read_bytes()))
    record(tmp_path / "var" / "voices" / "fr")
    assert "said by the site's recordings." in found.parvis(*said, "--no-chime")
    assert 0 < len(from_wav(out.read_bytes())) < with_chime


def test_a_sentence_that_cannot_be_spoken_ends_with_status_1_or_2(tmp_path: Path):
    found = Installation(tmp_path / "var")
    out = tmp_path / "heard.wav"
    assert "no voice for language 'xx'" in found.parvis(
        "say", "bonjour", "--language", "xx", "--out", str(out), expected=1
    )
    found.parvis("say", " / ", "--out", str(out), expected=2)
    assert not out.exists()


def test_loops_whose_test_is_out_of_date_are_named(tmp_path: Path, hall: Installation):
    content = json.loads(hall.parvis("export-configuration", "--hall", "laon"))
    content["counters"][0] |= {"has_hearing_loop": True, "hearing_loop_tested_on": "2020-03-02"}
    content["sound"]["loop"] = {"tested_on": None}
    file = tmp_path / "laon.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(file))
    told = [line for line in hall.parvis("doctor").splitlines() if "Loops of" in line]
    label, name = content["counters"][0]["labels"]["fr"], content["name"]
    assert told == [f"· Loops of laon are shown nowhere until they are tested again: {label}, {name}."]
