"""The owner of an action is a function, and an origin has a place."""

import pytest

from server.domain.actions.actions import (
    ActionOrigin,
    ActionRequest,
    OriginKind,
    checked_action,
    place_of_origin,
)
from server.domain.refusals import Refusal


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
