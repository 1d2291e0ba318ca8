"""Names of handovers, which job is offered, and which jobs end by their age."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing import handovers
from server.domain.printing.handovers import (
    NOTED_EVERY,
    Confirmation,
    GatewayPoll,
    Handover,
    PulledJob,
    age_limit,
    challenge,
    ends_of,
    handover_of,
    interval_after,
    is_answer,
    is_fresh,
    is_interval_doubtful,
    is_own_nonce,
    is_program,
    is_silent,
    is_to_be_noted,
    is_too_slow,
    job_to_offer,
    kept_form,
    new_nonce,
    offline_after,
    paper_within_s,
    read_confirmation,
    read_poll,
    state_at_poll,
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


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_printer_is_away_after_two_intervals_and_five_seconds():
    assert offline_after(5) == seconds(15)
    assert offline_after(120) == seconds(245)


@pytest.mark.parametrize(("interval_s", "limit_s"), [(None, 60), (1, 60), (5, 60), (30, 65), (120, 245)])
def test_the_age_limit_follows_the_interval(interval_s: int | None, limit_s: int):
    assert age_limit(interval_s) == seconds(limit_s)


def test_an_interval_of_two_minutes_is_too_long_for_a_kiosk():
    assert [each for each in (None, 1, 5, 10, 15, 120) if is_too_slow(each)] == [15, 120]


@pytest.mark.parametrize(
    ("interval_s", "jobs_before", "within_s"),
    [(None, 0, None), (5, 3, None), (15, 0, 20), (60, 1, 125), (120, 0, 125), (120, 5, 245)],
)
def test_the_time_of_a_paper_is_told_of_a_printer_that_asks_seldom(
    interval_s: int | None, jobs_before: int, within_s: int | None
):
    assert paper_within_s(interval_s, jobs_before) == within_s, "no longer than the job is kept"


def test_polls_of_every_second_are_kept_every_five():
    assert is_to_be_noted(None, NOW)
    assert not is_to_be_noted(NOW - seconds(4), NOW)
    assert is_to_be_noted(NOW - NOTED_EVERY, NOW)
    assert is_to_be_noted(NOW + seconds(4), NOW), "the clock was set back"


def test_silence_allows_for_polls_that_are_not_kept():
    assert not is_silent(NOW, 5, NOW + seconds(20))
    assert is_silent(NOW, 5, NOW + seconds(21))
    assert is_silent(NOW, None, NOW + seconds(11))


def test_what_the_printer_says_is_its_interval():
    assert interval_after(5, 120, seconds(6)) == 120
    assert interval_after(None, 5, None) == 5


def test_without_a_word_the_gaps_teach_the_interval():
    assert interval_after(None, None, None) is None
    assert interval_after(None, None, seconds(5.2)) == 6
    assert interval_after(6, None, seconds(5)) == 6, "it agrees"
    assert interval_after(6, None, seconds(120)) == 120
    assert interval_after(120, None, seconds(5)) == 5
    assert interval_after(6, None, seconds(7200)) == 6, "it was away"
    assert interval_after(6, None, seconds(-3)) == 6


def test_the_printer_is_asked_when_its_interval_is_not_known_or_has_changed():
    assert is_interval_doubtful(None, seconds(5))
    assert is_interval_doubtful(5, None)
    assert not is_interval_doubtful(5, seconds(10))
    assert is_interval_doubtful(5, seconds(60))
    assert is_interval_doubtful(120, seconds(6))


def test_a_poll_that_says_no_state_leaves_the_one_that_was_said():
    assert state_at_poll("paper_out", "ready", seconds(0)) == "paper_out"
    assert state_at_poll(None, "near_end", seconds(3600)) == "near_end"
    assert state_at_poll(None, None, seconds(0)) == "ready"
    assert state_at_poll(None, "unreachable", seconds(1)) == "ready", "it asks"


def test_a_stop_is_believed_for_half_a_minute_without_another_word():
    assert state_at_poll(None, "paper_out", seconds(29)) == "paper_out"
    assert state_at_poll(None, "paper_out", seconds(30)) == "ready"


RFC = {
    "username": "Mufasa",
    "realm": "http-auth@example.org",
    "uri": "/dir/index.html",
    "algorithm": "MD5",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "qop": "auth",
    "response": "8ca523f5e9506fed4657c9700eebdbec",
}
"""The example of RFC 7616, 3.9.1."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(handovers, "REALM", RFC["realm"])
    return kept_form("Mufasa", "Circle of Life")


def test_the_example_of_the_standard_is_an_answer(kept: str):
    assert is_answer(RFC, kept, method="GET", path="/dir/index.html")


