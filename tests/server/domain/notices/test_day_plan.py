"""What the plan of a screen's day says: gaps, clashes, and how often a notice comes back."""

from datetime import UTC, datetime, timedelta

from server.domain.notices.displays import ClashKind, PlannedNotice, intervals, plan_of


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
