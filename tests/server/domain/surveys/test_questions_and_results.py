"""What a question lacks in a language, which results are shown, and what nobody can subtract."""

import pytest

from server.domain.refusals import Refusal
from server.domain.surveys.answers import checked_answers
from server.domain.surveys.questions import (
    MissingWords,
    Question,
    checked_questions,
    missing_words,
    question_of,
    stored_question,
)
from server.domain.surveys.results import results_of, shown_parts

SCALE = Question("q1", "smiley", {"fr": "Bien\u00a0?", "en": "Well?"}, {})
CHOICE = Question("q2", "choice", {"fr": "Où\u00a0?", "en": "Where?"}, {"fr": ("ici", "là"), "en": ("here",)})
TEXT = Question("q3", "text", {"fr": "Quoi\u00a0?"}, {})


def test_what_is_missing_is_named_by_question_and_language():
    found = missing_words([SCALE, CHOICE, TEXT], ["fr", "en"])
    assert found == [MissingWords(2, "en"), MissingWords(3, "en")]
    assert missing_words([SCALE, CHOICE, TEXT], ["fr"]) == []


def test_questions_are_numbered_without_empty_ones_and_keep_hard_spaces():
    empty = Question("", "smiley", {"fr": "  ", "en": ""}, {})
    kept = checked_questions([empty, Question("", "smiley", {"fr": " Bien\u00a0?\n"}, {"fr": ("a",)}), TEXT])
    assert [(each.id, each.texts, each.choices) for each in kept] == [
        ("q1", {"fr": "Bien\u00a0?"}, {}),
        ("q2", {"fr": "Quoi\u00a0?"}, {}),
    ]
    assert [question_of(stored_question(each)) for each in kept] == list(kept)


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ([SCALE] * 11, "survey_questions_too_many"),
        ([TEXT] * 3, "survey_free_texts"),
        ([Question("", "stars", {"fr": "Bien"}, {})], "survey_question_kind"),
        ([Question("", "choice", {"fr": "Où"}, {"fr": tuple("abcdefghi")})], "survey_choices"),
    ],
)
def test_a_draft_that_cannot_be_asked_is_refused(questions: list[Question], code: str):
    with pytest.raises(Refusal, match=code):
        checked_questions(questions)


def test_only_offered_answers_count():
    given = checked_answers([SCALE, CHOICE, TEXT], {"q1": "5", "q2": " 1", "q3": "Merci", "q9": "5"})
    assert (given.choices, given.texts) == ({"q1": "5", "q2": "1"}, {"q3": "Merci"})
    for typed in ({"q1": "6"}, {"q2": "2"}, {"q2": "-1"}):
        with pytest.raises(Refusal, match="bad_survey_answer"):
            checked_answers([SCALE, CHOICE], typed)


def test_a_question_with_nine_answers_has_no_shares_and_ten_have_an_interval():
    answers = [{"q1": value} for value in "555554321"]
    [few] = results_of([SCALE, TEXT], answers)
    assert (few.n, few.shares, few.satisfied) == (9, None, None)
    [enough] = results_of([SCALE, TEXT], [*answers, {"q1": "4"}])
    assert enough.shares is not None
    assert [each.count for each in enough.shares] == [5, 2, 1, 1, 1]
    assert enough.satisfied is not None
    assert (round(enough.satisfied.percent), enough.satisfied.n) == (70, 10)
    assert enough.satisfied.low < 70 < enough.satisfied.high


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 47, "b": 14, "c": 6, "d": 3, "e": 11}, {"a", "b"}),
        ({"a": 30, "b": 9}, set()),
        ({"a": 10, "b": 10}, {"a", "b"}),
        ({"a": 12, "b": 0}, {"a"}),
        ({}, set()),
    ],
)
def test_what_is_left_out_cannot_be_found_by_subtracting(counts: dict[str, int], shown: set[str]):
    assert shown_parts(counts) == shown
