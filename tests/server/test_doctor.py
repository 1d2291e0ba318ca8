"""What `parvis doctor` says of certificate, clocks, key, backup and anchors; it prints no secret."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server import own_authority
from server.clock import Clock
from server.commands import examination
from server.own_authority import OwnAuthority
from server.settings import Settings
from server.store.journal.chain import Anchors
from server.store.operation.backups import is_postgresql
from server.store.operation.migrating import open_installed, seconds_ahead
from server.store.operation.private_files import secret_key
from server.store.transactions.database import Database
from server.usecases.journal.maintenance import backup
from tests.server.test_cli import Installation
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

NOW = datetime.now(UTC)


def at(when: datetime) -> Callable[[], Clock]:
    """In the place of `Clock`: one that stands."""
    return lambda: Clock(now=lambda: when)


@pytest.mark.parametrize(
    ("days", "state", "key"),
    [
        (0, "right", "doctor.tls"),
        (350, "right", "doctor.tls"),
        (352, "off", "doctor.tls.ending"),
        (366, "wrong", "doctor.tls.ended"),
    ],
)
def test_a_certificate_is_told_fourteen_days_before_its_end_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, state: str, key: str
):
    monkeypatch.setattr(own_authority, "own_addresses", lambda: ["10.1.2.3"])
    own = OwnAuthority(tmp_path / "tls")
    own.ensure(NOW)
    monkeypatch.setattr(examination, "Clock", at(NOW + timedelta(days=days)))
    settings = Settings(var=tmp_path, tls_certificate=str(own.certificate), tls_key=str(own.key))
    found = examination.tls(settings)
    assert (found.state, found.key) == (state, key)
    assert found.values == {"day": (NOW + timedelta(days=365)).date().isoformat()}
    own.certificate.write_bytes(b"no certificate")
    assert examination.tls(settings).key == "doctor.tls.unreadable"


@pytest.mark.both_databases
def test_a_clock_behind_the_last_fact_is_wrong(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database_with_hall(database_url, Hands(NOW + timedelta(hours=2)), "laon").close()
    settings = Settings(var=tmp_path, database_url=database_url)
    monkeypatch.setattr(examination, "seconds_ahead", lambda _: 0.0)
    monkeypatch.setattr(examination, "Clock", at(NOW))
    found = examination.clock(settings)
    assert (found.state, found.key) == ("wrong", "doctor.clock.behind")
    assert found.values["seconds"] == 7200
    monkeypatch.setattr(examination, "Clock", at(NOW + timedelta(hours=2)))
    assert examination.clock(settings).key == "doctor.clock"


@pytest.mark.both_databases
def test_only_a_database_server_has_a_clock_of_its_own(database_url: str):
    with closing(Database(database_url, Clock(now=lambda: datetime.now(UTC) + timedelta(minutes=5)))) as late:
        assert seconds_ahead(late) == pytest.approx(-300 if is_postgresql(database_url) else 0, abs=2)


def test_a_clock_apart_from_that_of_the_database_is_wrong(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(var=tmp_path, database_url=sqlite_url)
    assert examination.clock(Settings(var=tmp_path / "none")).key == "doctor.clock.unread"
    assert examination.clock(settings).state == "right"
    monkeypatch.setattr(examination, "seconds_ahead", lambda _: -300.0)
    found = examination.clock(settings)
    assert (found.state, found.key, found.values) == ("wrong", "doctor.clock.apart", {"seconds": 300})


def test_a_key_of_one_machine_or_a_short_one_is_told(tmp_path: Path):
    settings = Settings(var=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    secret_key(settings)
    assert examination.key(settings).key == "doctor.key.alone"
    short = settings.model_copy(update={"secret_key": "short"})
    assert examination.key(short).key == "doctor.key.short"
    assert examination.key(short.model_copy(update={"secret_key": "k" * 32})).key == "doctor.key.setting"


def test_the_age_of_backup_and_anchors_is_told(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(var=tmp_path, database_url=sqlite_url)

    def keys() -> list[str]:
        return [look(settings).key for look in (examination.last_copy, examination.anchors)]

    assert keys() == ["doctor.copy.never", "doctor.anchors.none"]
    with closing(open_installed(sqlite_url, Clock())) as database:
        backup(database, Anchors(tmp_path / "anchors"), tmp_path / "copy")
    assert keys() == ["doctor.copy", "doctor.anchors"]
    monkeypatch.setattr(examination, "Clock", at(datetime.now(UTC) + timedelta(days=3)))
    assert keys() == ["doctor.copy.old", "doctor.anchors.old"]


def test_doctor_prints_no_secret_and_no_key_of_a_sentence(tmp_path: Path):
    secrets = {
        "SECRET_KEY": "k3y-of-the-installation-0123456789abcdef",
        "DATABASE_URL": "postgresql://parvis:pa55word@127.0.0.1:1/none",
        "REDIS_URL": "redis://:r3dis-word@127.0.0.1:1/0",
        "SMTP_PASSWORD": "sm7p-word",
    }
    place = Installation(tmp_path / "var")
    place.environment |= {f"PARVIS_{name}": value for name, value in secrets.items()}
    place.environment["PARVIS_TLS_CERTIFICATE"] = place.environment["PARVIS_TLS_KEY"] = "none.pem"
    told = place.parvis("doctor", expected=1)
    for word in ("k3y-of", "pa55word", "r3dis-word", "sm7p-word"):
        assert word not in told
    assert re.findall(r"\b(?:doctor|refusal|terminal)\.[a-z]\w+", told) == []
