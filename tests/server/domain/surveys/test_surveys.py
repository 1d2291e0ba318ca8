"""What a survey needs to be kept and to open, which results are shown, and what nobody can subtract."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given as given_of
from hypothesis import strategies as st

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    CheckedSurvey,
    MissingWords,
    Question,
    SurveyRequest,
    are_together,
    check_opening,
    checked_answers,
    checked_questions,
    checked_survey,
    is_behind,
    missing_words,
    outside_form,
    question_of,
    quota_of_answers,
    stored_question,
    texts_kept_until,
    week_of,
)
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

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)
SCALE = Question("", "smiley", {"fr": "Bien\u00a0?"}, {})
YES = Question("", "yes_no", {"fr": "Vite\u00a0?"}, {})
FORM = "https://forms.example.org/a"
TYPED = SurveyRequest(
    title=" Mars ",
    audience="visitors",
    halls=["laon", "guise", "laon"],
    opens_on="2026-03-02",
    closes_on="2026-03-29",
    channels=["paper", "link", "letter"],
    languages=["en", "fr", "en"],
    outside="",
    quotas={"laon": "20", "guise": " "},
    questions=[SCALE, YES, YES],
)


def checked(**change: Any) -> CheckedSurvey:
    return checked_survey(replace(TYPED, **change), hosts=())


def opening(**change: Any) -> CheckedSurvey:
    french = {"languages": [], "channels": ["link"]}
    return checked_survey(replace(TYPED, **french | change), hosts=("forms.example.org",))


def test_a_draft_keeps_each_hall_and_language_once_french_first_and_known_channels_in_their_order():
    survey = checked()
    assert (survey.title, survey.halls, survey.quotas) == ("Mars", ("laon", "guise"), {"laon": 20})
    assert (survey.languages, survey.channels) == (("fr", "en"), ("link", "paper"))
    assert (survey.opens_on, survey.closes_on, len(survey.questions)) == (FIRST, LAST, 3)
    agents = checked(audience="agents", halls=[], channels=["paper"])
    assert (agents.halls, agents.channels) == ((), ("link",)), "agents are asked by link, of no hall"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": " "}, "survey_title_missing", "title"),
        ({"title": "x" * 81}, "survey_title_too_long", "title"),
        ({"halls": []}, "survey_halls_missing", "halls"),
        ({"opens_on": "2026-03-30"}, "bad_survey_days", "opens_on"),
        ({"closes_on": "2027-03-03"}, "bad_survey_days", "opens_on"),
        ({"closes_on": "mars"}, "bad_survey_days", "opens_on"),
        ({"channels": ["letter"]}, "survey_channels_missing", "channels"),
        *(({"quotas": {"laon": each}}, "bad_survey_quota", "quotas") for each in ("0", "100001", "dix")),
    ],
)
def test_a_draft_that_cannot_be_read_is_refused_at_its_field(change: dict[str, Any], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        checked(**change)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_longest_title_a_year_of_days_a_single_day_and_the_smallest_and_largest_quota_are_kept():
    assert len(checked(title="x" * 80).title) == 80
    assert checked(closes_on="2027-03-02").closes_on - FIRST == timedelta(days=365)
    assert checked(closes_on="2026-03-02").closes_on == FIRST
    assert checked(quotas={"laon": "1", "guise": "100000"}).quotas == {"laon": 1, "guise": 100_000}


@pytest.mark.parametrize(
    ("change", "today", "code"),
    [
        ({}, LAST + timedelta(days=1), "survey_over"),
        ({"questions": [SCALE, YES]}, LAST, "survey_questions_too_few"),
        ({"languages": ["en"]}, LAST, "survey_words_missing"),
        ({"channels": ["kiosk"], "questions": [YES, SCALE, YES]}, LAST, "survey_kiosk_question"),
        ({"channels": ["kiosk"], "outside": FORM}, LAST, "outside_form_channels"),
        ({"channels": ["paper", "link"], "outside": FORM}, LAST, "outside_form_channels"),
    ],
)
def test_what_cannot_be_answered_does_not_open(change: dict[str, Any], today: date, code: str):
    with pytest.raises(Refusal, match=code):
        check_opening(opening(**change), today)


def test_a_survey_opens_on_its_last_day_with_three_questions_a_scale_at_the_kiosk_or_a_form_elsewhere():
    check_opening(opening(), LAST)
    check_opening(opening(channels=["kiosk"]), LAST)
    check_opening(opening(questions=[YES, SCALE, YES]), LAST)
    check_opening(opening(outside=FORM, questions=[], languages=["en"], channels=["link", "screen"]), LAST)


@pytest.mark.parametrize(("visits", "wanted"), [(1600, 160), (250, 25), (11, 2), (0, 0)])
def test_the_quota_is_a_tenth_of_a_mean_month(visits: int, wanted: int):
    assert quota_of_answers(visits) == wanted


@pytest.mark.parametrize(
    ("today", "answers", "quota", "behind"),
    [
        (date(2026, 3, 16), 0, 160, False),
        (date(2026, 3, 17), 79, 160, True),
        (date(2026, 3, 17), 80, 160, False),
        (date(2026, 3, 29), 79, 160, True),
        (date(2026, 3, 29), 0, 0, False),
    ],
)
def test_past_half_its_time_with_less_than_half_its_answers_a_survey_with_a_quota_is_behind(
    today: date, answers: int, quota: int, behind: bool
):
    assert is_behind(FIRST, LAST, today, answers=answers, quota=quota) is behind


@pytest.mark.parametrize(
    "address",
    [
        "http://forms.example.org/a",
        "https://other.example.org/a",
        "https://forms.example.org.evil.example/a",
        "https://forms.example.org:8443/a",
        "https://a@forms.example.org/a",
        "https://[broken",
        "javascript:alert(1)",
        "https://forms.example.org/" + "a" * 275,
    ],
)
def test_a_form_elsewhere_is_https_on_an_allowed_host(address: str):
    with pytest.raises(Refusal, match="outside_form_address"):
        outside_form(address, {"forms.example.org"})


def test_an_allowed_form_keeps_its_address_and_none_is_no_form():
    assert outside_form(" https://forms.example.org/a?b=1 ", {"forms.example.org"}).endswith("/a?b=1")
    longest = "https://forms.example.org/" + "a" * 274
    assert len(outside_form(longest, {"forms.example.org"})) == 300
    assert outside_form("  ", ()) == ""


def test_days_meet_where_the_last_of_one_is_the_first_of_the_other():
    assert are_together((FIRST, LAST), (LAST, date(2026, 4, 2)))
    assert are_together((LAST, date(2026, 4, 2)), (FIRST, LAST))
    assert are_together((FIRST, LAST), (date(2026, 3, 9), date(2026, 3, 10)))
    assert not are_together((FIRST, LAST), (date(2026, 3, 30), date(2026, 4, 2)))
    assert not are_together((date(2026, 3, 30), date(2026, 4, 2)), (FIRST, LAST))


def test_a_week_is_that_of_iso_and_texts_are_kept_ninety_days():
    assert week_of(date(2027, 1, 1)) == "2026-W53"
    assert texts_kept_until(LAST) == date(2026, 6, 27)


SCALE_IN_TWO = Question("q1", "smiley", {"fr": "Bien\u00a0?", "en": "Well?"}, {})
PUBLISHED_YES = Question("q2", "yes_no", {"fr": "Vite ?"}, {})


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


CHOICE = Question("q2", "choice", {"fr": "Où\u00a0?", "en": "Where?"}, {"fr": ("ici", "là"), "en": ("here",)})
TEXT = Question("q3", "text", {"fr": "Quoi\u00a0?"}, {})


def test_what_is_missing_is_named_by_question_and_language():
    found = missing_words([SCALE_IN_TWO, CHOICE, TEXT], ["fr", "en"])
    assert found == [MissingWords(2, "en"), MissingWords(3, "en")]
    assert missing_words([SCALE_IN_TWO, CHOICE, TEXT], ["fr"]) == []


def test_questions_are_numbered_without_empty_ones_and_keep_hard_spaces():
    empty = Question("", "smiley", {"fr": "  ", "en": ""}, {})
    kept = checked_questions([empty, Question("", "smiley", {"fr": " Bien\u00a0?\n"}, {"fr": ("a",)}), TEXT])
    assert kept == (Question("q1", "smiley", {"fr": "Bien\u00a0?"}, {}), replace(TEXT, id="q2"))
    assert [question_of(stored_question(each)) for each in kept] == list(kept)


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ([SCALE_IN_TWO] * 11, "survey_questions_too_many"),
        ([TEXT] * 3, "survey_free_texts"),
        ([Question("", "stars", {"fr": "Bien"}, {})], "survey_question_kind"),
        ([Question("", "smiley", {"fr": "x" * 161}, {})], "survey_question_too_long"),
        *(
            ([Question("", "choice", {"fr": "Où"}, {"fr": choices})], "survey_choices")
            for choices in (("a",), tuple("abcdefghi"), ("a", "x" * 61), ("a", "x" * 62))
        ),
    ],
)
def test_a_draft_that_cannot_be_asked_is_refused(questions: list[Question], code: str):
    with pytest.raises(Refusal, match=code):
        checked_questions(questions)


def test_only_offered_answers_count():
    given = checked_answers([SCALE_IN_TWO, CHOICE, TEXT], {"q1": "5", "q2": " 1", "q3": "Merci", "q9": "5"})
    assert (given.choices, given.texts) == ({"q1": "5", "q2": "1"}, {"q3": "Merci"})
    for typed in ({"q1": "6"}, {"q2": "2"}, {"q2": "-1"}):
        with pytest.raises(Refusal, match="bad_survey_answer"):
            checked_answers([SCALE_IN_TWO, CHOICE], typed)


def test_a_question_with_nine_answers_has_no_shares_and_ten_have():
    answers = [{"q1": value} for value in "555554321"]
    [few] = results_of([SCALE_IN_TWO, TEXT], answers)
    assert (few.n, few.shares, few.satisfied) == (9, None, None)
    [enough] = results_of([SCALE_IN_TWO, TEXT], [*answers, {"q1": "4"}])
    assert enough.shares is not None
    shares = [(each.count, each.percent) for each in enough.shares]
    assert shares == [(5, 50), (2, 20), (1, 10), (1, 10), (1, 10)]
    assert enough.satisfied == 70


def test_the_most_questions_free_texts_and_choices_are_kept_and_the_longest_words():
    assert len(checked_questions([SCALE_IN_TWO] * 8 + [TEXT] * 2)) == 10
    for choices in (("a", "b"), ("a", "x" * 60), tuple("abcdefgh")):
        question = Question("", "choice", {"fr": "x" * 160}, {"fr": choices})
        assert checked_questions([question]) == (replace(question, id="q1"),)


def test_a_free_text_of_500_characters_is_kept_and_one_more_is_refused():
    assert checked_answers([TEXT], {"q3": f" {'x' * 500} "}).texts == {"q3": "x" * 500}
    with pytest.raises(Refusal, match="survey_text_too_long"):
        checked_answers([TEXT], {"q3": "x" * 501})
    with pytest.raises(Refusal, match="survey_answer_empty"):
        checked_answers([TEXT], {"q3": " ", "q9": "x"})


def test_a_result_of_a_scale_alone_says_how_many_are_satisfied():
    results = results_of([PUBLISHED_YES, SCALE_IN_TWO], [{"q2": "yes", "q1": "4"}] * 10)
    assert [each.satisfied is not None for each in results] == [False, True]
    assert satisfaction(results) is results[1]
    assert satisfaction(results[:1]) is None


@pytest.mark.parametrize(("own", "shown"), [((), "ici"), (("here",), "ici"), (("here", "there"), "here")])
def test_choices_are_in_french_where_one_is_missing_in_the_language(own: tuple[str, ...], shown: str):
    question = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": own})
    assert question.choices_in("en")[0] == shown
    longer = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": ("a", "b", "c")})
    assert longer.choices_in("en") == ("ici", "là")
