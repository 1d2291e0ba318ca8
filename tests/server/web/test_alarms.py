"""Alarms and incidents of a hall, and the rows of « Mes pages » that ask for attention."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from server.domain.actions import ActionRequest
from server.domain.alarms.alarms import QUIET, AlarmChoice, AlarmKind
from server.domain.author import SYSTEM
from server.language import LANGUAGES
from server.sending.sender import Webhooks
from server.store.people.accounts import Grant
from server.usecases.actions import add_action
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient, read_recipients
from server.usecases.configuration.publication import publish_hall
from server.usecases.devices.devices import pair_device
from server.usecases.devices.pairing import add_place
from server.web.rendering.problems import id_of_form
from tests.harness.sql import one_row
from tests.server.sending.conftest import Endpoint, webhook_endpoint
from tests.server.usecases.alarms.faulty_hall import FaultyHall
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import COUNTER, HALL, OTHER, ApiSite, accepted, csrf_of, refused

PAGE = f"/alarmes?hall={HALL}"


@pytest.fixture
def faulty(api: ApiSite) -> FaultyHall:
    """Laon, whose printer has run out of paper."""
    return fault(api)


def fault(api: ApiSite) -> FaultyHall:
    """Laon's printer runs out of paper, and is checked."""
    hall = FaultyHall(api.database, api.hands)
    hall.look()
    hall.printer = "paper_out"
    hall.look()
    return hall


@pytest.fixture
def endpoint(api: ApiSite) -> Iterator[Endpoint]:
    """An endpoint on this machine, which webhooks of this server may reach."""
    channels = api.app.extensions["parvis"].sender.channels
    channels["webhook"] = Webhooks(may_be_private=True, within_s=2)
    with webhook_endpoint() as found:
        yield found


EVERYTHING = [str(kind) for kind in AlarmKind if kind not in QUIET]


def press(writer: Any, path: str, **form: Any) -> Any:
    browser, csrf = writer
    return browser.post(f"{path}?hall={HALL}", data=form, headers=csrf)


