"""What a question lacks in a language, which results are shown, and what nobody can subtract."""

import pytest

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    MissingWords,
    Question,
    checked_answers,
    checked_questions,
    missing_words,
    question_of,
    stored_question,
)
from server.domain.surveys.results import results_of, satisfaction

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


def test_the_most_questions_free_texts_and_choices_are_kept_and_the_longest_words():
    assert len(checked_questions([SCALE] * 8 + [TEXT] * 2)) == 10
    for choices in (("a", "b"), ("a", "x" * 60), tuple("abcdefgh")):
        question = Question("", "choice", {"fr": "x" * 160}, {"fr": choices})
        assert checked_questions([question]) == (
            Question("q1", "choice", {"fr": "x" * 160}, {"fr": choices}),
        )


def test_a_free_text_of_500_characters_is_kept_and_one_more_is_refused():
    assert checked_answers([TEXT], {"q3": f" {'x' * 500} "}).texts == {"q3": "x" * 500}
    with pytest.raises(Refusal, match="survey_text_too_long"):
        checked_answers([TEXT], {"q3": "x" * 501})
    with pytest.raises(Refusal, match="survey_answer_empty"):
        checked_answers([TEXT], {"q3": " ", "q9": "x"})


def test_a_result_of_a_scale_alone_says_how_many_are_satisfied():
    yes = Question("q0", "yes_no", {"fr": "Vite\u00a0?"}, {})
    results = results_of([yes, SCALE], [{"q0": "yes", "q1": "4"}] * 10)
    assert [each.satisfied is not None for each in results] == [False, True]
    assert satisfaction(results) is results[1]
    assert satisfaction(results[:1]) is None


@pytest.mark.parametrize(("own", "shown"), [((), "ici"), (("here",), "ici"), (("here", "there"), "here")])
def test_choices_are_in_french_where_one_is_missing_in_the_language(own: tuple[str, ...], shown: str):
    question = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": own})
    assert question.choices_in("en")[0] == shown
    longer = Question("q1", "choice", {"fr": "Où\u00a0?"}, {"fr": ("ici", "là"), "en": ("a", "b", "c")})
    assert longer.choices_in("en") == ("ici", "là")
