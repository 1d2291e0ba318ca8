"""Entries of the register: states, dates, who reads what concerns an agent, references."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.complaints import (
    LETTERS,
    Arrival,
    Channel,
    ComplaintRules,
    CountedEntry,
    EntryRequest,
    EntryState,
    EntryVerb,
    Flood,
    checked_entry,
    contact_erased_at,
    count_by_kind,
    count_by_month,
    counted_from,
    due_day,
    entry_keys,
    find_flood,
    grouped,
    is_late,
    may_read_about_agents,
    next_state,
    typed_key,
    verbs_of,
)
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 20)
WRITTEN = EntryRequest("complaint", "web", " Il manque des sièges ")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "insult"}, "complaint_kind_missing"),
        ({"channel": "paper"}, "complaint_channel_missing"),
        ({"text": " \n "}, "complaint_text_missing"),
        ({"text": "x" * 3001}, "complaint_text_too_long"),
        ({"contact": "x" * 201}, "complaint_text_too_long"),
        ({"written_on": "demain"}, "bad_complaint_day"),
        ({"written_on": "2026-11-21"}, "bad_complaint_day"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field(change: dict[str, Any], code: str):
    wrong = replace(EntryRequest("complaint", "web", "Sièges"), **change)
    with pytest.raises(Refusal) as refused:
        checked_entry(wrong, TODAY, channels=(Channel.WEB,))
    assert refused.value.code == code
    assert refused.value.details["field"] == next(iter(change))
    assert checked_entry(WRITTEN, TODAY, channels=(Channel.WEB,)).text == "Il manque des sièges"


def test_an_entry_goes_forward_only():
    assert verbs_of("received", "complaint") == [EntryVerb.ACKNOWLEDGE, EntryVerb.ANSWER, EntryVerb.DROP]
    assert verbs_of("answered", "complaint") == [EntryVerb.CLOSE]
    assert verbs_of("closed", "complaint") == verbs_of("dropped", "thanks") == []
    assert next_state("acknowledged", EntryVerb.CLOSE, "thanks") is EntryState.CLOSED
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "complaint_moved"):
        next_state("acknowledged", EntryVerb.CLOSE, "complaint")


def test_an_answer_is_late_the_day_after_its_target():
    due_on = due_day("suggestion", TODAY, ComplaintRules(True, 15, 30))
    assert due_on == date(2026, 12, 5)
    assert not is_late("acknowledged", due_on, date(2026, 12, 5))
    assert is_late("acknowledged", due_on, date(2026, 12, 6))
    assert not is_late("answered", due_on, date(2026, 12, 6))
    assert due_day("thanks", TODAY, ComplaintRules()) is None


def test_a_contact_is_erased_days_after_the_answer_and_within_a_year():
    received = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert contact_erased_at(received, None, 30) == received + timedelta(days=365)
    answered = received + timedelta(days=10)
    assert contact_erased_at(received, answered, 30) == answered + timedelta(days=30)
    assert contact_erased_at(received, received + timedelta(days=350), 30) == received + timedelta(days=365)


@pytest.mark.parametrize(
    ("roles", "reads"),
    [
        ({"quality"}, True),
        ({"administrator"}, True),
        ({"supervisor"}, False),
        ({"agent"}, False),
        ({"quality", "agent"}, False),
        ({"quality", "supervisor"}, False),
        ({"quality", "communication"}, True),
        (set(), False),
    ],
)
def test_who_works_at_the_reception_never_reads_a_complaint_about_it(roles: set[str], reads: bool):
    assert may_read_about_agents(roles) is reads


def test_one_form_has_one_entry_and_its_secret_is_typed_as_people_type():
    keys, others = entry_keys("one form"), entry_keys("another")
    assert keys == entry_keys("one form")
    assert not {keys.id, keys.reference, keys.secret} & {others.id, others.reference, others.secret}
    assert typed_key(f" {grouped(keys.secret).lower()} ") == keys.secret
    assert re.fullmatch(f"[{LETTERS}]{{7}} [{LETTERS}]{{12}}", f"{keys.reference} {keys.secret}")
    assert re.fullmatch("[0-9a-f]{32}", keys.id)
    assert re.fullmatch("(.{4}-){2}.{4}", grouped(keys.secret))


def test_a_letter_of_today_and_the_longest_texts_are_entered():
    written = replace(WRITTEN, channel="paper", text="x" * 3000, contact="y" * 200, written_on="2026-11-20")
    assert checked_entry(written, TODAY, channels=(Channel.PAPER,)) == written


NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def arrivals(count: int, *, every: timedelta, channel: str = "web", begins: datetime = NOW) -> list[Arrival]:
    return [Arrival(f"{channel}-{n:03}", channel, begins + n * every, False) for n in range(count)]


def found(came: list[Arrival], *, full: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in find_flood(came, full=full, since=NOW - timedelta(days=1)).arrivals]


@pytest.mark.parametrize(
    ("count", "every", "flooded"),
    [
        (30, timedelta(minutes=2), 30),
        (29, timedelta(seconds=1), 0),
        (30, timedelta(minutes=2, seconds=5), 0),
        (200, timedelta(seconds=1), 200),
    ],
)
def test_thirty_entries_of_a_channel_within_an_hour_are_a_flood(count: int, every: timedelta, flooded: int):
    assert len(found(arrivals(count, every=every))) == flooded


def test_what_came_long_before_or_by_another_channel_is_no_part_of_a_flood():
    alone = arrivals(3, every=timedelta(hours=2), begins=NOW - timedelta(days=3))
    kiosk = arrivals(20, every=timedelta(seconds=1), channel="kiosk")
    fast = arrivals(40, every=timedelta(seconds=1), begins=NOW)[3:]
    assert found([*fast, *kiosk, *alone]) == [each.id for each in fast]


def test_a_channel_that_was_filled_slowly_is_a_flood_of_its_day():
    slow = arrivals(200, every=timedelta(minutes=7), begins=NOW - timedelta(hours=30))
    assert found(slow) == []
    assert found(slow, full=("web",)) == [
        each.id for each in slow if each.received_at > NOW - timedelta(days=1)
    ]
    assert find_flood([], full=["web"], since=NOW) == Flood([], ["web"])


def test_entries_count_for_a_day_and_from_the_last_reopening():
    assert counted_from(NOW, None) == NOW - timedelta(days=1)
    assert counted_from(NOW, NOW - timedelta(hours=1)) == NOW - timedelta(hours=1)
    assert counted_from(NOW, NOW - timedelta(days=4)) == NOW - timedelta(days=1)


def entry(state: str, day: int, ended: int | None, kind: str = "complaint") -> CountedEntry:
    due_on = None if kind == "thanks" else date(2026, 11, day + 10)
    ended_on = None if ended is None else date(2026, 11, ended)
    return CountedEntry(kind, "web", state, date(2026, 11, day), due_on, ended_on)


def test_months_and_channels_are_counted_together_by_kind_and_few_are_not():
    answered = entry("answered", 2, 12)
    of_october = replace(answered, received_on=date(2026, 10, 12), channel="paper")
    entries = [entry("dropped", 5, 6), *[answered] * 3, of_october, *[entry("closed", 9, None, "thanks")] * 4]
    found = count_by_kind(entries)
    complaints = found["complaint"]
    assert complaints is not None
    assert (complaints.received, complaints.answered, complaints.dropped) == (5, 4, 1)
    assert found == {"complaint": complaints, "thanks": None}  # four are too few


def test_counts_add_up_and_thanks_have_no_target():
    counted = count_by_month(
        [
            entry("answered", 2, 12),
            entry("closed", 2, 13),
            entry("closed", 2, 14),
            entry("dropped", 5, 6),
            entry("acknowledged", 9, None),
            entry("received", 9, None),
            entry("closed", 9, None, "thanks"),
        ]
    )
    complaint, thanks = counted
    assert (complaint.month, complaint.received) == ("2026-11", 6)
    assert (complaint.answered, complaint.dropped, complaint.waiting) == (3, 1, 2)
    assert (complaint.within_target, complaint.median_days) == (2, 10)
    assert (thanks.answered, thanks.waiting, thanks.within_target, thanks.median_days) == (1, 0, 0, None)
