"""What may be typed of an action, when it is late, and the place of its origin."""

from dataclasses import replace
from datetime import date

import pytest

from server.domain.actions import (
    ActionOrigin,
    ActionRequest,
    OriginKind,
    checked_action,
    is_due_soon,
    is_late,
    place_of_origin,
)
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 24)
SEATS = ActionRequest("Sièges", "", "", "", "", "to_do")


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
    [({"due_on": "demain"}, "bad_action_day"), ({"state": "later"}, "bad_action_state")],
)
def test_a_day_that_is_none_and_an_unknown_state_are_refused(change: dict[str, str], code: str):
    with pytest.raises(Refusal, match=code):
        checked_action(replace(SEATS, **change))
    assert checked_action(replace(SEATS, due_on="2026-11-24")).due_on == "2026-11-24"


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
