"""Checks of a hall and visits; what may be typed of an action, and when it is late."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain.actions import (
    ActionOrigin,
    ActionRequest,
    OriginKind,
    awaits_review,
    checked_action,
    is_due_soon,
    is_late,
    place_of_origin,
)
from server.domain.hall_checks import (
    CheckKind,
    CheckRequest,
    Finding,
    checked_check,
)
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 24)
VISIT = CheckRequest(
    CheckKind.MYSTERY_VISIT,
    "2026-11-24",
    " Membre du  comité ",
    "Vient sans rendez-vous",
    [Finding("welcome", "", "met", ""), Finding("", " ", "", "")],
)


def test_a_visit_keeps_its_criteria_and_drops_empty_ones_of_its_own():
    kept = checked_check(VISIT, TODAY)
    assert (kept.function, list(kept.findings)) == ("Membre du comité", [Finding("welcome", "", "met", "")])


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"done_on": "2026-11-25"}, "bad_check_day", "done_on"),
        ({"done_on": ""}, "bad_check_day", "done_on"),
        ({"function": " "}, "check_function_missing", "function"),
        ({"function": "Mme Martin"}, "check_function_is_a_person", "function"),
        ({"scenario": "\n"}, "check_scenario_missing", "scenario"),
        ({"function": "x" * 81}, "check_text_too_long", "function"),
        ({"scenario": "x" * 601}, "check_text_too_long", "scenario"),
        ({"findings": [Finding("welcome", "", "", "")]}, "check_result_missing", "result-0"),
        (
            {"findings": [Finding("", "", "", ""), Finding("", "Fleurs", "", "")]},
            "check_result_missing",
            "result-1",
        ),
        ({"findings": [Finding("", "x" * 81, "met", "")]}, "check_text_too_long", "words-0"),
        ({"findings": [Finding("welcome", "", "met", "x" * 301)]}, "check_text_too_long", "remark-0"),
    ],
)
def test_a_wrong_check_is_refused_at_its_field(change: dict[str, Any], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        checked_check(replace(VISIT, **change), TODAY)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_longest_texts_are_kept_and_a_check_of_the_hall_has_no_scenario():
    finding = Finding("", "w" * 80, "not_met", "r" * 300)
    kept = checked_check(
        replace(VISIT, function="f" * 80, scenario="s" * 600, findings=[finding], done_on="2026-11-23"), TODAY
    )
    assert (kept.function, kept.scenario, list(kept.findings)) == ("f" * 80, "s" * 600, [finding])
    assert checked_check(replace(VISIT, kind=CheckKind.HALL_CHECK, scenario=""), TODAY).scenario == ""


SEATS = ActionRequest("Sièges", "", "", "", "", "to_do")
DONE = replace(SEATS, state="done", solution="Quatre sièges", proof="Facture 12", verified_by="Comité")


@pytest.mark.parametrize(
    "owner", ["Mme Martin", "M. Durand", "M.Durand", "Madame Élise Roy", "jean@aisne.example", "Mrs Smith"]
)
def test_an_owner_who_is_a_person_is_refused_at_its_field(owner: str):
    with pytest.raises(Refusal) as refused:
        checked_action(ActionRequest("Sièges", "", "", owner, "", "to_do"))
    assert refused.value.code == "action_owner_is_a_person"
    assert refused.value.details == {"field": "owner"}


@pytest.mark.parametrize(
    "owner", ["", "Bureau de l’accueil", "Sous-préfète", "SGCD, bureau M. et L.", "DSIC"]
)
def test_an_office_or_a_function_is_an_owner(owner: str):
    assert checked_action(ActionRequest("Sièges", "", "", f" {owner} ", "", "to_do")).owner == owner


def test_every_kind_of_origin_has_a_place_that_names_it():
    places = [place_of_origin(ActionOrigin(kind, "x7")) for kind in OriginKind]
    assert all(place.startswith("/voix/") and place.endswith("x7") for place in places)
    assert len(set(places)) == len(places)


def test_texts_are_on_one_line_and_a_remark_is_needed():
    typed = replace(SEATS, remark=" Plus \n de sièges ", origin=" visite\t2 ", solution=" vingt  sièges ")
    assert checked_action(typed) == replace(
        SEATS, remark="Plus de sièges", origin="visite 2", solution="vingt sièges"
    )
    with pytest.raises(Refusal, match="action_remark_missing"):
        checked_action(replace(SEATS, remark=" \n"))


@pytest.mark.parametrize(
    ("field", "longest"), [("remark", 400), ("solution", 400), ("origin", 80), ("owner", 80)]
)
def test_the_longest_text_of_each_field_is_kept_and_one_more_character_is_refused(field: str, longest: int):
    assert len(getattr(checked_action(replace(SEATS, **{field: "x" * longest})), field)) == longest
    with pytest.raises(Refusal, match="action_text_too_long") as refused:
        checked_action(replace(SEATS, **{field: "x" * (longest + 1)}))
    assert refused.value.details == {"field": field, "longest": longest}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due_on": "demain"}, "bad_action_day"),
        ({"review_on": "demain"}, "bad_action_day"),
        ({"state": "later"}, "bad_action_state"),
        ({"state": "done", "effect": "maybe"}, "bad_action_effect"),
        ({"effect": "effective"}, "action_effect_too_early"),
        ({"state": "done", "solution": ""}, "action_solution_missing"),
        ({"state": "done", "proof": " "}, "action_proof_missing"),
        ({"owner": "Accueil", "verified_by": "accueil"}, "action_verified_by_its_owner"),
        ({"verified_by": "Mme Martin"}, "action_owner_is_a_person"),
    ],
)
def test_what_an_action_may_not_be_is_refused_at_its_field(change: dict[str, str], code: str):
    with pytest.raises(Refusal, match=code) as refused:
        checked_action(replace(DONE, **({"state": "doing"} | change)))
    assert refused.value.details["field"] in change
    assert checked_action(replace(SEATS, due_on="2026-11-24")).due_on == "2026-11-24"


def test_one_that_is_done_is_verified_by_others_and_one_without_effect_is_in_progress_again():
    assert checked_action(replace(DONE, effect="effective")).state == "done"
    again = checked_action(replace(DONE, effect="not_effective", review_on="2026-12-01"))
    assert (again.state, again.effect, again.review_on) == ("doing", "not_effective", "")


@pytest.mark.parametrize(
    ("state", "effect", "review_on", "awaited"),
    [
        ("done", "", TODAY, True),
        ("done", "", date(2026, 11, 25), False),
        ("done", "", None, False),
        ("done", "effective", TODAY, False),
        ("doing", "", TODAY, False),
    ],
)
def test_the_effect_of_one_that_is_done_is_awaited_from_its_day_on(
    state: str, effect: str, review_on: date | None, awaited: bool
):
    assert awaits_review(state, effect, review_on, TODAY) is awaited


@pytest.mark.parametrize(
    ("due_on", "late", "soon"),
    [
        (date(2026, 11, 23), True, False),
        (date(2026, 11, 24), False, True),
        (date(2026, 11, 25), False, True),
        (date(2026, 12, 1), False, True),
        (date(2026, 12, 2), False, False),
        (None, False, False),
    ],
)
def test_an_open_action_is_late_after_its_day_and_due_soon_in_the_week_before(
    due_on: date | None, late: bool, soon: bool
):
    for state in ("to_do", "doing"):
        assert (is_late(state, due_on, TODAY), is_due_soon(state, due_on, TODAY)) == (late, soon)
    for state in ("done", "dropped"):
        assert not is_late(state, due_on, TODAY)
        assert not is_due_soon(state, due_on, TODAY)
