"""Which answers results count: steps of ten, none of agents before the close, runs apart."""

import pytest

from server.domain.surveys.campaigns import Question
from server.domain.surveys.results import (
    GivenAnswer,
    WaitingChoice,
    choices_to_count,
    counted_answers,
    is_run,
    runs_of,
)

SCALE = Question("q1", "smiley", {"fr": "Content ?"}, {})
YES = Question("q2", "yes_no", {"fr": "Vite ?"}, {})


def given(values: str, *, hall: str = "laon", run: str | None = None, named: str = "a") -> list[GivenAnswer]:
    return [
        GivenAnswer(f"{named}{n}", hall, "link", "2026-W48", run, {"q1": value})
        for n, value in enumerate(values)
    ]


def waits(answers: list[GivenAnswer], question: str = "q1") -> list[WaitingChoice]:
    return [WaitingChoice(each.id, question, each.hall, each.run) for each in answers]


def sizes(answers: list[GivenAnswer], waiting: list[WaitingChoice], **more: object) -> tuple[int, int]:
    found = counted_answers(
        [SCALE, YES],
        answers,
        waiting,
        audience=str(more.get("audience", "visitors")),
        is_over=bool(more.get("is_over", False)),
    )
    return len(found.whole.every), len(found.whole.ordinary)


@pytest.mark.parametrize(("count", "counted"), [(9, 0), (10, 10), (11, 11)])
def test_choices_wait_until_ten_of_their_hall_and_question_do(count: int, counted: int):
    assert len(choices_to_count(waits(given("5" * count)), ())) == counted
    apart = [*waits(given("5" * 9)), *waits(given("5" * 9, hall="vervins")), *waits(given("5" * 9), "q2")]
    assert choices_to_count(apart, ()) == []


def test_choices_of_a_run_wait_apart_from_others():
    waiting = [*waits(given("1" * 9, run="r")), *waits(given("5" * 9, named="b"))]
    assert choices_to_count(waiting, {"r"}) == []
    assert len(choices_to_count(waiting, ())) == 18


def test_nothing_that_waits_is_counted_before_the_close_and_then_ten_together():
    laon, vervins = given("5" * 16), given("1" * 4, hall="vervins", named="b")
    waiting = waits([*laon[10:], *vervins])
    assert sizes([*laon, *vervins], waiting) == (10, 10)
    assert sizes([*laon, *vervins], waiting, is_over=True) == (20, 20)
    assert sizes([*laon, *vervins], waiting[1:], is_over=True) == (11, 11)
    assert sizes([*laon, *vervins], waits([*laon[8:], *vervins]), is_over=True) == (20, 20)
    found = counted_answers([SCALE], [*laon, *vervins], waiting, audience="visitors", is_over=True)
    assert {hall: len(each.every) for hall, each in found.by_hall.items()} == {"laon": 10, "vervins": 0}
    assert not found.whole.has_runs


def test_of_agents_nothing_is_counted_before_the_close():
    assert sizes(given("5" * 30), [], audience="agents") == (0, 0)
    assert sizes(given("5" * 30), [], audience="agents", is_over=True) == (30, 30)


@pytest.mark.parametrize(
    ("values", "is_one"),
    [
        ("1" * 20, True),
        ("1" * 19, False),
        ("1" * 12 + "2" * 6 + "5" * 2, True),
        ("1" * 17 + "5" * 3, False),
        ("54321" * 8, False),
    ],
)
def test_a_run_is_sudden_and_nearly_all_on_one_side(values: str, is_one: bool):
    assert is_run([SCALE], [{"q1": value} for value in values]) is is_one
    assert is_run([YES], [{"q2": "no"}] * 19 + [{"q2": "yes"}]) is True


def test_a_run_is_left_out_of_the_second_figure_where_ten_of_its_answers_count():
    run, others = given("1" * 24, run="r"), given("54" * 10, named="b")
    slow = given("1" * 12, run="s", named="c")
    assert list(runs_of([SCALE], [*run, *slow])) == ["r"]
    answers = [*run, *others]
    assert counted_answers([SCALE], answers, (), audience="visitors", is_over=False).whole.has_runs
    assert sizes([*run, *others, *slow], waits(run[20:])) == (52, 32)
    assert sizes([*run, *others], waits(run[9:])) == (29, 29)
