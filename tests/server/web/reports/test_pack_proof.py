"""The pack proves its page: its own script counts every figure, interval and change again from its rows."""

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.reports.reports import begin_report, freeze_report, report_of_period
from server.web.pages.reports.pack import pack_steps
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.viewer import Sentence
from tests.conftest import FreshDatabase
from tests.harness.sentences import TRANSLATE
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days

WORDS = ReportWording(Sentence(TRANSLATE, "fr"))


def without_paper() -> bytes:
    raise Refusal("paper_unavailable")


def unpack(database: Database, folder: Path, *halls: str) -> None:
    report = report_of_period(database, halls, "2026-10")
    *_, last = pack_steps(database, report, WORDS, paper=without_paper)
    assert last.archive is not None
    zipfile.ZipFile(io.BytesIO(last.archive)).extractall(folder)


def verified(folder: Path) -> tuple[int, str]:
    """What the script of a pack answers; it sees nothing of the product."""
    command = [sys.executable, "-I", str(folder / "verifier.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd="/", check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def altered(folder: Path, name: str, change: Callable[[dict[str, str]], bool]) -> None:
    """Alters the first row of a file that `change` changes."""
    path = folder / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(change(row) for row in rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, rows[0])
        sheet.writeheader()
        sheet.writerows(rows)


@pytest.fixture(scope="module")
def played(fresh_database: FreshDatabase) -> Iterator[Database]:
    hands = Hands(datetime(2026, 11, 3, 9, tzinfo=UTC))
    with fresh_database("sqlite") as url, closing(database_with_hall(url, hands, "laon", "vervins")) as found:
        play_days(found, date(2026, 9, 14), 12)
        play_days(found, date(2026, 10, 5), 14)
        yield found


def one_visit_fewer(row: dict[str, str]) -> bool:
    """A wait of a day is left out."""
    if len(row["waits"].split()) < 2 or row["hour"]:
        return False
    row["waits"] = row["waits"].rpartition(" ")[0]
    return True


def test_the_script_of_a_pack_says_equal_line_by_line_and_sees_an_altered_row(
    played: Database, tmp_path: Path
):
    unpack(played, tmp_path, "laon")
    code, said = verified(tmp_path)
    assert (code, said.count("différent ·")) == (0, 0), said
    lines = (tmp_path / "chiffres.csv").read_text(encoding="utf-8-sig").splitlines()
    assert said.count("égal ·") == len(lines) - 1
    altered(tmp_path, "journees.csv", one_visit_fewer)
    code, said = verified(tmp_path)
    assert code == 1
    assert "différent · laon · wait_mean" in said


def test_intervals_and_changes_are_counted_again_too(played: Database, tmp_path: Path):
    unpack(played, tmp_path, "laon")

    def is_wider(row: dict[str, str]) -> bool:
        if row["indicator"] != "wait_p90" or not row["high"]:
            return False
        row["high"] = str(float(row["high"]) + 60)
        return True

    def has_risen(row: dict[str, str]) -> bool:
        if row["direction"] != "unclear":
            return False
        row["direction"] = "up"
        return True

    for change in (is_wider, has_risen):
        unpack(played, tmp_path, "laon")
        altered(tmp_path, "chiffres.csv", change)
        code, said = verified(tmp_path)
        assert (code, said.count("différent ·")) == (1, 1), said


def test_halls_together_services_across_halls_and_hours_are_lines_of_the_pack(
    played: Database, tmp_path: Path
):
    unpack(played, tmp_path, "laon", "vervins")
    code, said = verified(tmp_path)
    assert code == 0, said
    with (tmp_path / "chiffres.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {bool(line["service"]) for line in lines if not line["hall"]} == {True, False}
    assert any(line["hour"] for line in lines)
    of_laon = next(line for line in lines if line["hall"] == "laon" and line["indicator"] == "visits")
    assert (of_laon["open_days"], of_laon["previous_open_days"], of_laon["method"]) == ("10", "10", "number")


def test_a_later_correction_is_told_from_an_alteration(played: Database, tmp_path: Path):
    database = played
    report = begin_report(database, SYSTEM, ["laon"], "2026-10", sites=None)["report"]
    freeze_report(database, SYSTEM, report, sites=None)
    with database.transaction("laon", SYSTEM) as transaction:
        day = PlayedDay(transaction, date(2026, 10, 6), Random(7))
        day.visit(900, "laon-permis", day.local(9), "served")
    unpack(database, tmp_path / "pack", "laon")
    code, said = verified(tmp_path / "pack")
    assert (code, "corrigé depuis le gel · laon · visits" in said) == (0, True), said
    (tmp_path / "pack" / "chiffres-maintenant.csv").unlink()
    assert verified(tmp_path / "pack")[0] == 1
