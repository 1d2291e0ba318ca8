"""Proof of display: what cannot be true is refused, the rest summed by day (docs/rules/displays.md)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.notices.displays import (
    MOST_DISPLAYS,
    ClashKind,
    Display,
    DisplayOutcome,
    PlannedNotice,
    check_displays,
    displays_reported,
    intervals,
    plan_of,
)
from server.domain.refusals import Refusal

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def shown(
    number: int = 1,
    *,
    ago: timedelta = SECOND * 60,
    lasted: timedelta = SECOND * 10,
    outcome: DisplayOutcome = DisplayOutcome.COMPLETED,
    notice: str = "n-1",
) -> Display:
    return Display(number, notice, "item-1", NOW - ago, NOW - ago + lasted, outcome)


def refusal_of(*displays: Display) -> str | None:
    try:
        check_displays(displays, NOW)
    except Refusal as refused:
        return f"{refused.code} {refused.details['number']}"
    return None


DAYS_400, DAY = timedelta(days=400), timedelta(days=1)


@pytest.mark.parametrize(
    ("displays", "refusal"),
    [
        ([shown(1), shown(2), shown(7)], None),
        ([shown(1), shown(1)], "displays_unordered 1"),
        ([shown(5), shown(4)], "displays_unordered 4"),
        ([shown(0)], "displays_unordered 0"),
        ([shown(ago=DAYS_400)], None),
        ([shown(1), shown(2, ago=DAYS_400 + SECOND)], "display_too_old 2"),
        ([shown(lasted=0 * SECOND)], None),
        ([shown(lasted=-SECOND)], "display_reversed 1"),
        ([shown(ago=DAY, lasted=DAY)], None),
        ([shown(ago=2 * DAY, lasted=DAY + SECOND)], "display_reversed 1"),
        ([shown(ago=0 * SECOND, lasted=60 * SECOND)], None),
        ([shown(ago=0 * SECOND, lasted=61 * SECOND)], "display_in_future 1"),
    ],
)
def test_a_report_that_cannot_be_true_names_the_display_at_fault(displays, refusal):
    assert refusal_of(*displays) == refusal


def days_of(*displays: Display) -> Any:
    body = displays_reported(displays, hall="laon", screen="s-1", record="r-1", time_zone="Europe/Paris").body
    assert (body["first"], body["last"]) == (displays[0].number, displays[-1].number)
    return list(body["days"])


def test_displays_are_summed_by_notice_and_counted_by_how_they_ended():
    ended = [DisplayOutcome.COMPLETED, DisplayOutcome.CUT, DisplayOutcome.CUT, DisplayOutcome.FAILED]
    displays = [shown(number, outcome=outcome) for number, outcome in enumerate(ended, 1)]
    usual = {"shown_on": "2026-11-24", "completed": 0, "cut": 0, "failed": 0}
    assert days_of(*displays, shown(9, notice="n-0")) == [
        usual | {"notice": "n-0", "shown_ms": 10_000, "completed": 1},
        usual | {"notice": "n-1", "shown_ms": 40_000, "completed": 1, "cut": 2, "failed": 1},
    ]


def test_a_display_at_midnight_counts_once_and_gives_its_time_to_both_days():
    until_midnight = timedelta(hours=13, minutes=0, seconds=4)  # midnight in Paris was 13 hours ago
    first, second = days_of(shown(ago=until_midnight))
    assert (first["shown_on"], first["shown_ms"], first["completed"]) == ("2026-11-23", 4_000, 1)
    assert (second["shown_on"], second["shown_ms"], second["completed"]) == ("2026-11-24", 6_000, 0)


def test_a_report_has_500_displays_at_most():
    assert MOST_DISPLAYS == 500


def test_a_report_has_a_digest_of_every_line():
    def digest(*displays: Display) -> str:
        made = displays_reported(displays, hall="laon", screen="s", record="r", time_zone="UTC")
        return str(made.body["sha256"])

    assert digest(shown(1), shown(2)) == digest(shown(1), shown(2))
    assert digest(shown(1)) != digest(shown(1, lasted=SECOND)) != digest(shown(1), shown(2))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


OPENING = [(at(8), at(12)), (at(13), at(17))]
ALL_DAY = [(at(0), at(23))]


def test_a_gap_is_named_where_only_built_in_or_conditional_notices_are_planned():
    notices = [
        PlannedNotice("waits", ALL_DAY, 20_000, is_built_in=True),
        PlannedNotice("crowd", ALL_DAY, 20_000, is_conditional=True),
        PlannedNotice("morning", [(at(8), at(10))], 20_000),
        PlannedNotice("after", [(at(13, 2), at(17))], 20_000),
    ]
    plan = plan_of(notices, OPENING, 0)
    assert plan.gaps == [(at(10), at(12))]
    assert plan.every["morning"] == timedelta(seconds=60)


def test_a_notice_that_ends_while_the_hall_is_open_is_named():
    ending = PlannedNotice("a", [(at(8), at(11))], 20_000, ends_at=at(11))
    later = PlannedNotice("b", [(at(8), at(12))], 20_000, ends_at=at(12, 30))
    clashes = plan_of([ending, later], OPENING, 0).clashes
    assert [(each.kind, each.notices, each.window[0]) for each in clashes] == [
        (ClashKind.ENDS, ("a",), at(11))
    ]


def test_notices_planned_all_day_and_more_of_them_than_there_is_time_for():
    many = [PlannedNotice(f"n{place}", ALL_DAY, 60_000) for place in range(30)]
    kinds = {each.kind: each for each in plan_of(many, OPENING, 0).clashes}
    assert kinds.keys() == {ClashKind.WHOLE_DAY, ClashKind.CROWDED}
    assert len(kinds[ClashKind.WHOLE_DAY].notices) == 30
    assert kinds[ClashKind.WHOLE_DAY].window == (at(8), at(17))
    assert kinds[ClashKind.CROWDED].every == timedelta(minutes=30)
    assert plan_of(many[:1], OPENING, 0).clashes == []


def test_two_legal_notices_share_their_part_of_the_time():
    legal = [PlannedNotice(f"l{place}", ALL_DAY, 20_000, is_legal=True) for place in range(2)]
    other = PlannedNotice("o", ALL_DAY, 40_000)
    every = intervals([*legal, other], 0.2)
    assert every["o"] == timedelta(seconds=50)
    assert every["l0"] == timedelta(seconds=200)
    plan = plan_of([*legal, other], OPENING, 0.2)
    assert [each.notices for each in plan.clashes if each.kind == ClashKind.LEGAL_SHARE] == [("l0", "l1")] * 2
    assert not [each for each in plan_of([*legal, other], OPENING, 0).clashes if each.kind == "legal_share"]


def test_a_clash_of_seconds_is_not_named():
    """Of notices published one after the other on the same day."""
    legal = [
        PlannedNotice(f"l{place}", [(at(9) + timedelta(seconds=5 * place), at(12))], 20_000, is_legal=True)
        for place in range(3)
    ]
    clashes = plan_of([*legal, PlannedNotice("o", ALL_DAY, 40_000)], OPENING, 0.2).clashes
    assert [each.notices for each in clashes if each.kind == ClashKind.LEGAL_SHARE] == [("l0", "l1", "l2")]


def test_five_minutes_without_a_notice_are_a_gap_and_less_is_none():
    for minute, gaps in ((4, []), (5, [(at(8), at(8, 5))])):
        notices = [PlannedNotice("a", [(at(8, minute), at(17))], 20_000)]
        assert plan_of(notices, OPENING, 0).gaps == gaps
