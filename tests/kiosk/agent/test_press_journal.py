"""What survives a killed agent, a power cut and a full disk, and that no number is given twice."""

import errno
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.agent import press_journal
from kiosk.agent.agent_clock import Moment
from kiosk.agent.press_journal import DiskRefused, NumbersUsedUp, OwnSeries, Press, PressJournal
from tests.kiosk.agent.samples import NOW, SERIES, SetClock

TODAY = date(2026, 11, 30)


def press(name: str, *, was_sent: bool = False) -> Press:
    state = "sent" if was_sent else "new"
    return Press(name, {"service": "accueil"}, NOW.isoformat(), Moment("boot-1", 100.0), state, was_sent)  # type: ignore[arg-type]


def give(journal: PressJournal, name: str, on: date = TODAY) -> str:
    journal.begin(press(name))
    number = journal.issue(name, SERIES, on, was_sent=False).number
    assert number is not None
    return number


def test_numbers_go_on_after_the_program_was_killed_and_start_anew_each_day(tmp_path: Path):
    journal = PressJournal(tmp_path)
    assert [give(journal, "press-1"), give(journal, "press-2")] == ["HL001", "HL002"]
    again = PressJournal(tmp_path)  # the former one was not closed
    assert again.issue("press-2", SERIES, TODAY, was_sent=False).number == "HL002"
    assert give(again, "press-3") == "HL003"
    again.see_rank(TODAY, 7)
    assert give(PressJournal(tmp_path), "press-4") == "HL008"
    assert give(PressJournal(tmp_path), "press-5", TODAY + timedelta(days=1)) == "HL001"


@given(cut=st.integers(min_value=0), damage=st.booleans())
def test_after_a_power_cut_every_whole_line_counts_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, cut: int, damage: bool
):
    folder = tmp_path_factory.mktemp("journal")
    journal = PressJournal(folder)
    numbers = [give(journal, f"press-{at}") for at in range(3)]
    journal.close()
    file = folder / "presses.log"
    written = file.read_bytes()
    kept = written[: cut % (len(written) + 1)]
    file.write_bytes(kept[:-2] + b"##" if damage and len(kept) > 2 else kept)
    again = PressJournal(folder)
    found = [each.number for each in again.to_merge()]
    assert found == numbers[: len(found)]
    assert give(again, "press-new") == f"HL{len(found) + 1:03d}"
    again.close()


def test_a_number_is_on_the_disk_before_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: done.append("kept"))
    journal = PressJournal(tmp_path)
    give(journal, "press-1")
    assert done == ["kept", "kept"]
    journal.note("press-1", verdict="printed")
    assert len(done) == 2


@pytest.mark.parametrize("how", ["refused", "half"])
def test_a_full_disk_gives_nothing_leaves_no_half_line_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    journal, write = PressJournal(tmp_path), os.write
    assert give(journal, "press-1") == "HL001"
    journal.begin(press("press-2"))

    def full(file: int, content: bytes) -> int:
        if how == "half":
            return write(file, content[:20])
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskRefused):
        journal.issue("press-2", SERIES, TODAY, was_sent=False)
    assert not journal.is_writable()
    monkeypatch.undo()
    assert journal.is_writable()
    assert journal.issue("press-2", SERIES, TODAY, was_sent=False).number == "HL002"
    assert [each.number for each in PressJournal(tmp_path).to_merge()] == ["HL001", "HL002"]


def test_a_series_that_is_used_up_gives_no_number(tmp_path: Path):
    journal = PressJournal(tmp_path)
    journal.begin(press("press-1"))
    journal.see_rank(TODAY, 20)
    with pytest.raises(NumbersUsedUp):
        journal.issue("press-1", OwnSeries("HL", 1, 20), TODAY, was_sent=False)


def test_a_paper_that_was_being_printed_is_never_tried_again(tmp_path: Path):
    journal = PressJournal(tmp_path)
    give(journal, "press-1")
    assert journal.to_print() is not None
    journal.note("press-1", verdict="printing")
    again = PressJournal(tmp_path)
    assert again.to_print() is None
    assert again.find("press-1").verdict == "unknown"  # type: ignore[union-attr]


def test_papers_of_the_server_wait_for_presses_that_have_no_answer(tmp_path: Path):
    clock, journal = SetClock(), PressJournal(tmp_path)
    journal.begin(press("press-1", was_sent=True))
    assert journal.is_paper_open(clock)
    clock.pass_by(31)
    assert not journal.is_paper_open(clock), "nobody waits for it any more"
    give(journal, "press-2")
    assert journal.is_paper_open(clock), "the server does not know of it"
    journal.note("press-2", state="merged")
    assert not journal.is_paper_open(clock)


def test_a_long_journal_is_written_anew_without_what_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(press_journal, "MANY_LINES", 6)
    monkeypatch.setattr(press_journal, "KEPT", 2)
    journal = PressJournal(tmp_path)
    give(journal, "press-1")
    for at in range(20):
        journal.begin(press(f"press-old-{at}"))
    assert journal.find("press-old-0") is None, "it does not wait for a restart"
    assert (tmp_path / "presses.log").read_bytes().count(b"\n") < 15
    for one in (journal, PressJournal(tmp_path)):
        assert [each.number for each in one.to_merge()] == ["HL001"]
        assert one.find("press-old-19") is not None
    assert give(PressJournal(tmp_path), "press-2") == "HL002"


def test_a_long_journal_on_a_full_disk_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    give(PressJournal(tmp_path), "press-1")

    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(press_journal, "MANY_LINES", 1)
    monkeypatch.setattr(press_journal, "write_whole", full)
    assert [each.number for each in PressJournal(tmp_path).to_merge()] == ["HL001"]


def test_ages_and_hours_are_right_though_the_wall_is_a_day_off():
    clock = SetClock(wall=NOW - timedelta(days=1))
    moment = clock.moment()
    clock.hear(NOW, clock.seconds)
    clock.pass_by(60)
    clock.wall += timedelta(days=3)  # somebody sets it
    assert (clock.now(), clock.age_s(moment)) == (NOW + timedelta(seconds=60), 60.0)
    after = SetClock(boot="boot-2", wall=NOW - timedelta(days=1), offset_s=86_400.0)
    assert (after.now(), after.age_s(moment)) == (datetime.fromisoformat(NOW.isoformat()), None)
