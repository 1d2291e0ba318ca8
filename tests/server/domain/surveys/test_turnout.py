"""Who answered a survey beside who came: what is told apart, what is said of it, and what nobody finds."""

from collections import Counter
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.surveys.turnout import Arrival, TurnoutCell, standing_out, turnout_of

MORNING, EVENING, RARE = 9, 15, 18


def came(*groups: tuple[int, str, int, int]) -> tuple[list[Arrival], set[str]]:
    """Visits of an hour and a service by kiosk, and the ids of those whose ticket answered."""
    arrivals: list[Arrival] = []
    answered: set[str] = set()
    for hour, service, visits, answers in groups:
        new = [Arrival(f"{hour} {service} {n}", hour, service, "kiosk") for n in range(visits)]
        arrivals += new
        answered |= {each.visit for each in new[:answers]}
    return arrivals, answered


def cell(value: str, visits: int, answers: int) -> TurnoutCell:
    return {"value": value, "visits": visits, "answers": answers}


def test_each_part_counts_every_visit_once_and_one_value_alone_is_no_part():
    found = turnout_of(*came((MORNING, "permis", 60, 30), (EVENING, "titres", 40, 12)))
    assert found == {
        "hour": [cell("09", 60, 30), cell("15", 40, 12)],
        "service": [cell("permis", 60, 30), cell("titres", 40, 12)],
    }, "all came by the kiosk"


@pytest.mark.parametrize("rare", [0, 1, 9])
def test_an_hour_of_fewer_than_ten_answers_is_hidden_behind_another(rare: int):
    groups = (MORNING, "permis", 60, 30), (EVENING, "permis", 40, 12), (RARE, "permis", 20, rare)
    assert turnout_of(*came(*groups)) == {"hour": [cell("09", 60, 30), cell("", 60, 12 + rare)]}


def test_with_fewer_than_ten_answers_nothing_is_told_apart():
    assert turnout_of(*came((MORNING, "permis", 60, 5), (EVENING, "titres", 40, 4))) == {}
    assert turnout_of(*came((MORNING, "permis", 60, 12), (EVENING, "titres", 40, 4))) == {}
    assert turnout_of([], ()) == {}


visits = st.tuples(
    st.sampled_from([9, 10, 14, 17]), st.sampled_from("abc"), st.sampled_from(["kiosk", "phone"])
)


@given(st.lists(st.tuples(visits, st.booleans()), max_size=150))
def test_no_cell_and_no_sum_or_difference_of_cells_is_of_one_to_nine_answers(
    sent: list[tuple[tuple[int, str, str], bool]],
):
    """The attacker knows every visit and the number of answers, and adds and subtracts what is shown."""
    arrivals = [Arrival(str(n), *visit) for n, (visit, _) in enumerate(sent)]
    answered = {str(n) for n, (_, has_answered) in enumerate(sent) if has_answered}
    for cells in turnout_of(arrivals, answered).values():
        assert sum(each["answers"] for each in cells) == len(answered)
        assert sum(each["visits"] for each in cells) == len(arrivals)
        for some in chain.from_iterable(combinations(cells, n) for n in range(1, len(cells))):
            found = sum(each["answers"] for each in some)
            assert found >= 10
            assert len(answered) - found >= 10


@given(st.lists(visits, min_size=20, max_size=80))
def test_who_answered_at_an_hour_says_nothing_of_their_service(sent: list[tuple[int, str, str]]):
    """Answers that change their services among each other leave the hours as they were."""
    arrivals = [Arrival(str(n), *visit) for n, visit in enumerate(sent)]
    turned = [*arrivals[1:], arrivals[0]]
    swapped = [each._replace(service=other.service) for each, other in zip(arrivals, turned, strict=True)]
    everybody = {each.visit for each in arrivals}
    assert turnout_of(arrivals, everybody).get("hour") == turnout_of(swapped, everybody).get("hour")
    assert Counter(each.service for each in arrivals) == Counter(each.service for each in swapped)
    assert turnout_of(arrivals, everybody).get("service") == turnout_of(swapped, everybody).get("service")


@pytest.mark.parametrize(
    ("morning", "evening", "is_said"),
    [
        ((120, 48), (120, 24), True),
        ((120, 47), (120, 24), False),
        ((40, 20), (60, 12), True),
        ((30, 20), (30, 10), False),
    ],
    ids=["twice", "less than twice", "two and a half times", "twice, of too few"],
)
def test_a_sentence_is_said_only_of_twice_as_often_and_never_of_chance(
    morning: tuple[int, int], evening: tuple[int, int], is_said: bool
):
    found = standing_out([cell("09", *morning), cell("15", *evening)])
    assert (found is not None) is is_said


def test_who_answered_less_often_is_said_too_and_the_others_never_by_name():
    found = standing_out([cell("09", 100, 50), cell("10", 100, 52), cell("15", 300, 30)])
    assert found is not None
    assert (found.value, found.is_more, found.times) == ("15", False, 5)
    assert (found.percent, found.others_percent) == (10, 51)
    hidden = standing_out([cell("09", 100, 40), cell("10", 100, 40), cell("", 300, 30)])
    assert hidden is None or hidden.value