def alarms(api: ApiSite, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = accepted(api.get(f"/halls/{HALL}/alarms", **more))["alarms"]
    return found


def test_an_alarm_is_read_and_taken_by_an_agent_whose_name_others_read(api: ApiSite, faulty: FaultyHall):
    agent, supervisor = api.writer("agent"), api.person("supervisor")
    page = agent[0].get(PAGE).text
    assert "Borne de l’entrée\u00a0: plus de papier." in page
    assert "Changez le rouleau" in page
    assert "Personne ne s’en occupe encore" in page
    [alarm] = alarms(api)
    assert press(agent, f"/alarmes/{alarm['alarm']}/prise-en-charge").status_code == 303
    assert "agent s’en occupe depuis 10:00" in supervisor.get(PAGE).text
    assert alarms(api)[0]["acknowledged_by"] is None  # a key reads nobody's name
    faulty.printer = "ready"
    faulty.look()
    faulty.look()
    page = supervisor.get(PAGE).text
    assert "Aucune alarme." in page
    assert 'scope="row">Borne de l’entrée\u00a0: plus de papier.' in page


def test_an_alarm_is_acknowledged_over_the_api_by_people_of_its_site_only(api: ApiSite, faulty: FaultyHall):
    [alarm] = alarms(api)
    path = f"/alarms/{alarm['alarm']}/acknowledge"
    refused(api.post(path), 403, "forbidden")
    stranger, headers = api.writer("agent", "vervins")
    refused(stranger.post(f"/api/v1{path}", json={}, headers=headers), 403, "forbidden")
    refused(stranger.get(f"/api/v1/halls/{HALL}/alarms"), 403, "forbidden")
    browser, headers = api.writer("reception")
    assert browser.post(f"/api/v1{path}", json={}, headers=headers).status_code == 204
    assert browser.get(f"/api/v1/halls/{HALL}/alarms").json["alarms"][0]["acknowledged_by"] == "reception"
    refused(browser.post("/api/v1/alarms/none/acknowledge", json={}, headers=headers), 404, "unknown_alarm")


def test_an_address_is_added_with_a_secret_shown_once_and_removed(api: ApiSite):
    officer = api.writer("administrator", HALL)
    hook = {
        "channel": "webhook",
        "address": "https://example.org/hook?key=1",
        "site": HALL,
        "kinds": EVERYTHING,
    }
    added = press(officer, "/alarmes/adresses", **hook).text
    [secret] = re.findall(r"<code>(whsec_[^<]+)</code>", added)
    page = officer[0].get(PAGE).text
    assert secret not in page
    assert "https://example.org/…" in page
    assert "key=1" not in page
    [recipient] = read_recipients(api.database, lambda _: True)
    path = f"/alarmes/adresses/{recipient['recipient']}"
    renewed = press(officer, f"{path}/secret").text
    assert re.findall(r"<code>(whsec_[^<]+)</code>", renewed) != [secret]
    api.app.extensions["parvis"].sender.spawn = lambda _: None  # nothing leaves this machine
    fault(api)
    assert "1 envoi repart" in press(officer, f"{path}/renvoi", hours="24").text
    assert press(officer, f"{path}/retrait").status_code == 200
    assert "Personne n’est prévenu hors de ces pages." in officer[0].get(PAGE).text
    assert press(officer, f"{path}/secret").status_code == 404


def test_a_wrong_address_is_refused_and_kept_in_its_field(api: ApiSite):
    officer = api.writer("administrator", HALL)
    answer = press(
        officer, "/alarmes/adresses", channel="email", address="garde(at)example", site=HALL, kinds=EVERYTHING
    )
    assert answer.status_code == 422
    assert "Ce n’est pas une adresse e-mail" in answer.text
    assert 'value="garde(at)example" aria-invalid="true"' in answer.text


def test_a_trial_says_whether_it_arrives_and_why_not(api: ApiSite, endpoint: Endpoint):
    officer = api.writer("administrator", "*")
    good, _ = add_recipient(
        api.database, SYSTEM, RecipientRequest("webhook", "*", f"{endpoint.address}/hook", may_be_plain=True)
    )
    letter, _ = add_recipient(api.database, SYSTEM, RecipientRequest("email", HALL, "garde@example.org"))
    assert "L’essai est arrivé" in press(officer, f"/alarmes/adresses/{good}/essai").text
    assert [path for path, _, body in endpoint.taken if b"alarm.test" in body] == ["/hook"]
    endpoint.status = 500
    assert "Cette adresse a répondu par un refus." in press(officer, f"/alarmes/adresses/{good}/essai").text
    told = press(officer, f"/alarmes/adresses/{letter}/essai").text
    assert "Aucun serveur d’e-mail n’est réglé (PARVIS_SMTP_HOST)." in told


def test_supervisors_see_recipients_and_administrators_change_them(api: ApiSite):
    every, _ = add_recipient(api.database, SYSTEM, RecipientRequest("email", "*", "garde@example.org"))
    here, _ = add_recipient(api.database, SYSTEM, RecipientRequest("email", HALL, "ici@example.org"))
    agent, local = api.writer("agent"), api.writer("supervisor")
    supervisor = api.writer("supervisor", OTHER)
    assert "example.org" not in agent[0].get(PAGE).text
    assert "ici@example.org" in local[0].get(PAGE).text
    assert "ici@example.org" not in supervisor[0].get("/alarmes").text
    assert local[0].get(PAGE).text.count("Envoyer un essai") == 1
    assert press(local, f"/alarmes/adresses/{every}/retrait").status_code == 403
    assert press(supervisor, f"/alarmes/adresses/{here}/retrait").status_code == 404
    everywhere = {"channel": "email", "address": "a@example.org", "site": "*"}
    assert press(local, "/alarmes/adresses", **everywhere).status_code == 403
    assert press(local, f"/alarmes/adresses/{here}/retrait").status_code == 200
    assert api.app.test_client().get(PAGE).status_code == 302


def test_a_reader_with_several_halls_sees_which_has_alarms(api: ApiSite, faulty: FaultyHall):
    page = api.person("administrator", "*").get("/alarmes?hall=vervins").text
    halls = page.partition('data-part="halls"')[2].partition("</nav>")[0]
    assert re.findall(r"<b>([^<]+)</b>", halls) == ["1 alarme"]


def test_the_pages_at_work_have_a_place_for_alarms(api: ApiSite):
    browser = api.person("supervisor")
    for path in ("/console", "/accueil", "/supervision"):
        assert 'data-alarms="line"' in browser.get(f"{path}?hall={HALL}").text, path
    assert 'data-alarms="card"' in browser.get(f"/mur?hall={HALL}").text


def test_the_alarms_of_an_address_are_chosen_shown_and_changed(api: ApiSite):
    officer = api.writer("administrator", HALL)
    wanted = {"channel": "email", "address": "garde@example.org", "site": HALL, "language": "en"}
    missing = press(officer, "/alarmes/adresses", **wanted)
    assert missing.status_code == 422
    assert 'id="kinds-new-refused"' in missing.text
    assert 'value="garde@example.org"' in missing.text
    assert press(officer, "/alarmes/adresses", **wanted, kinds=["paper_out", "near_end"]).status_code == 200
    [recipient] = read_recipients(api.database, lambda _: True)
    assert recipient["choice"] == AlarmChoice(
        frozenset({AlarmKind.PAPER_OUT, AlarmKind.NEAR_END}), language="en"
    )
    page = officer[0].get(PAGE).text
    assert 'plus de papier, papier presque fini · <span lang="en">English</span>' in page
    path = f"/alarmes/adresses/{recipient['recipient']}/choix"
    for form, field in (
        ({"language": "en"}, "kinds"),
        ({"language": "xx", "kinds": EVERYTHING}, "language"),
        ({"site": f"{HALL}/vervins", "kinds": EVERYTHING}, "site"),
        ({"site": "*", "kinds": EVERYTHING}, "site"),
    ):
        answer = press(officer, path, **form)
        assert answer.status_code in (404, 409, 422), form
        if field != "site":  # one hall: there is no place to choose
            assert f'id="{field}-{recipient["recipient"]}-refused"' in answer.text
    changed = press(officer, path, kinds=EVERYTHING, language="es")
    assert "Choix enregistré pour garde@example.org." in changed.text
    assert 'Toutes les alarmes · <span lang="es">Español</span>' in changed.text
    assert read_recipients(api.database, lambda _: True)[0]["choice"] == AlarmChoice(language="es")
    stranger = api.writer("administrator", OTHER)
    assert stranger[0].post(path, data={"kinds": EVERYTHING}, headers=stranger[1]).status_code == 403


def test_an_address_may_receive_alarms_of_one_hall_of_a_site_with_several(api: ApiSite):
    annexe = second_hall(api)
    officer = api.writer("administrator", HALL)
    page = officer[0].get(PAGE).text
    assert f'value="{HALL}/{annexe}"' in page
    wanted = {"channel": "email", "address": "garde@example.org", "kinds": EVERYTHING}
    assert press(officer, "/alarmes/adresses", **wanted, site=f"{HALL}/{annexe}").status_code == 200
    assert press(officer, "/alarmes/adresses", **wanted, site=f"{HALL}/{annexe}").status_code == 409
    api.app.extensions["parvis"].sender.spawn = lambda _: None
    faulty = fault(api)
    assert faulty.outbox() == []
    [recipient] = read_recipients(api.database, lambda _: True)
    path = f"/alarmes/adresses/{recipient['recipient']}/choix"
    assert press(officer, path, kinds=["paper_out"]).status_code == 200  # the hall stays
    assert f'value="{HALL}/{annexe}" selected' in officer[0].get(PAGE).text
    assert press(officer, "/alarmes/adresses", **wanted, site=HALL).status_code == 200
    twice = press(officer, path, kinds=EVERYTHING, site=HALL)
    assert (twice.status_code, f'id="site-{recipient["recipient"]}-refused"' in twice.text) == (409, True)
    whole = read_recipients(api.database, lambda _: True)[1]
    press(officer, f"/alarmes/adresses/{whole['recipient']}/retrait")
    assert press(officer, path, kinds=EVERYTHING, site=f"{HALL}/{HALL}").status_code == 200
    faulty.printer = "ready"
    faulty.look()
    faulty.look()
    assert [each["turn"] for each in faulty.outbox()] == ["cleared"]


def second_hall(api: ApiSite) -> str:
    """One more hall of Laon, out of earshot."""
    document = json.loads((HALLS / "vervins.json").read_text(encoding="utf-8").replace("vervins", "annexe"))
    publish_hall(api.database, SYSTEM, json.dumps(document | {"site": HALL}))
    return str(document["hall"])


# --- attention, as far as the reader’s roles and sites reach --------------------------------------


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
        add_action(api.database, api.database.configuration("laon").site, typed, form=remark[:4])
    supervisor = api.person("supervisor")
    rows = ROW.findall(supervisor.get("/").text)
    assert [(urgency, text) for urgency, _, text in rows] == [
        ("now", "Borne de l’entrée\u00a0: plus de papier."),
        ("today", "Rampe\u00a0: à faire aujourd’hui"),
        ("today", "Sièges &lt;b&gt;\u00a0: en retard de 4 jours"),
        ("soon", "Horaires\u00a0: à faire dans 6 jours"),
        ("soon", "4 équipements ont besoin de quelqu’un (Préfecture de l’Aisne – Laon)."),
    ]
    for _, address, _ in rows[:-1]:
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
    other = ROW.findall(api.person("supervisor", OTHER).get("/").text)
    assert [path for _, path, _ in other] == [f"/supervision?hall={OTHER}"]
    assert nothing not in api.app.test_client().get("/").text
    for language in LANGUAGES:
        assert "to_attend" not in supervisor.get(f"/?lang={language}").text


def test_my_pages_and_the_state_of_devices_never_disagree(api: ApiSite):
    supervisor, hall_id = api.person("supervisor"), api.database.hall_id(HALL)

    def needing() -> list[str]:
        found: list[str] = accepted(supervisor.get(f"/api/v1/halls/{HALL}/supervision"))["needing"]
        assert f">{len(found)} équipements ont besoin de quelqu’un" in supervisor.get("/").text
        return found

    before = needing()
    api.app.extensions["parvis"].devices.arrived(hall_id, "laon-borne-1")
    assert {*before} - {*needing()} == {"laon-borne-1"}


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


# --- incidents ------------------------------------------------------------------------------------


INCIDENTS = f"/incidents?hall={HALL}"
NOTE = {"happened_on": "2026-11-23", "kind": "insult", "gravity": "1", "counter": COUNTER}


@pytest.mark.parametrize("is_dropped", [False, True], ids=["retired", "dropped"])
def test_a_note_keeps_its_counter_once_the_hall_no_longer_has_it(api: ApiSite, is_dropped: bool):
    head = api.person("supervisor")
    kept = head.post(INCIDENTS, data=NOTE | {"formulaire": "a-form", "csrf_token": csrf_of(head)})
    assert kept.status_code == 303
    note = id_of_form("a-form")
    document = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
    gone = next(each for each in document["counters"] if each["id"] == COUNTER)
    if is_dropped:
        document["counters"].remove(gone)
    else:
        gone["is_retired"] = True
    publish_hall(api.database, SYSTEM, json.dumps(document))
    assert f'<option value="{COUNTER}"' not in head.get(INCIDENTS).text
    form = head.get(f"{INCIDENTS}&modifier={note}").text
    [counter] = re.findall(r'<option value="([^"]*)" selected>', form)
    changed = NOTE | {"note": note, "gravity": "2", "counter": counter, "csrf_token": csrf_of(head)}
    assert head.post(INCIDENTS, data=changed).status_code == 303
    assert one_row(api.database, "SELECT counter, gravity FROM incident_note") == {
        "counter": COUNTER,
        "gravity": 2,
    }


def test_a_role_at_one_site_hides_nothing_of_another(api: ApiSite):
    reader = api.person_of(Grant("agent", HALL), Grant("quality", OTHER))
    own, other = (reader.get(f"/incidents?hall={hall}") for hall in (HALL, OTHER))
    assert (own.status_code, other.status_code) == (200, 200)
    assert 'name="gravity"' in own.text
    assert 'name="gravity"' not in other.text
    assert f"?hall={OTHER}" in own.text
