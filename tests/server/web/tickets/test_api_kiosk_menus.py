"""Each kiosk reads the menu of its services, all others that of the hall; no ticket is lost."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.usecases.devices.devices import pair_device
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted

ENTRANCE, PERMITS_DESK = "laon-borne-1", "laon-borne-2"
MENU = f"/halls/{HALL}/menu"
FOLDER, FILED, COLLECTED, CITIZENSHIP = (
    f"laon-{name}" for name in ("etrangers", "titres-depot", "titres-retrait", "naturalisation")
)
LICENCE = "laon-permis"

type Tree = list[tuple[str, list[str]]]


def shown(menu: dict[str, Any]) -> Tree:
    return [(each["id"], [child["id"] for child in each["children"]]) for each in menu["services"]]


def read(api: ApiSite, token: str) -> Tree:
    return shown(accepted(api.get(MENU, token=token)))


def second_kiosk(api: ApiSite) -> str:
    return pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured=PERMITS_DESK).token


def test_each_kiosk_reads_its_own_services_in_the_hall_s_order_and_people_read_them_all(api: ApiSite):
    whole = read(api, api.kiosk)
    api.publish_kiosks({ENTRANCE: [LICENCE, SERVICE], PERMITS_DESK: [CITIZENSHIP, FILED]})
    desk = second_kiosk(api)
    assert read(api, api.kiosk) == [(SERVICE, []), (LICENCE, [])]
    assert read(api, desk) == [(FOLDER, [FILED, CITIZENSHIP])]
    assert read(api, api.key) == whole
    assert shown(accepted(api.person("reception").get(f"/api/v1{MENU}"))) == whole
    api.publish_kiosks({ENTRANCE: [COLLECTED], PERMITS_DESK: []})
    assert read(api, api.kiosk) == [(FOLDER, [COLLECTED])]
    assert read(api, desk) == whole


def test_a_press_on_a_service_just_withdrawn_still_gives_a_ticket(api: ApiSite):
    api.publish_kiosks({ENTRANCE: [LICENCE]})
    ticket = accepted(api.press(SERVICE, token=api.kiosk), 201)
    assert ticket["service"] == SERVICE
    assert ticket["print"] is not None
    assert api.count("not_issued") == 0


def test_a_kiosk_opens_with_the_services_it_offers(api: ApiSite):
    morning = {"week": {"wednesday": ["09:00-12:00"]}}
    api.publish_kiosks({ENTRANCE: [LICENCE], PERMITS_DESK: [FILED]}, laon_permis={"hours": morning})
    closed = accepted(api.get(MENU, token=api.kiosk))
    assert (closed["is_open"], closed["next_opening"]["at"][:13]) == (False, "2026-11-25T08")
    assert accepted(api.get(MENU, token=second_kiosk(api)))["is_open"]


def test_a_kiosk_names_only_its_services_and_takes_a_code_of_any(api: ApiSite):
    booking, now = api.new_key("book"), api.database.clock.now()
    booked = {"service": FILED, "booked_at": (now + timedelta(minutes=10)).isoformat()}
    accepted(api.post(f"/halls/{HALL}/appointments", booked | {"is_convocation": True}, token=booking), 201)
    code = accepted(api.post(f"/halls/{HALL}/appointments", booked, token=booking), 201)["code"]
    api.publish_kiosks({ENTRANCE: [SERVICE], PERMITS_DESK: [FILED]})
    for token, services in ((api.kiosk, []), (second_kiosk(api), [FILED]), (api.key, [FILED])):
        told = accepted(api.get(f"/halls/{HALL}/convocations", token=token))["services"]
        assert [each["service"] for each in told] == services
        assert accepted(api.get(MENU, token=token))["appointments"] is bool(services)
    claim = {"code": code, "press_id": "press-1-of-tests"}
    ticket = accepted(api.post("/appointments/check-in", claim, token=api.kiosk), 201)
    assert ticket["service"] == FILED
    assert ticket["service_names"] == api.database.configuration(HALL).services[FILED].names
    assert ticket["service_names"].keys() >= {"fr", "en", "es"}


@pytest.mark.parametrize("offered", [[FILED], [FILED, SERVICE]])
def test_exceptional_reasons_come_with_the_service_they_are_of(api: ApiSite, offered: list[str]):
    api.publish_kiosks({ENTRANCE: offered})
    services = accepted(api.get(MENU, token=api.kiosk))["services"]
    (filed,) = next(each["children"] for each in services if each["id"] == FOLDER)
    assert filed["exceptional"]["received_by"]["id"] == SERVICE
