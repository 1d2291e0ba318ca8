"""Which results of a survey are shown, and what nobody can subtract."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from hypothesis import given as given_of
from hypothesis import strategies as st

from server.domain.surveys.campaigns import Question
from server.domain.surveys.results import (
    CountedChoices,
    GivenAnswer,
    WaitingChoice,
    choices_to_count,
    counted_answers,
    is_run,
    results_of,
    runs_of,
    satisfaction,
    sudden_runs,
)

SCALE_IN_TWO = Question("q1", "smiley", {"fr": "Bien\u00a0?", "en": "Well?"}, {})
PUBLISHED_YES = Question("q2", "yes_no", {"fr": "Vite ?"}, {})
TEXT = Question("q3", "text", {"fr": "Quoi\u00a0?"}, {})


def given(
    values: str, *, hall: str = "laon", run: str | None = None, named: str = "a", channel: str = "link"
) -> list[GivenAnswer]:
    return [
        GivenAnswer(f"{named}{n}", hall, channel, "2026-W48", run, {"q1": value})
        for n, value in enumerate(values)
    ]


def waits(answers: list[GivenAnswer], question: str = "q1") -> list[WaitingChoice]:
    return [WaitingChoice(each.id, question, each.hall, each.channel, each.run) for each in answers]


counted = partial(counted_answers, [SCALE_IN_TWO, PUBLISHED_YES], audience="visitors", is_over=False)


def sizes(answers: list[GivenAnswer], waiting: list[WaitingChoice], **more: Any) -> tuple[int, int]:
    found = counted(answers, waiting, **more)
    return len(found.whole.every), len(found.whole.ordinary)


@pytest.mark.parametrize(("count", "counted"), [(9, 0), (10, 10), (11, 11)])
def test_choices_wait_until_ten_of_their_hall_channel_and_question_do(count: int, counted: int):
    assert len(choices_to_count(waits(given("5" * count)), ())) == counted
    apart = [*waits(given("5" * 9)), *waits(given("5" * 9, hall="vervins")), *waits(given("5" * 9), "q2")]
    apart += waits(given("5" * 9, channel="kiosk"))
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
    found = counted([*laon, *vervins], waiting, is_over=True)
    assert {hall: len(each.every) for hall, each in found.by_hall.items()} == {"laon": 10, "vervins": 0}
    assert not found.whole.has_runs


def test_what_is_left_at_the_close_counts_in_its_hall_where_ten_are_and_never_by_channel():
    link, paper = given("5" * 16), given("1" * 7, named="b", channel="paper")
    few = given("3" * 4, hall="vervins", named="c")
    waiting = waits([*link[10:], *paper, *few])
    found = counted([*link, *paper, *few], waiting, is_over=True)
    assert {hall: len(each.every) for hall, each in found.by_hall.items()} == {"laon": 23, "vervins": 0}
    assert {name: len(each.every) for name, each in found.by_channel.items()} == {"link": 10, "paper": 0}
    assert len(found.whole.every) == 23, "the four of Vervins cannot be found by subtracting"


@given_of(
    st.lists(
        st.tuples(
            st.sampled_from("54321"), st.sampled_from(["laon", "vervins"]), st.sampled_from(["link", "paper"])
        ),
        max_size=90,
    )
)
def test_who_subtracts_readings_of_halls_channels_and_moments_finds_ten_answers_or_none(
    sent: list[tuple[str, str, str]],
):
    """Plays answers one by one; compares each figure with that of the reading before, and with its parts."""
    answers: list[GivenAnswer] = []
    waiting: list[WaitingChoice] = []
    before: dict[str, Counter[str]] = {}
    for n, (value, hall, channel) in enumerate([*sent, ("", "", "")]):
        is_over = n == len(sent)
        if not is_over:
            answers.append(GivenAnswer(f"{n}", hall, channel, "2026-W48", None, {"q1": value}))
            waiting += waits(answers[-1:])
            ready = choices_to_count(waiting, ())
            waiting = [each for each in waiting if each not in ready]
        found = counted(answers, waiting, is_over=is_over)
        whole = chosen(found.whole)
        halls = {f"hall {name}": chosen(each) for name, each in found.by_hall.items()}
        channels = {f"channel {name}": chosen(each) for name, each in found.by_channel.items()}
        now = {"whole": whole, **halls, **channels}
        now["not by hall"] = whole - sum(halls.values(), Counter())
        now["not by channel"] = whole - sum(channels.values(), Counter())
        for name, counts in now.items():
            more = (counts - before.get(name, Counter())).total()
            assert not 0 < more < 10, (name, counts)
        before = now


def chosen(counted: CountedChoices) -> Counter[str]:
    return Counter(each["q1"] for each in counted.every)


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
    assert is_run([SCALE_IN_TWO], [{"q1": value} for value in values]) is is_one
    assert is_run([PUBLISHED_YES], [{"q2": "no"}] * 19 + [{"q2": "yes"}]) is True


def test_busy_minutes_of_a_hall_whose_visitors_say_the_same_anyway_are_no_sudden_run():
    run, questions = given("5" * 24, run="r"), [SCALE_IN_TWO]
    for others, is_sudden in (("54454" * 19 + "12345", False), ("54321" * 20, True), ("5" * 19, True)):
        assert bool(sudden_runs(questions, [*run, *given(others, named="b")])) is is_sudden
    elsewhere = given("5" * 100, named="b", hall="vervins")
    assert sudden_runs(questions, [*run, *elsewhere]), "another hall explains nothing"


def test_a_run_is_left_out_of_the_second_figure_where_ten_of_its_answers_count():
    run, others = given("1" * 24, run="r"), given("54" * 10, named="b")
    slow = given("1" * 12, run="s", named="c")
    assert list(runs_of([SCALE_IN_TWO], [*run, *slow])) == ["r"]
    assert counted([*run, *others], ()).whole.has_runs
    assert sizes([*run, *others, *slow], waits(run[20:])) == (52, 32)
    assert sizes([*run, *others], waits(run[9:])) == (29, 29)


def test_a_question_with_nine_answers_has_no_shares_and_ten_have():
    answers = [{"q1": value} for value in "555554321"]
    [few] = results_of([SCALE_IN_TWO, TEXT], answers)
    assert (few.n, few.shares, few.satisfied) == (9, None, None)
    [enough] = results_of([SCALE_IN_TWO, TEXT], [*answers, {"q1": "4"}])
    assert enough.shares is not None
    shares = [(each.count, each.percent) for each in enough.shares]
    assert shares == [(5, 50), (2, 20), (1, 10), (1, 10), (1, 10)]
    assert enough.satisfied == 70


def test_a_result_of_a_scale_alone_says_how_many_are_satisfied():
    results = results_of([PUBLISHED_YES, SCALE_IN_TWO], [{"q2": "yes", "q1": "4"}] * 10)
    assert [each.satisfied is not None for each in results] == [False, True]
    assert satisfaction(results) is results[1]
    assert satisfaction(results[:1]) is None
