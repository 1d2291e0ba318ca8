"""« Mes pages » begins with what asks for attention, as far as the reader's roles and sites reach."""

import re
from typing import Any

from server.domain.actions import ActionRequest
from server.domain.author import SYSTEM
from server.language import LANGUAGES
from server.usecases.actions import add_action
from server.usecases.devices.devices import pair_device
from server.usecases.devices.pairing import add_place
from tests.server.usecases.alarms.faulty_hall import FaultyHall
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted

ROW = re.compile(r'<li class="(\w+)"><a href="([^"]+)"><b.*?<bdi>(.*?)</bdi>')


def test_the_list_is_by_urgency_and_each_role_sees_its_own_rows(api: ApiSite):
    hall = FaultyHall(api.database, api.hands)
    hall.look()
    hall.printer = "paper_out"
    hall.look()
    for remark, due_on in (
        ("Sièges <b>", "2026-11-20"),
        ("Horaires", "2026-11-30"),
        ("Rampe", "2026-11-24"),
        ("Banc", "2026-12-30"),
    ):
        typed = ActionRequest(remark, "", "", "Accueil", due_on, "doing")
        add_action(api.database, "laon", typed, form=remark[:4])
    supervisor = api.person("supervisor")
    rows = ROW.findall(supervisor.get("/").text)
    assert [(urgency, text) for urgency, _, text in rows] == [
        ("now", "Borne de l’entrée\u00a0: plus de papier."),
        ("today", "Rampe\u00a0: à faire aujourd’hui"),
        ("today", "Sièges &lt;b&gt;\u00a0: en retard de 4 jours"),
        ("soon", "Horaires\u00a0: à faire dans 6 jours"),
    ]
    for _, address, _ in rows:
        path, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in supervisor.get(path).text
    assert [urgency for urgency, *_ in ROW.findall(api.person("quality").get("/").text)] == [
        "today",
        "today",
        "soon",
    ]
    assert [urgency for urgency, *_ in ROW.findall(api.person("agent").get("/").text)] == ["now"]
    nothing = "Rien ne demande votre attention"
    assert nothing in api.person("security").get("/").text
    assert nothing in api.person("supervisor", OTHER).get("/").text
    assert nothing not in api.app.test_client().get("/").text
    for language in LANGUAGES:
        assert "to_attend" not in supervisor.get(f"/?lang={language}").text


def test_a_paired_kiosk_asks_for_its_printer_until_somebody_says_where_it_prints(api: ApiSite):
    place = add_place(api.database, HALL, SYSTEM, kind="kiosk", label="Borne du fond").configured
    admin, csrf = api.writer("administrator")
    told = "«\u00a0Borne du fond\u00a0» (Préfecture de l’Aisne – Laon) n’a pas d’imprimante"
    path = f"/api/v1/halls/{HALL}/kiosks/{place}/printer"
    assert told not in admin.get("/").text, "nothing stands there yet"
    pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured=place)
    (row,) = [row for row in ROW.findall(admin.get("/").text) if told in row[2]]
    assert row[:2] == ("today", "/appareils")
    assert told not in api.person("agent").get("/").text
    assert paper(admin, place) == ("undecided", None)
    accepted(admin.put(path, json={"host": None, "prints_at": "laon-borne-1"}, headers=csrf))
    assert (paper(admin, place), told in admin.get("/").text) == (("other", "laon-borne-1"), False)
    accepted(admin.put(path, json={"host": None}, headers=csrf))
    assert (paper(admin, place), told in admin.get("/").text) == (("none", None), False)


def paper(browser: Any, kiosk: str) -> tuple[str, str | None]:
    """Where a kiosk prints, as the page of devices reads it."""
    halls = accepted(browser.get("/api/v1/devices"))["halls"]
    (found,) = [each for hall in halls for each in hall["devices"] if each["id"] == kiosk]
    return found["paper"], found["prints_at"]
