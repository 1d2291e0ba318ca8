"""A server has room for connections of strangers; commands that write go through it while it runs."""

import os
import resource
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.clock import Clock
from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal
from server.jobs import ENOUGH_FILES, FEWEST_FILES, SOCKET, allow_open_files, alone, hold, is_server_running
from server.jobs.local_socket import answer_to, create_user, import_document, serve_local, write
from server.store.installation import SCHEMA
from server.store.transactions.database import Database
from server.unix_socket import listening
from server.usecases.journal.maintenance import purge
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(), "laon")
    yield found
    found.close()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    place = tmp_path / ("a-folder-with-a-long-name" * 6)  # longer than a socket's address may be
    place.mkdir()
    return place


@pytest.fixture
def served(database: Database, var: Path) -> Iterator[Database]:
    """A server's lock and socket, as `python -m server` holds them."""
    lock = hold(var, is_shared=False)
    threading.Thread(target=serve_local, args=(database, var, lambda _: None), daemon=True).start()
    wait_until((var / SOCKET).exists, "the socket is there")
    yield database
    os.close(lock)


def no_database() -> Database:
    raise AssertionError("a second writer was opened")


def accounts(database: Database) -> list[str]:
    return [row["login"] for row in all_rows(database, "SELECT login FROM account ORDER BY login")]


USER: dict[str, Any] = {
    "login": "ada",
    "password": "a-long-pass-phrase",
    "name": "Ada",
    "grants": [["agent", "laon"]],
}


class System:
    """A system with a limit of open files, which root may raise."""

    RLIM_INFINITY, RLIMIT_NOFILE = resource.RLIM_INFINITY, resource.RLIMIT_NOFILE

    def __init__(self, soft: int, hard: int, *, is_root: bool = False) -> None:
        self.limits, self.is_root = (soft, hard), is_root

    def getrlimit(self, _: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _: int, limits: tuple[int, int]) -> None:
        if limits[1] > self.limits[1] != resource.RLIM_INFINITY and not self.is_root:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


def test_a_write_goes_through_the_server_that_runs(served: Database, var: Path):
    assert isinstance(write(var, no_database, create_user, **USER), str)
    assert accounts(served) == ["ada"]


def test_a_refusal_of_the_server_is_the_command_s_refusal(served: Database, var: Path):
    write(var, no_database, create_user, **USER)
    with pytest.raises(Refusal, match="login_taken"):
        write(var, no_database, create_user, **USER)
    with pytest.raises(Refusal, match="unknown_role"):
        write(var, no_database, create_user, **USER | {"login": "bob", "grants": [["king", "*"]]})


def test_the_problems_of_a_document_come_back_with_their_places(served: Database, var: Path):
    content = (HALLS / "laon.json").read_text(encoding="utf-8").replace('"mode": "both"', '"mode": "neither"')
    with pytest.raises(DocumentRefused) as refused:
        write(var, no_database, import_document, content=content, dry_run=False)
    assert {problem.code for problem in refused.value.problems} == {"unknown_choice"}
    assert all(problem.path.startswith("services[") for problem in refused.value.problems)


def test_a_dry_run_shows_the_difference_and_publishes_nothing(served: Database, var: Path):
    content = (
        (HALLS / "laon.json").read_text(encoding="utf-8").replace("Préfecture de l’Aisne – Laon", "Laon")
    )
    told = write(var, no_database, import_document, content=content, dry_run=True)
    assert [list(change[:2]) for change in told["changes"]] == [["name", "changed"]]
    assert (told["is_published"], served.configuration("laon").revision) == (False, 1)
    write(var, no_database, import_document, content=content, dry_run=False)
    assert served.configuration("laon").revision == 2


def test_without_a_server_the_command_writes_itself(database_url: str, database: Database, var: Path):
    write(var, lambda: Database(database_url, Clock()), create_user, **USER)
    assert accounts(database) == ["ada"]


def test_a_server_that_does_not_answer_is_not_bypassed(var: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.jobs.local_socket.REACHED_WITHIN_S", 0.2)
    lock = hold(var, is_shared=True)
    with pytest.raises(Refusal, match="server_running"):
        write(var, no_database, purge)
    os.close(lock)


def test_only_the_owner_reaches_the_socket(var: Path):
    opened = listening(var, SOCKET)
    assert stat.S_IMODE((var / SOCKET).stat().st_mode) == 0o600
    opened.close()


def test_workers_share_the_folder_and_a_command_waits_for_none(var: Path):
    first, second = hold(var, is_shared=True), hold(var, is_shared=True)
    assert is_server_running(var)
    with pytest.raises(Refusal, match="server_running"), alone(var):
        pass
    os.close(first)
    assert is_server_running(var)
    os.close(second)
    assert not is_server_running(var)


@pytest.mark.parametrize(
    "line", [b"", b"nonsense\n", b"[]\n", b'{"write": "drop_everything", "values": {}}\n']
)
def test_a_message_that_is_no_request_is_refused(database: Database, line: bytes):
    assert answer_to(database, line)["refused"] == "unknown_write"


def test_a_command_of_another_version_writes_nothing(database: Database):
    answer = answer_to(database, b'{"write": "purge", "values": {}, "schema": "9999"}\n')
    assert answer == {
        "refused": "server_of_another_version",
        "details": {"revision": SCHEMA, "expected": "9999"},
    }


@pytest.mark.parametrize(
    ("system", "limit"),
    [
        (System(1024, 524_288), ENOUGH_FILES),
        (System(1024, resource.RLIM_INFINITY), ENOUGH_FILES),
        (System(1024, 8192), 8192),
        (System(1024, 1024, is_root=True), FEWEST_FILES),
        (System(200_000, 200_000), 200_000),
        (System(1024, 1024), None),
    ],
)
def test_too_few_open_files_are_raised_or_the_start_is_refused(
    monkeypatch, system: System, limit: int | None
):
    monkeypatch.setattr("server.jobs.resource", system)
    if limit is not None:
        assert allow_open_files() == limit == system.limits[0]
        return
    with pytest.raises(Refusal, match="too_few_files") as refused:
        allow_open_files()
    assert refused.value.details == {"files": 1024, "fewest": FEWEST_FILES}
