"""What is refused of a committee's members, meetings, sent reports, decisions and minutes."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

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

TODAY = date(2026, 11, 24)
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
    assert checked_member(MemberRequest("APF", "2026-11-24"), TODAY).mandate_ends_on == TODAY
    for met_on in (TODAY, date(2026, 11, 1)):
        assert checked_decision(" Vingt \n sièges ", met_on, TODAY) == "Vingt sièges"


def test_a_report_is_sent_at_the_latest_on_the_day_of_the_meeting():
    assert checked_sent_day("2026-11-24", TODAY, TODAY) == TODAY
    assert checked_sent_day("2026-11-20", TODAY, TODAY) == date(2026, 11, 20)


def test_a_year_of_long_ago_or_far_ahead_is_a_slip():
    assert checked_meeting(MeetingRequest("2000-01-01", "", "A", is_held=True), TODAY).met_on.year == 2000
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
