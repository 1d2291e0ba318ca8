"""Names of handovers, which job is offered, and which jobs end by their age."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing.handovers import (
    Handover,
    PulledJob,
    ends_of,
    handover_of,
    job_to_offer,
)

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
LIMIT = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


def job(seconds: int, **more: Any) -> PulledJob:
    return replace(PulledJob(str(UUID(int=seconds)), NOW - seconds * SECOND), **more)


@given(st.uuids(), st.integers(1, 999_999))
def test_a_name_says_its_handover_in_characters_that_every_protocol_takes(uuid: UUID, number: int):
    handover = Handover(str(uuid), number)
    assert handover_of(str(handover)) == handover
    assert 24 <= len(str(handover)) <= 30
    assert set(str(handover)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


@given(st.text())
def test_no_text_is_taken_for_another_handover(text: str):
    found = handover_of(text)
    assert found is None or str(found) == text


PACKED = "A" * 22


@pytest.mark.parametrize("name", ["", ".", ".1", "AAAA.1", "é.1", PACKED, f"{PACKED}.٣", f"{PACKED}.-1"])
def test_what_is_no_name_is_no_handover(name: str):
    assert handover_of(name) is None


def test_the_oldest_job_is_offered():
    jobs = [job(9), job(5), job(1)]
    assert job_to_offer(jobs, NOW, may_print=True, is_printing=False) == jobs[0]
    assert jobs[0].next_handover == Handover(jobs[0].id, 1)


def test_a_printer_that_cannot_print_or_prints_is_offered_nothing():
    assert job_to_offer([job(1)], NOW, may_print=False, is_printing=False) is None
    assert job_to_offer([job(1)], NOW, may_print=True, is_printing=True) is None
    assert job_to_offer([], NOW, may_print=True, is_printing=False) is None


def test_a_job_that_was_fetched_is_never_offered_again():
    fetched = job(9, is_sent=True, number=1, sent_at=NOW - 55 * SECOND)
    assert job_to_offer([fetched], NOW, may_print=True, is_printing=False) is None


def test_the_next_job_waits_for_the_confirmation_of_the_one_before_but_not_for_ever():
    fetched = job(9, is_sent=True, number=1, sent_at=NOW - 14 * SECOND)
    jobs = [fetched, job(5)]
    assert job_to_offer(jobs, NOW, may_print=True, is_printing=False) is None
    assert job_to_offer(jobs, NOW + SECOND, may_print=True, is_printing=False) == jobs[1]


def test_a_job_that_was_not_delivered_is_offered_under_a_new_name():
    back = job(9, number=1, verdict="refused", why="download_failed")
    assert back.next_handover == Handover(back.id, 2)


def test_a_job_nobody_fetched_is_cancelled_with_its_last_verdict():
    old = NOW - LIMIT - SECOND
    jobs = [job(1, queued_at=old), job(2, queued_at=old, verdict="refused", why="paper_out"), job(3)]
    assert ends_of(jobs, LIMIT, NOW - SECOND) == [], "they are just as old as they may be"
    ends = ends_of(jobs, LIMIT, NOW)
    assert [(end.state, end.verdict, end.why) for end in ends] == [
        ("cancelled", None, "too_old"),
        ("cancelled", "refused", "paper_out"),
    ]


def test_a_fetched_job_without_a_confirmation_is_unknown_after_a_minute():
    fetched = job(1, is_sent=True, number=1, sent_at=NOW - 60 * SECOND)
    held = replace(fetched, verdict="held", why="paper_out")
    assert ends_of([fetched, held], LIMIT, NOW) == []
    ends = ends_of([fetched, held], LIMIT, NOW + SECOND)
    assert [(end.state, end.verdict, end.why) for end in ends] == [
        ("done", "unknown", "no_confirmation"),
        ("done", "unknown", "paper_out"),
    ]