@pytest.mark.parametrize(
    "other",
    [
        *({name: "x"} for name in ("realm", "uri", "nonce", "nc", "cnonce", "response", "algorithm", "qop")),
        *({"response": each} for each in ("", None, "é", "x" * 1000)),
        {"uri": "http://[::1/dir/index.html"},
    ],
)
def test_an_answer_to_another_challenge_is_none(kept: str, other: dict[str, str | None]):
    assert not is_answer({**RFC, **other}, kept, method="GET", path="/dir/index.html")


def test_an_answer_is_for_one_method_and_one_address(kept: str):
    assert not is_answer(RFC, kept, method="POST", path="/dir/index.html")
    assert not is_answer(RFC, kept, method="GET", path="/other")


def test_a_nonce_is_known_by_every_worker_and_for_five_minutes():
    nonce = new_nonce("key", NOW)
    assert is_own_nonce(nonce, "key")
    assert not is_own_nonce(nonce, "another key")
    assert not is_own_nonce(nonce.replace("-", "0-"), "key")
    assert not is_own_nonce("", "key")
    assert is_fresh(nonce, NOW + timedelta(minutes=5))
    assert not is_fresh(nonce, NOW + timedelta(minutes=5, seconds=1))
    assert is_fresh(nonce, NOW - timedelta(minutes=5)), "the clock was set back"


def test_the_challenge_says_when_only_the_nonce_is_old():
    assert challenge("n", is_stale=False) == 'Digest realm="Parvis", qop="auth", algorithm=MD5, nonce="n"'
    assert challenge("n", is_stale=True).endswith(", stale=true")


@pytest.mark.parametrize(("length", "is_read"), [(300, True), (301, False), (302, False)])
def test_a_value_longer_than_300_characters_is_not_read(kept: str, length: int, is_read: bool):
    sent = RFC | {"cnonce": "c" * length}
    once = f"{sent['nonce']}:{sent['nc']}:{sent['cnonce']}:auth"
    request = hashlib.md5(b"GET:/dir/index.html").hexdigest()
    sent["response"] = hashlib.md5(f"{kept}:{once}:{request}".encode()).hexdigest()
    assert is_answer(sent, kept, method="GET", path="/dir/index.html") is is_read


RUN = "0123456789abcdef"
POLL: dict[str, Any] = {"program": RUN, "state": "ready", "is_printing": False, "interval_s": 1}


def poll(**more: Any) -> GatewayPoll | None:
    return read_poll(json.dumps(POLL | more).encode())


def confirmation(verdict: Any, why: Any = None) -> Confirmation | None:
    return read_confirmation(json.dumps({"verdict": verdict, "why": why}).encode())


def test_a_poll_says_the_run_its_printer_and_whether_it_ends():
    assert poll() == GatewayPoll(RUN, "ready", is_printing=False, interval_s=1, leaves=False)
    assert poll(state="paper_out", is_printing=True, leaves=True) == GatewayPoll(
        RUN, "paper_out", is_printing=True, interval_s=1, leaves=True
    )
    unsure = poll(is_printing=1, leaves="yes")
    assert unsure is not None
    assert not unsure.is_printing
    assert not unsure.leaves


@pytest.mark.parametrize("interval_s", [1, 2, 3600])
def test_an_interval_is_of_one_second_to_an_hour(interval_s: int):
    found = poll(interval_s=interval_s)
    assert found is not None
    assert found.interval_s == interval_s


@pytest.mark.parametrize(
    "wrong",
    [
        *({"interval_s": each} for each in (0, -1, 3601, 1.5, True, "1", None)),
        *({"program": each} for each in ("", "x" * 16, None, 7, [RUN])),
        *({"state": each} for each in ("", "fine", None, 7)),
    ],
)
def test_what_is_no_poll_is_not_read(wrong: dict[str, Any]):
    assert poll(**wrong) is None


@pytest.mark.parametrize(("digits", "taken"), [(15, False), (16, True), (40, True), (41, False)])
def test_a_run_is_named_by_16_to_40_hexadecimal_digits(digits: int, taken: bool):
    assert is_program("a" * digits) is taken


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        *(("printed", "printed"), ("held", "held"), ("cleared", "cleared")),
        *(("refused", "undelivered"), ("unknown", "unknown")),
    ],
)
def test_each_verdict_of_the_program_is_a_result(verdict: str, result: Any):
    assert confirmation(verdict) == Confirmation(result, None)
    assert confirmation(verdict, "cover_open") == Confirmation(result, "cover_open")
    assert confirmation(verdict, "connection_lost") == Confirmation(result, "connection_lost")


@pytest.mark.parametrize(
    ("verdict", "why"),
    [("done", None), (None, None), (1, None), ("printed", "because"), ("held", 5), ("", "")],
)
def test_another_verdict_or_reason_says_nothing(verdict: Any, why: Any):
    assert confirmation(verdict, why) is None


@given(st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b"[]", b"7", b'"printed"', b"{}"]))
def test_no_bytes_break_the_reading(body: bytes):
    assert read_poll(body) is None
    assert read_confirmation(body) is None
