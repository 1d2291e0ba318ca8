"""The key outside the database, the tokens made with it, and who may read the files of the installation."""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.commands import examination
from server.domain.refusals import Refusal
from server.ids import is_token_shaped, new_id
from server.settings import Settings
from server.store.operation.private_files import (
    back_up_key,
    bring_key,
    keep_to_owner,
    key_file,
    open_files,
    secret_key,
    tighten,
)
from server.store.visits.tickets import TicketTokens
from tests.server.store.journals import issue, morning
from tests.server.usecases.quality.figures_history import Hands


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """What most machines have; given back afterwards."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def settings_of(var: Path, **more: str) -> Settings:
    return Settings.model_validate({"var": var, **more})


def test_however_many_workers_need_the_key_first_it_is_made_once_for_its_owner(tmp_path: Path):
    settings = settings_of(tmp_path / "var")
    with ThreadPoolExecutor(8) as workers:
        keys = set(workers.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1
    assert key_file(settings).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in settings.var.iterdir()] == ["secret.key"]


def test_the_setting_is_the_key_and_makes_no_file(tmp_path: Path):
    settings = settings_of(tmp_path, secret_key="of the whole office")
    assert secret_key(settings) == b"of the whole office"
    assert not key_file(settings).exists()


def test_a_key_that_was_cut_is_refused(tmp_path: Path):
    key_file(settings_of(tmp_path)).write_text("short")
    with pytest.raises(Refusal, match="secret_key_unreadable"):
        secret_key(settings_of(tmp_path))
    assert examination.key(settings_of(tmp_path)).key == "doctor.key.unreadable"


def test_a_token_is_that_of_its_visit_and_of_the_key():
    visits = [new_id() for _ in range(2_000)]
    one, other = TicketTokens(lambda: b"one"), TicketTokens(lambda: b"other")
    tokens = [one.of(visit) for visit in visits]
    assert tokens == [one.of(visit) for visit in visits]
    assert len({*tokens, *map(other.of, visits)}) == 4_000
    assert all(re.fullmatch(r"[\w-]{22}", each) and is_token_shaped(each) for each in tokens)


def test_the_key_is_backed_up_and_restored(tmp_path: Path):
    office, machine = settings_of(tmp_path / "office"), settings_of(tmp_path / "machine")
    kept, former = secret_key(office), secret_key(machine)
    backup = tmp_path / "copy"
    assert back_up_key(office, backup) == tmp_path / "copy.key"
    assert bring_key(machine, backup, Hands().now)
    assert secret_key(machine) == kept
    [replaced] = machine.var.glob("secret.key.replaced-*")
    assert replaced.read_bytes() == former
    assert not bring_key(settings_of(tmp_path / "empty"), tmp_path / "without", Hands().now)


def test_doctor_reports_a_key_other_than_that_of_the_last_ticket(tmp_path: Path, sqlite_url: str):
    settings = settings_of(tmp_path / "var", database_url=sqlite_url)
    database = morning(sqlite_url, Hands())
    database.ticket_tokens = TicketTokens(lambda: secret_key(settings))
    issue(database)
    database.close()
    assert examination.key(settings).key == "doctor.key"
    key_file(settings).unlink()
    secret_key(settings)
    assert examination.key(settings).key == "doctor.key.other"


def test_new_and_existing_files_are_for_their_owner_alone(tmp_path: Path):
    var = tmp_path / "var"
    settings = settings_of(var)
    (var / "anchors").mkdir(parents=True)
    for name in ("parvis.db", "parvis.db-wal", "parvis.db.replaced-20261127", "demo.json", "anchors/laon"):
        (var / name).write_text("secret")
    assert open_files(settings)
    assert examination.private(settings).state == "wrong"
    assert tighten(settings) == 7
    assert open_files(settings) == []
    assert (var / "parvis.db").stat().st_mode & 0o777 == 0o600
    assert var.stat().st_mode & 0o777 == 0o700
    keep_to_owner()
    (var / "parvis.sock").write_text("")
    assert tighten(settings) == 0
    assert examination.private(settings).state == "right"


def test_shared_folders_and_files_of_others_are_not_changed(tmp_path: Path):
    tmp_path.chmod(0o1777)
    (tmp_path / "letter.txt").write_text("of somebody else")
    (tmp_path / "media").symlink_to(tmp_path / "letter.txt")
    assert tighten(settings_of(tmp_path)) == 0
    tmp_path.chmod(0o700)
