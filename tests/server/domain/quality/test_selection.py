"""What anybody may read of a month, nothing of few people; who may read an indicator is declared."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from server.domain.quality.figures import number
from server.domain.quality.indicators import (
    AGENTS,
    AGENTS_OPEN,
    EVERYBODY,
    INDICATORS,
    OF_AGENTS,
    OPEN,
    REPORTS,
    STAFF,
    Figure,
    Indicator,
    Readers,
)
from server.domain.quality.rollup import (
    COUNTS_OF_AGENTS,
    CellKey,
    DayCounts,
    Rollup,
    Sparse,
    Tally,
    roll_up,
    sum_of,
)
from server.domain.quality.selection import (
    FOLLOWED,
    STEPS,
    OpenFigure,
    Selection,
    first_period,
    is_shown_in_cell,
    open_figures,
    people_at_work,
    reasons_not_issued,
    steps_of_waits,
    unpublished_parts,
    withheld_names,
)
from server.domain.visits.transitions import OUTCOMES
from server.ids import new_id, new_pseudonym
from tests.server.domain.quality.indicator_legs import END_REASONS, leg


def cell(service: str, kind: str, half_hour: int) -> CellKey:
    return CellKey("laon", service, kind, 1, half_hour, "served")


DAY = Rollup(
    {
        cell("a", "walk_in", 18): Tally(waits={60: (1, 0)}, visits=1),
        cell("a", "priority", 19): Tally(waits={120: (1, 0)}, visits=1),
        cell("b", "walk_in", 24): Tally(waits={180: (1, 0)}, visits=1),
    },
)


DAY.not_issued["a", "closed"] = 2


DAY.greetings["b"] = 3


def waits(selection: Selection) -> list[int]:
    return sorted(selection.of(DAY).total().waits)


def test_everything_is_selected_where_nothing_is_chosen():
    assert waits(Selection()) == [60, 120, 180]
    assert selection_counts(Selection()) == (2, 3)


def selection_counts(selection: Selection) -> tuple[int, int]:
    found = selection.of(DAY)
    return found.not_issued.total(), found.greetings.total()


def test_services_keep_the_counts_of_theirs_without_a_wait():
    assert waits(Selection(services=frozenset({"a"}))) == [60, 120]
    assert selection_counts(Selection(services=frozenset({"a"}))) == (2, 0)
    assert selection_counts(Selection(services=frozenset({"a", "b"}))) == (2, 3)


def test_classes_and_hours_leave_out_what_has_none():
    assert waits(Selection(classes=frozenset({"priority"}))) == [120]
    assert waits(Selection(from_hour=9, until_hour=12)) == [60, 120]
    assert waits(Selection(from_hour=12, until_hour=13)) == [180]
    assert selection_counts(Selection(from_hour=9, until_hour=12)) == (0, 0)


def test_weekdays_choose_days():
    assert Selection().has_day(6)
    assert not Selection(weekdays=frozenset({1})).has_day(6)


JANUARY = (date(2026, 1, 1), date(2026, 2, 1))


YEAR = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("agents", "days", "is_allowed", "withheld"),
    [
        (2, JANUARY, False, OF_AGENTS),
        (3, JANUARY, False, frozenset()),
        (2, JANUARY, True, frozenset()),
        (1, YEAR, False, frozenset()),
        (1, (date(2026, 1, 1), date(2026, 12, 31)), False, OF_AGENTS),
    ],
)
def test_figures_of_work_need_three_people_a_year_or_a_decision(
    agents: int, days: tuple[date, date], is_allowed: bool, withheld: frozenset[str]
):
    assert withheld_names(agents, *days, is_allowed=is_allowed) == withheld


def test_a_page_begins_with_the_quarter_and_a_cell_stays_empty_where_few_come():
    assert [first_period(date(2026, 11, 28), visits).name for visits in (99, 100)] == ["2026-Q4", "2026-11"]
    assert [is_shown_in_cell(visits) for visits in (9, 10)] == [False, True]


def test_a_small_part_is_not_published_nor_what_would_give_it_by_subtraction():
    assert unpublished_parts({"a": 10, "b": 40}) == set()
    assert unpublished_parts({"a": 60, "b": 40, "c": 5}) == {"b", "c"}
    assert unpublished_parts({"a": 60, "b": 4, "c": 5}) == {"b", "c"}
    assert unpublished_parts({"a": 60, "b": 40, "c": 0}) == {"c"}
    assert unpublished_parts({"a": 9}) == {"a"}


def test_people_are_never_counted_twice_because_a_year_began():
    assert people_at_work([(2026, "a"), (2026, "b"), (2027, "c"), (2027, "d")], {}) == 2
    assert people_at_work([(2026, "a"), (2026, "b"), (2026, "c"), (2027, "d")], {}) == 3
    assert people_at_work([], {}) == 0


def test_people_are_never_counted_twice_because_facts_carry_another_id_of_theirs():
    anna, claire = new_id(), new_id()
    now_anna, now_claire = new_pseudonym(), new_pseudonym()
    year = [(2026, each) for each in (anna, now_anna, claire, now_claire)]
    assert people_at_work(year, {now_anna: anna, now_claire: claire}) == 2
    assert people_at_work(year, {now_anna: anna}) == 2, "one link was erased"
    assert people_at_work(year, {}) == 2, "both were"
    assert people_at_work([*year, (2026, new_pseudonym())], {now_anna: anna}) == 3


PARIS = ZoneInfo("Europe/Paris")


def month(**visits: int) -> Rollup:
    """A month with so many visits of each service, in each of which 60 s of wait and a service are longer."""
    return roll_up(
        [
            leg(
                f"{service}{n}",
                service=service,
                called=n + 1,
                started=n + 1,
                ended=n + 3,
                end_reason="served",
            )
            for service, count in visits.items()
            for n in range(count)
        ],
        time_zone=PARIS,
    )


def figure(figures: list[OpenFigure], indicator: str) -> OpenFigure:
    [found] = [each for each in figures if each["indicator"] == indicator]
    return found


@pytest.mark.parametrize(
    ("visits", "shown"), [(9, (None, None, "few")), (10, (10, 10, None)), (19, (19, 19, None))]
)
def test_a_count_is_exact_from_ten_people_on(visits: int, shown: tuple[int | None, int | None, str | None]):
    found = figure(open_figures(month(papers=visits), (), days=[])[0], "visits")
    assert (found["value"], found["n"], found["reason"]) == shown


@pytest.mark.parametrize(("visits", "n"), [(10, 10), (19, 10), (20, 20), (109, 100)])
def test_durations_and_shares_have_their_sample_in_tens(visits: int, n: int):
    whole, services = open_figures(month(papers=visits), (), days=[])
    for figures in (whole, services["papers"]):
        assert {figure(figures, name)["n"] for name in ("wait_mean", "within_target")} == {n}


def test_seconds_are_cut_off_and_percents_are_rounded_with_halves_up():
    whole, _ = open_figures(month(papers=24), (), days=[])
    assert figure(whole, "wait_mean")["value"] == 750
    assert figure(whole, "within_target")["value"] == 63, "15 of 24 are 62.5 %"
    seconds = roll_up([leg(f"v{n}", called=(90 + n % 2) / 60) for n in range(10)], time_zone=PARIS)
    assert figure(open_figures(seconds, (), days=[])[0], "wait_mean")["value"] == 90, "90.5 s"


def test_a_figure_has_its_interval_rounded_as_it_is_and_none_where_it_is_left_out():
    days = [month(a=12 + n % 3, b=int(n < 9)) for n in range(10)]
    whole, services = open_figures(sum_of(days), (), days=days)
    visits, share = (figure(whole, name) for name in ("visits", "within_target"))
    assert (visits["value"], visits["n_days"]) == (138, 10)
    assert visits["low"] is not None
    assert visits["high"] is not None
    assert visits["low"] < 13.8 < visits["high"], "per open day"
    assert (share["low"], share["high"]) == (int(share["low"] or -1), int(share["high"] or -1))
    for left_out in (
        figure(services["b"], "visits"),
        figure(open_figures(days[0], (), days=days[:1])[0], "visits"),
    ):
        assert [left_out[name] for name in ("low", "high", "n_days")] == [None] * 3


def test_where_one_service_is_small_the_smallest_other_one_is_left_out_too():
    whole, services = open_figures(month(a=40, b=20, c=9), (), days=[])
    assert figure(whole, "visits")["value"] == 69
    shown = {name: figure(found, "visits") for name, found in services.items()}
    assert {name: (each["value"], each["reason"]) for name, each in shown.items()} == {
        "a": (40, None),
        "b": (None, "few"),
        "c": (None, "few"),
    }


def test_figures_of_few_agents_are_left_out_for_that_reason_and_never_given_by_service():
    whole, services = open_figures(month(a=40), OF_AGENTS, days=[])
    found = figure(whole, "service_mean")
    assert (found["value"], found["n"], found["reason"]) == (None, None, "few_agents")
    assert figure(whole, "wait_mean")["reason"] is None
    assert OF_AGENTS.isdisjoint(each["indicator"] for each in services["a"])


@pytest.mark.parametrize(
    ("called", "step"),
    [(0, 0), (4.99, 0), (5, 5), (9.99, 5), (10, 10), (59.99, 55), (60, 60), (64, 60), (300, 60)],
)
def test_a_wait_lies_in_a_step_of_five_minutes_and_from_an_hour_on_in_the_last(called: float, step: int):
    counted = roll_up([leg(called=called), leg("v2", called=called)], time_zone=PARIS)
    assert dict(zip(STEPS, steps_of_waits(counted), strict=True)) == dict.fromkeys(STEPS, 0) | {step: 2}
    assert FOLLOWED[f"wait.{step}"].count(counted) == 2


def test_reasons_without_words_of_their_own_are_counted_together():
    reasons = {("a", "closed"): 3, ("b", "closed"): 1, ("a", "device"): 2, ("a", "quota"): 5}
    counted = roll_up([], DayCounts(not_issued=reasons), time_zone=PARIS)
    assert reasons_not_issued(counted) == {"closed": 4, "other": 7}
    codes = ("not_issued.closed", "not_issued.other", "not_issued.full")
    assert [FOLLOWED[code].count(counted) for code in codes] == [4, 7, 0]


def test_ends_and_outcomes_are_counted():
    ended = roll_up(
        [
            leg("v1", called=1, ended=2, end_reason="no_show"),
            leg("v2", called=1, started=1, ended=2, end_reason="served", outcome="informed"),
        ],
        time_zone=PARIS,
    )
    codes = ("ended.no_show", "ended.abandoned", "outcome.informed")
    assert [FOLLOWED[code].count(ended) for code in codes] == [1, 0, 1]


def test_all_but_tickets_not_issued_have_hours_and_each_is_found_by_its_own_code():
    assert {each.kind for each in FOLLOWED.values() if not each.has_hours} == {"not_issued"}
    assert {each.kind for each in FOLLOWED.values() if each.has_hours} == {"wait", "ended", "outcome"}
    assert all(each.code == code for code, each in FOLLOWED.items())


FULL: dict[object, Callable[[], object]] = {
    int: lambda: 60,
    Sparse: lambda: {60 * minute: (3, 2) for minute in range(60)},
    Counter[str]: lambda: Counter(dict.fromkeys(OUTCOMES, 7)),
}
APART: dict[str, Counter[object]] = {
    **{name: Counter({"papers": 9}) for name in ("greetings", "informed", "due", "missed")},
    **{name: Counter({("papers", "appointment_only"): 9}) for name in ("not_issued", "exceptional")},
}


def rollup(**changed: object) -> Rollup:
    """Something of every count, in a cell for each end of a leg; some counts of each cell are others."""
    values = {each.name: FULL[each.type]() for each in fields(Tally)}
    return Rollup(
        {
            CellKey("laon", "papers", "walk_in", 0, 18, reason): Tally(**values | changed)
            for reason in (*END_REASONS, "open")
        },
        **APART,  # type: ignore[arg-type]
    )


def figures(of: Rollup) -> dict[str, Figure]:
    total = of.total()
    return {name: each.compute(of, total) for name, each in INDICATORS.items()}


def changed(before: dict[str, Figure], after: dict[str, Figure]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("left_out", ["of_agents", "is_open", "in_reports"])
def test_who_may_read_an_indicator_has_no_default(left_out: str):
    decisions = {name: False for name in ("of_agents", "is_open", "in_reports") if name != left_out}
    with pytest.raises(TypeError, match=left_out):
        Readers(**decisions)


@pytest.mark.parametrize("left_out", ["readers", "adds_up", "group"])
def test_an_indicator_has_no_default(left_out: str):
    declared = {
        "name": "absences",
        "convention": "one_leg",
        "group": "leaving",
        "readers": STAFF,
        "adds_up": "legs",
        "measure": number("tickets", lambda _, tally: tally.legs),
    }
    del declared[left_out]
    with pytest.raises(TypeError, match=left_out):
        Indicator(**declared)  # type: ignore[arg-type]


def test_the_named_readers_are_those_their_names_say():
    named = (EVERYBODY, OPEN, REPORTS, STAFF, AGENTS_OPEN, AGENTS)
    assert [(each.of_agents, each.is_open, each.in_reports) for each in named] == [
        (False, True, True),
        (False, True, False),
        (False, False, True),
        (False, False, False),
        (True, True, False),
        (True, False, False),
    ]


def test_a_report_tells_nothing_about_agents():
    with pytest.raises(ValueError, match="agents"):
        Readers(of_agents=True, is_open=False, in_reports=True)


@pytest.mark.parametrize("count", COUNTS_OF_AGENTS)
def test_what_is_made_of_a_count_of_agents_is_of_agents(count: str):
    [kind] = [each.type for each in fields(Tally) if each.name == count]
    without = figures(rollup(**{count: 0 if kind is int else {}}))
    made_of_it = changed(figures(rollup()), without)
    assert made_of_it
    undeclared = {name for name in made_of_it if not INDICATORS[name].readers.of_agents}
    assert not undeclared, (
        f"these show the work of agents, and their readers are not `of_agents`: {undeclared}"
    )


def test_what_is_made_of_more_than_legs_says_so():
    whole = figures(rollup())
    apart = set().union(
        *(changed(whole, figures(replace(rollup(), **{name: Counter()}))) for name in APART)  # type: ignore[arg-type]
    )
    assert apart == {name for name, each in INDICATORS.items() if each.adds_up == "services"}
    of_a_part = {name for name, figure in whole.items() if figure.of is not None}
    assert of_a_part == {name for name, each in INDICATORS.items() if each.adds_up == "worst"}


def test_no_open_figure_is_that_of_one_person():
    waits = {60 * minute: (3, 2) for minute in range(60)}
    longer = waits | {59 * 60: (2, 2), 100_000: (1, 0)}
    before, after = (figures(rollup(waits=each)) for each in (waits, longer))
    moved = {
        name: abs((after[name].value or 0) - (before[name].value or 0)) for name in changed(before, after)
    }
    assert moved["wait_max"] > 90_000
    open_ones = {name: by for name, by in moved.items() if INDICATORS[name].readers.is_open}
    assert set(open_ones) == {"wait_mean"}
    assert open_ones["wait_mean"] < 1_000
