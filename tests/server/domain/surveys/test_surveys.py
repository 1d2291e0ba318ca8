"""What a survey needs to be kept and to open, and which answers it takes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

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


@pytest.mark.parametrize(("own", "shown"), [((), "ici"), (("here",), "ici"), (("here", "there"), "here")])
def test_choices_are_in_french_where_one_is_missing_in_the_language(own: tuple[str, ...], shown: str):
    question = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": own})
    assert question.choices_in("en")[0] == shown
    longer = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": ("a", "b", "c")})
    assert longer.choices_in("en") == ("ici", "là")
