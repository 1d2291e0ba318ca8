"""The official text of a label’s line; what is refused of a committee and of reports it gets."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.quality.periods import PeriodKind
from server.domain.refusals import Refusal
from server.domain.reports.committee import (
    MINUTES_BYTES,
    MeetingRequest,
    MemberRequest,
    MinutesKind,
    asks_for_pack,
    checked_decision,
    checked_meeting,
    checked_member,
    checked_minutes,
    checked_sent_day,
)
from server.domain.reports.reports import (
    ANY_LINE,
    GRIDS,
    Grid,
    GridTextRequest,
    ScheduleRequest,
    check_schedule,
    checked_text,
    due_period,
    is_line,
    line_order,
    next_due,
)

TODAY = date(2026, 11, 24)


KNOWN, FREE = "services_publics_plus", "qual_e_pref"


TYPED = GridTextRequest(KNOWN, "3", "Premier point.", "Référentiel 2023", "2026-11-24")


def test_a_text_keeps_its_lines_and_loses_empty_ones_and_spaces():
    typed = replace(
        TYPED, code=" 3 ", text=" Premier  point.\r\n \r\nSecond.\n", source=" Référentiel \n 2023 "
    )
    kept = replace(typed, code="3", text="Premier point.\nSecond.", source="Référentiel 2023")
    assert checked_text(typed, TODAY) == (kept, TODAY)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "9"}, "unknown_grid_line", "code"),
        ({"grid": "another"}, "unknown_grid_line", "code"),
        ({"text": " \n "}, "grid_text_missing", "text"),
        ({"text": "x" * 2001}, "grid_text_too_long", "text"),
        ({"source": " "}, "grid_source_missing", "source"),
        ({"source": "x" * 121}, "grid_source_too_long", "source"),
        ({"read_on": "2026-11-25"}, "bad_grid_day", "read_on"),
        ({"read_on": "hier"}, "bad_grid_day", "read_on"),
    ],
)
def test_a_wrong_text_is_refused_at_its_field(change: dict[str, Any], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        checked_text(replace(TYPED, **change), TODAY)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_longest_text_and_source_are_kept():
    kept, _ = checked_text(replace(TYPED, text="x" * 2000, source="y" * 120), TODAY)
    assert (len(kept.text), len(kept.source)) == (2000, 120)
    assert checked_text(replace(TYPED, read_on="2026-11-23"), TODAY)[1] == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("grid", "code", "taken"),
    [
        *((KNOWN, "1", True), (KNOWN, "8", True), (KNOWN, "0", False), (KNOWN, "", False)),
        *((FREE, "1", True), (FREE, "3.2-é_a", True), (FREE, "x" * 12, True), (FREE, "x" * 13, False)),
        *(
            (FREE, "", False),
            (FREE, "a b", False),
            (FREE, "1/2", False),
            ("another", "1", False),
            ("unknown", "1", False),
        ),
    ],
)
def test_a_known_grid_has_its_lines_and_one_that_was_not_read_takes_short_numbers(
    grid: str, code: str, taken: bool
):
    assert is_line(grid, code) is taken


def test_lines_are_in_the_order_in_which_people_count():
    mixed = ["A10", "3.10", "10", "A2", "2", "3.2", "A", "1", "3"]
    assert sorted(mixed, key=line_order) == ["1", "2", "3", "3.2", "3.10", "10", "A", "A2", "A10"]


@example(["3²", "²", "3"])
@given(st.lists(st.text(alphabet="19aé.-²٣", max_size=6)))
def test_any_numbers_of_lines_can_be_put_in_order(codes: list[str]):
    assert len(sorted(codes, key=line_order)) == len(codes)


REPORTS = Path(__file__).parents[4] / "docs" / "rules" / "reports.md"


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.key)
def test_the_rules_say_on_which_day_a_grid_was_read_and_which_lines(grid: Grid):
    day = f"{grid.read_on.day} {grid.read_on:%B %Y}"
    said = re.search(rf"{re.escape(grid.name)}, read on {day}: (.+?)[.;]", REPORTS.read_text("utf-8"))
    assert said is not None
    assert [line.code for line in grid.lines if line.is_read] == re.findall(r"\d+", said[1])


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.key)
def test_evidence_is_shown_for_each_line_that_was_read_and_for_no_other(grid: Grid):
    assert [line.code for line in grid.lines if bool(line.evidence) is not line.is_read] == []


def test_a_code_is_in_a_grid_once_and_stands_for_all_lines_alone():
    for grid in GRIDS:
        codes = [line.code for line in grid.lines]
        assert len(set(codes)) == len(codes)
        assert ANY_LINE not in codes or codes == [ANY_LINE]


LONG_AGO = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("kind", "today", "due", "following"),
    [
        (PeriodKind.MONTH, date(2026, 11, 4), "2026-09", date(2026, 11, 5)),
        (PeriodKind.MONTH, date(2026, 11, 5), "2026-10", date(2026, 12, 5)),
        (PeriodKind.QUARTER, date(2026, 12, 31), "2026-Q3", date(2027, 1, 5)),
        (PeriodKind.QUARTER, date(2027, 1, 5), "2026-Q4", date(2027, 4, 5)),
        (PeriodKind.YEAR, date(2027, 1, 4), "2025", date(2027, 1, 5)),
        (PeriodKind.YEAR, date(2027, 1, 5), "2026", date(2028, 1, 5)),
    ],
)
def test_a_report_is_due_on_a_day_of_the_month_after_its_period(
    kind: PeriodKind, today: date, due: str, following: date
):
    found = due_period(kind, 5, today, LONG_AGO)
    assert found is not None
    assert (found.name, next_due(kind, 5, today)) == (due, following)


def test_what_was_due_before_the_plan_is_not_sent():
    assert due_period(PeriodKind.MONTH, 5, date(2026, 11, 20), date(2026, 11, 6)) is None
    assert due_period(PeriodKind.MONTH, 5, date(2026, 11, 20), date(2026, 11, 5)) is not None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "week"}, "bad_schedule_kind"),
        ({"day": 0}, "bad_schedule_day"),
        ({"day": 29}, "bad_schedule_day"),
        ({"addresses": ["anne@example.org", "anne"]}, "bad_schedule_address"),
        ({"addresses": []}, "schedule_recipients_missing"),
        ({"addresses": [f"a{n}@example.org" for n in range(31)]}, "schedule_recipients_missing"),
    ],
)
def test_a_bad_plan_is_refused(changed: dict[str, object], code: str):
    good: dict[str, object] = {
        "halls": ["laon"],
        "kind": "month",
        "day": 5,
        "language": "fr",
        "accounts": [],
        "addresses": ["anne@example.org"],
    }
    check_schedule(ScheduleRequest(**good))  # type: ignore[arg-type]  # the fields of this test
    with pytest.raises(Refusal, match=code):
        check_schedule(ScheduleRequest(**(good | changed)))  # type: ignore[arg-type]  # likewise


TOMORROW = TODAY + timedelta(days=1)
ODT = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03\x04"


@pytest.mark.parametrize(
    ("check", "code", "field"),
    [
        (lambda: checked_member(MemberRequest(" ", ""), TODAY), "member_function_missing", "function"),
        (lambda: checked_member(MemberRequest("Mme Roy", ""), TODAY), "member_is_a_person", "function"),
        (lambda: checked_member(MemberRequest("x" * 81, ""), TODAY), "committee_text_too_long", "function"),
        (
            lambda: checked_member(MemberRequest("APF", "2026-11-23"), TODAY),
            "mandate_over",
            "mandate_ends_on",
        ),
        (lambda: checked_member(MemberRequest("APF", "soon"), TODAY), "bad_mandate_day", "mandate_ends_on"),
        (
            lambda: checked_meeting(MeetingRequest("2026-11-23", "", "A"), TODAY),
            "meeting_in_the_past",
            "met_on",
        ),
        (lambda: checked_meeting(MeetingRequest("", "", "A"), TODAY), "bad_meeting_day", "met_on"),
        (
            lambda: checked_meeting(MeetingRequest("2026-11-25", "", "A", is_held=True), TODAY),
            "meeting_not_held",
            "met_on",
        ),
        (
            lambda: checked_meeting(MeetingRequest("2026-12-01", "25:00", "A"), TODAY),
            "bad_meeting_hour",
            "starts_at",
        ),
        (
            lambda: checked_meeting(MeetingRequest("2026-12-01", "", " \n "), TODAY),
            "agenda_missing",
            "agenda",
        ),
        (lambda: checked_decision("x", TOMORROW, TODAY), "meeting_to_come", "text"),
        (lambda: checked_decision(" ", TODAY, TODAY), "decision_missing", "text"),
        (lambda: checked_sent_day("2026-11-25", TOMORROW, TODAY), "bad_sent_day", "sent_on"),
        (lambda: checked_sent_day("2026-11-24", date(2026, 11, 20), TODAY), "sent_after_meeting", "sent_on"),
        (lambda: checked_minutes(b"%PDF-1.7", TOMORROW, TODAY), "meeting_to_come", "minutes"),
        (lambda: checked_minutes(b"%PDF-1.7", date(2021, 11, 23), TODAY), "minutes_too_old", "minutes"),
        (lambda: checked_minutes(b"", TODAY, TODAY), "minutes_missing", "minutes"),
        (lambda: checked_minutes(bytes(MINUTES_BYTES + 1), TODAY, TODAY), "minutes_too_large", "minutes"),
        (lambda: checked_minutes(b"<html>%PDF-", TODAY, TODAY), "minutes_bad_kind", "minutes"),
    ],
)
def test_bad_input_is_refused_at_its_field(check: Callable[[], object], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        check()
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_a_mandate_that_ends_today_holds_and_a_past_meeting_has_decisions():
    assert checked_member(MemberRequest("APF", "2026-11-24"), TODAY) == ("APF", TODAY)
    for met_on in (TODAY, date(2026, 11, 1)):
        assert checked_decision(" Vingt \n sièges ", met_on, TODAY) == "Vingt sièges"


def test_a_report_is_sent_at_the_latest_on_the_day_of_the_meeting():
    assert checked_sent_day("2026-11-24", TODAY, TODAY) == TODAY
    assert checked_sent_day("2026-11-20", TODAY, TODAY) == date(2026, 11, 20)


def test_a_year_of_long_ago_or_far_ahead_is_a_slip():
    assert checked_meeting(MeetingRequest("2000-01-01", "", "A", is_held=True), TODAY)[0].year == 2000
    for slip in (MeetingRequest("1999-12-31", "", "A", is_held=True), MeetingRequest("9999-12-31", "", "A")):
        with pytest.raises(Refusal, match="bad_meeting_day"):
            checked_meeting(slip, TODAY)


def test_minutes_are_known_by_their_content():
    assert checked_minutes(b"%PDF-1.7 \xff", TODAY, TODAY) is MinutesKind.PDF
    assert checked_minutes(ODT, TODAY, TODAY) is MinutesKind.ODT


@pytest.mark.parametrize("content", [b"PK\x03\x04", ODT.replace(b"text", b"text-template"), b" %PDF-1.7"])
def test_what_only_resembles_minutes_is_refused(content: bytes):
    with pytest.raises(Refusal, match="minutes_bad_kind"):
        checked_minutes(content, TODAY, TODAY)


def test_a_meeting_asks_for_its_report_two_weeks_before_until_it_is_sent():
    assert asks_for_pack(TODAY + timedelta(days=14), None, TODAY)
    assert asks_for_pack(TODAY, None, TODAY)
    assert not asks_for_pack(TODAY + timedelta(days=15), None, TODAY)
    assert not asks_for_pack(TODAY - timedelta(days=1), None, TODAY)
    assert not asks_for_pack(TOMORROW, TODAY, TODAY)
