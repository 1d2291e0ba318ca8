"""The page of actions: added once, changed, filtered, and of one's own sites only."""

from typing import Any

import pytest

from server.domain.actions import ActionOrigin, ActionRequest, OriginKind
from server.store.people.accounts import Grant
from server.usecases.actions import add_action, add_action_for
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

PLACE = "/voix/actions"
SEATS = {"remark": "Plus de sièges", "owner": "Logistique", "due_on": "2026-11-01", "state": "to_do"}


def press(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def test_an_action_is_added_once_changed_and_marked_late(api: ApiSite):
    anne, stranger = api.person("quality"), api.person("quality", OTHER)
    assert "Aucune action pour le moment" in anne.get(PLACE).text
    first = press(anne, PLACE, formulaire="one", **SEATS)
    assert first.status_code == 303
    assert press(anne, PLACE, formulaire="one", **SEATS).headers["Location"] == first.headers["Location"]
    page = anne.get(PLACE).text
    assert page.count("Plus de sièges</bdi></h3>") == 1
    assert "1 en retard" in page
    action = first.headers["Location"].partition("fait=")[2].partition("#")[0]
    assert press(anne, PLACE, action=action, **(SEATS | {"state": "done"})).status_code == 303
    assert "en retard</span>" not in anne.get(PLACE).text
    for wrong, said in (
        ({"remark": " "}, "Écrivez la remarque."),
        ({"due_on": "demain"}, "Donnez une date"),
        ({"owner": "x" * 81}, "80 caractères au plus"),
        ({"owner": "Mme Martin"}, "pas une personne"),
        ({"state": "later"}, "Choisissez un état"),
    ):
        answer = press(anne, PLACE, **(SEATS | wrong))
        assert answer.status_code == 422
        assert said in answer.text
        assert f'aria-describedby="{next(iter(wrong))}-refused"' in answer.text
    assert "Plus de sièges" not in stranger.get(f"{PLACE}?etat=all").text
    assert stranger.get(f"{PLACE}?site={HALL}").status_code == 404
    assert press(stranger, PLACE, action=action, **SEATS).status_code == 404
    assert press(stranger, PLACE, site=HALL, **SEATS).status_code == 404
    assert api.person("committee").get(PLACE).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Vieille", "Future"]),
        ("etat=late", ["Vieille"]),
        ("etat=done", ["Finie"]),
        ("etat=all&site=laon", ["Vieille", "Finie"]),
        (f"etat=all&site={OTHER}", ["Future"]),
        ("etat=nothing", ["Vieille", "Future"]),
    ],
)
def test_the_list_is_cut_down_to_a_site_and_a_state(api: ApiSite, query: str, shown: list[str]):
    for site, remark, due_on, state in (
        (HALL, "Vieille", "2026-01-01", "doing"),
        (HALL, "Finie", "2026-01-02", "done"),
        (OTHER, "Future", "2027-01-01", "to_do"),
    ):
        add_action(api.database, site, ActionRequest(remark, "", "", "", due_on, state), form=remark)
    page = api.person_of(Grant("quality", HALL), Grant("quality", OTHER)).get(f"{PLACE}?{query}").text
    assert [each for each in ("Vieille", "Future", "Finie") if f"{each}</bdi></h3>" in page] == shown


def test_an_action_links_to_what_it_comes_from(api: ApiSite):
    origin = ActionOrigin(OriginKind.HALL_CHECK, "x7")
    add_action_for(api.database, HALL, origin, ActionRequest("Panneau", "", "", "", "", "to_do"))
    page = api.person("quality").get(PLACE).text
    assert '<a href="/voix/controles/constat/x7">contrôle du hall</a>' in page
