"""What anybody may read of a month: nothing of few people, no exact sample of a duration or share."""

from zoneinfo import ZoneInfo

import pytest

from server.domain.quality.indicators import OF_AGENTS
from server.domain.quality.rollup import Rollup, roll_up
from server.domain.quality.selection import OpenFigure, open_figures
from tests.server.domain.quality.indicator_legs import leg

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
    found = figure(open_figures(month(papers=visits), ())[0], "visits")
    assert (found["value"], found["n"], found["reason"]) == shown


@pytest.mark.parametrize(("visits", "n"), [(10, 10), (19, 10), (20, 20), (109, 100)])
def test_durations_and_shares_have_their_sample_in_tens(visits: int, n: int):
    whole, services = open_figures(month(papers=visits), ())
    for figures in (whole, services["papers"]):
        assert {figure(figures, name)["n"] for name in ("wait_mean", "within_target")} == {n}


def test_seconds_are_cut_off_and_percents_are_rounded_with_halves_up():
    whole, _ = open_figures(month(papers=24), ())
    assert figure(whole, "wait_mean")["value"] == 750
    assert figure(whole, "within_target")["value"] == 63, "15 of 24 are 62.5 %"
    seconds = roll_up([leg(f"v{n}", called=(90 + n % 2) / 60) for n in range(10)], time_zone=PARIS)
    assert figure(open_figures(seconds, ())[0], "wait_mean")["value"] == 90, "90.5 s"


def test_where_one_service_is_small_the_smallest_other_one_is_left_out_too():
    whole, services = open_figures(month(a=40, b=20, c=9), ())
    assert figure(whole, "visits")["value"] == 69
    shown = {name: figure(found, "visits") for name, found in services.items()}
    assert {name: (each["value"], each["reason"]) for name, each in shown.items()} == {
        "a": (40, None),
        "b": (None, "few"),
        "c": (None, "few"),
    }


def test_figures_of_few_agents_are_left_out_for_that_reason_and_never_given_by_service():
    whole, services = open_figures(month(a=40), OF_AGENTS)
    found = figure(whole, "service_mean")
    assert (found["value"], found["n"], found["reason"]) == (None, None, "few_agents")
    assert figure(whole, "wait_mean")["reason"] is None
    assert OF_AGENTS.isdisjoint(each["indicator"] for each in services["a"])
