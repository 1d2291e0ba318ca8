"""When a notice came to screens and left them: by hand, by its correction, or by the clock."""

from datetime import UTC, datetime, timedelta

from server.domain.facts import FactKind
from server.domain.notices.lifecycle import NoticeEvent, NoticeMoment, events_of

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def moment(step: int, kind: str, hour: float, until: float | None = None) -> NoticeMoment:
    return NoticeMoment(step, kind, 1, at(hour), None, None if until is None else at(until))


APPROVED = moment(3, FactKind.NOTICE_APPROVED, -1)
PUBLISHED = moment(4, FactKind.NOTICE_PUBLISHED, 0)
UNTIL_NOON = moment(4, FactKind.NOTICE_PUBLISHED, 0, until=3)
SHOWN = NoticeEvent(8, "published", at(0), UNTIL_NOON)
EXPIRED = NoticeEvent(9, "ended", at(3), UNTIL_NOON, "expired")


def withdrawn(hour: float, step: int = 5) -> NoticeMoment:
    return moment(step, FactKind.NOTICE_WITHDRAWN, hour)


def test_a_notice_that_was_never_on_screens_has_no_event():
    assert events_of([], at(9)) == []
    assert events_of([APPROVED, withdrawn(1)], at(9)) == []


def test_the_clock_ends_a_notice_at_its_last_instant_and_not_before():
    assert events_of([APPROVED, UNTIL_NOON], at(2.9)) == [SHOWN]
    assert events_of([APPROVED, UNTIL_NOON], at(3)) == [SHOWN, EXPIRED]
    assert events_of([APPROVED, UNTIL_NOON], at(300)) == [SHOWN, EXPIRED]


def test_a_notice_without_an_end_stays_until_a_person_or_its_correction_ends_it():
    shown = NoticeEvent(8, "published", at(0), PUBLISHED)
    assert events_of([PUBLISHED], at(9_999)) == [shown]
    for kind, reason in ((FactKind.NOTICE_WITHDRAWN, "withdrawn"), (FactKind.NOTICE_REPLACED, "replaced")):
        found = events_of([PUBLISHED, moment(5, kind, 1)], at(9))
        assert found == [shown, NoticeEvent(10, "ended", at(1), PUBLISHED, reason)]


def test_what_is_withdrawn_before_its_last_instant_does_not_expire_and_afterwards_ends_once():
    ended = NoticeEvent(10, "ended", at(1), UNTIL_NOON, "withdrawn")
    assert events_of([UNTIL_NOON, withdrawn(1)], at(9)) == [SHOWN, ended]
    assert events_of([UNTIL_NOON, withdrawn(3)], at(9)) == [SHOWN, EXPIRED]


def test_publishing_again_with_other_dates_is_another_event_and_the_last_dates_end_it():
    again = moment(7, FactKind.NOTICE_PUBLISHED, 2, until=5)
    assert events_of([UNTIL_NOON, again], at(9)) == [
        SHOWN,
        NoticeEvent(14, "published", at(2), again),
        NoticeEvent(15, "ended", at(5), again, "expired"),
    ]


def test_events_keep_their_places_whenever_they_are_computed():
    steps = [APPROVED, UNTIL_NOON, moment(6, FactKind.NOTICE_PUBLISHED, 8, until=9), withdrawn(8.5, 8)]
    whole = events_of(steps, at(20))
    assert [each.position for each in whole] == sorted({each.position for each in whole})
    for hour in (0, 2, 3, 5):
        done = [each for each in steps if each.done_at <= at(hour)]
        assert events_of(done, at(hour)) == [each for each in whole if each.at <= at(hour)]
