"""Configuration documents over the API: drafted, compared, published, rolled back, in and out as files."""

import copy
import json
import threading
from datetime import timedelta
from typing import Any

import pytest

from server.live.presence import SocketPlace
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import (
    HALL,
    INSTALLATION,
    LAON,
    OTHER,
    SERVICE,
    ApiSite,
    Editors,
    accepted,
    laon,
    refused,
)


@pytest.fixture
def editors(api: ApiSite) -> Editors:
    return Editors(api)


def sentences_of(found: list[dict[str, Any]]) -> list[str]:
    return [each["sentence"].replace("\u00a0", " ") for each in found]


def facts_of(site: ApiSite) -> list[tuple[str, dict[str, Any]]]:
    """The author and body of each publication of Laon."""
    found = all_rows(
        site.database,
        "SELECT author, body FROM hall_fact WHERE kind = 'ConfigurationPublished' AND hall = :hall"
        " ORDER BY position",
        hall=site.database.hall_id(HALL),
    )
    return [(row["author"], json.loads(row["body"])) for row in found]


@pytest.mark.both_databases
def test_a_draft_is_read_compared_published_and_rolled_back(api: ApiSite):
    editors = Editors(api)
    ticket = api.ticket()
    before = editors.read()
    assert (before["revision"], before["draft"], before["content"]["hall"]) == (1, None, HALL)
    saved = accepted(editors.save("chief", laon(name="Accueil du préfet")))
    assert saved["problems"] == [] or all(each["is_warning"] for each in saved["problems"])
    assert sentences_of(saved["changes"]) == [
        "Nom : « Préfecture de l’Aisne – Laon » → « Accueil du préfet »"
    ]
    draft = editors.read()["draft"]
    assert (draft["version"], draft["base_revision"], draft["author"]) == (saved["version"], 1, "supervisor")
    assert api.database.configuration(HALL).name == LAON["name"]
    assert accepted(editors.publish("chief", saved["version"])) == {"document": HALL, "revision": 2}
    assert api.database.configuration(HALL).name == "Accueil du préfet"
    assert editors.read()["draft"] is None
    refused(editors.publish("chief", saved["version"]), 409, "stale_draft")
    back = {"revision": 1, "base_revision": 2}
    assert accepted(editors.send("ada", "POST", f"/{HALL}/rollback", back))["revision"] == 3
    assert api.database.configuration(HALL).name == LAON["name"]
    revisions = editors.read(path=f"/{HALL}/revisions")["revisions"]
    assert [(each["revision"], each["author"], each["origin"], each["restores"]) for each in revisions] == [
        (3, "administrator", "browser", 1),
        (2, "supervisor", "browser", None),
        (1, None, "system", None),
    ]
    assert sentences_of(revisions[1]["changes"]) == sentences_of(saved["changes"])
    assert sentences_of(revisions[0]["changes"]) == [
        "Nom : « Accueil du préfet » → « Préfecture de l’Aisne – Laon »"
    ]
    authors = [author for author, _ in facts_of(api)]
    assert authors[0] == "system"
    assert len(set(authors)) == 3
    assert [body.get("restores") for _, body in facts_of(api)] == [None, None, 1]
    assert api.call("GET", f"/tickets/{ticket['token']}", token=None).get_json()["number"] == ticket["number"]


def test_own_hours_are_shown_against_those_of_the_site(api: ApiSite):
    editors = Editors(api)
    site = next(each for each in INSTALLATION["sites"] if each["slug"] == LAON["site"])
    calendar = copy.deepcopy(site["calendar"])
    calendar["week"]["tuesday"] = ["08:30-11:40"]
    saved = accepted(editors.save("chief", laon(calendar=calendar)))
    first, second = sentences_of(saved["changes"])
    assert first == "Le hall a désormais ses propres horaires ; ce qui change de ceux du site suit"
    assert second.startswith("Horaires › Semaine › Mardi")
    assert second.endswith("→ 08:30-11:40")
    accepted(editors.publish("chief", saved["version"]))
    read = editors.read(path=f"/{HALL}/revisions/1")
    undone = read["changes_if_restored"]
    assert sentences_of(undone)[0] == "Le hall suit de nouveau les horaires de son site"
    assert "08:30-11:40 →" in sentences_of(undone)[1]
    assert [each["code"] for each in read["problems_if_restored"] if not each["is_warning"]] == []


def test_a_save_over_another_persons_is_refused_with_both_changes_and_joined_field_by_field(api: ApiSite):
    editors = Editors(api)
    first = accepted(editors.save("ada", laon(name="Un")))["version"]
    accepted(editors.save("eve", laon(name="Deux", asks_needs=False), draft_version=first))
    mine = laon(name="Trois", screen_margin_s=1800)
    stale = refused(editors.save("ada", mine, draft_version=first), 409, "stale_draft")
    assert stale["onto"] == {"revision": 1, "draft_version": first + 1}
    assert stale["author"] == "administrator"
    assert sentences_of(stale["theirs"]) == [
        "Nom : « Un » → « Deux »",
        "La borne demande ce qui aide : oui → non",
    ]
    assert sentences_of(stale["mine"]) == [
        "Nom : « Un » → « Trois »",
        "Écrans allumés avant et après : 60 min → 30 min",
    ]
    (conflict,) = stale["conflicts"]
    assert (conflict["path"], conflict["place"]) == ("name", "Nom")
    assert (conflict["base"], conflict["mine"], conflict["theirs"]) == ("Un", "Trois", "Deux")
    undecided = {"onto": stale["onto"], "choices": {}}
    refused(editors.save("ada", mine, draft_version=first, joining=undecided), 409, "stale_draft")
    decided = {"onto": stale["onto"], "choices": {"name": "mine"}}
    joined = accepted(editors.save("ada", mine, draft_version=first, joining=decided))
    content = editors.read()["draft"]["content"]
    assert (content["name"], content["asks_needs"], content["screen_margin_s"]) == ("Trois", False, 1800)
    assert joined["version"] == first + 2
    # a decision about one state does not apply to another
    accepted(editors.save("eve", laon(name="Quatre"), draft_version=first + 2))
    refused(editors.save("ada", mine, draft_version=first, joining=decided), 409, "stale_draft")


def test_a_draft_made_from_an_older_revision_is_joined_before_it_is_published(editors: Editors):
    version = accepted(editors.save("ada", laon(name="Un")))["version"]
    editors.site.publish(laon_accueil={"target_s": 1200})
    stale = refused(editors.publish("ada", version), 409, "stale_revision")
    assert sentences_of(stale["theirs"]) == [
        "Démarches › « Accueil et renseignements » › Objectif d’attente : 10 min → 20 min"
    ]
    assert stale["conflicts"] == []
    # claiming the newest revision does not make a draft one of it
    refused(editors.save("ada", laon(name="Un"), base=2, draft_version=version), 409, "stale_revision")
    joining = {"onto": stale["onto"], "choices": {}}
    joined = accepted(editors.save("ada", laon(name="Un"), draft_version=version, joining=joining))
    assert joined["base_revision"] == 2
    assert sentences_of(joined["changes"]) == ["Nom : « Préfecture de l’Aisne – Laon » → « Un »"]
    assert accepted(editors.publish("ada", joined["version"]))["revision"] == 3
    assert editors.site.database.configuration(HALL).services[SERVICE].target_s == 1200
    refused(editors.save("ada", laon(), base=2), 409, "stale_revision")
    refused(editors.save("ada", laon(), base=9), 404, "unknown_revision")


@pytest.mark.both_databases
def test_one_of_two_simultaneous_saves_is_informed(api: ApiSite):
    editors = Editors(api)
    for who in ("ada", "eve"):
        editors.browser(who)
    version = accepted(editors.save("ada", laon(name="Un")))["version"]
    answers: dict[str, Any] = {}
    at_once = threading.Barrier(2)

    def save(who: str) -> None:
        at_once.wait()
        answers[who] = editors.save(who, laon(name=who), draft_version=version)

    threads = [threading.Thread(target=save, args=(who,)) for who in ("ada", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers.values()) == [200, 409]
    winner = next(who for who, answer in answers.items() if answer.status_code == 200)
    assert editors.read()["draft"]["content"]["name"] == winner


@pytest.mark.both_databases
def test_of_two_neighbours_that_take_one_letter_at_once_one_is_refused(api: ApiSite):
    """Each is right compared with what is published; both together are not."""
    editors = Editors(api)
    vervins = json.loads((HALLS / f"{OTHER}.json").read_text(encoding="utf-8")) | {"neighbours": [HALL]}
    series = [each["series"] for each in vervins["services"]]
    series += [each["appointment_series"] for each in vervins["services"] if each.get("appointment_series")]
    for rank, each in enumerate(series):
        each["prefix"] = "T" + "ACFHKLRT"[rank]
    versions = {}
    for document, content in ((HALL, laon()), (OTHER, vervins)):
        content["services"][0]["series"] = {"prefix": "RR", "first": 1}
        saved = accepted(editors.save("ada", content, document=document))
        assert [each for each in saved["problems"] if not each["is_warning"]] == []
        versions[document] = saved["version"]
    editors.browser("eve")
    answers = []
    at_once = threading.Barrier(2)

    def publish(who: str, document: str) -> None:
        at_once.wait()
        answers.append(editors.publish(who, versions[document], document=document))

    threads = [threading.Thread(target=publish, args=each) for each in (("ada", HALL), ("eve", OTHER))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 422]


def test_a_draft_is_kept_with_its_problems_and_publishing_it_names_them(editors: Editors):
    content = laon(languages=["fr", "en"])
    content["services"][0]["series"]["prefix"] = "O"
    saved = accepted(editors.save("ada", content))
    found = {(each["path"], each["code"]) for each in saved["problems"]}
    assert {("languages", "one_translation"), ("services[0].series.prefix", "prefix_letter")} <= found
    assert all(each["sentence"].endswith(".") for each in saved["problems"])
    place = next(each["place"] for each in saved["problems"] if each["path"].startswith("services[0]"))
    assert place.startswith("Démarches › «\u00a0Accueil et renseignements\u00a0»")
    problem = refused(editors.publish("ada", saved["version"]), 422, "document_refused")
    assert ("languages", "one_translation") in [(each["path"], each["code"]) for each in problem["problems"]]
    assert accepted(editors.save("ada", {}, draft_version=saved["version"]))["problems"]
    assert editors.site.database.configuration(HALL).languages == tuple(LAON["languages"])


def test_a_service_with_waiting_visitors_cannot_be_dropped_by_draft_file_or_rollback(editors: Editors):
    accepted(editors.save("ada", laon()))
    editors.site.ticket()
    without = laon()
    without["services"] = [each for each in without["services"] if each["id"] != SERVICE]
    for counter in without["counters"]:
        counter["services"] = [each for each in counter["services"] if each != SERVICE]
    for service in without["services"]:
        if service.get("exceptional", {}) and service["exceptional"]["received_by"] == SERVICE:
            service["exceptional"] = None
    file = {"text": json.dumps(without), "base_revision": 1, "draft_version": 1}
    dry = accepted(editors.send("ada", "POST", f"/{HALL}/import?dry_run=true", file))
    assert [(each["path"], each["code"]) for each in dry["problems"] if not each["is_warning"]] == [
        ("services", "service_has_open_legs")
    ]
    assert any(each.startswith("Retiré : Démarches") for each in sentences_of(dry["changes"]))
    refused(editors.send("ada", "POST", f"/{HALL}/import", file), 422, "document_refused")
    assert editors.read()["draft"]["content"]["services"] == LAON["services"]
    more = laon()
    more["services"].append(
        {
            "id": "laon-nouveau",
            "names": dict.fromkeys(LAON["languages"], "Nouveau"),
            "queue": more["queues"][0]["id"],
            "series": {"prefix": "RR"},
        }
    )
    more["counters"][0]["services"].append("laon-nouveau")
    version = accepted(editors.save("ada", more, draft_version=1))["version"]
    accepted(editors.publish("ada", version))
    editors.site.ticket("laon-nouveau")
    wrong = editors.read(path=f"/{HALL}/revisions/1")["problems_if_restored"]
    assert [each["code"] for each in wrong if not each["is_warning"]] == ["service_has_open_legs"]
    problem = refused(
        editors.send("ada", "POST", f"/{HALL}/rollback", {"revision": 1}), 422, "document_refused"
    )
    assert [each["code"] for each in problem["problems"]] == ["service_has_open_legs"]
    assert editors.site.database.configuration(HALL).revision == 2


def test_an_exported_file_is_imported_as_a_draft(editors: Editors):
    out = editors.send("chief", "GET", f"/{HALL}/export")
    assert out.headers["Content-Disposition"] == f'attachment; filename="{HALL}.json"'
    text = out.text.replace(LAON["name"], "Accueil du préfet")
    broken = {"text": text[:-9], "base_revision": 1}
    (problem,) = accepted(editors.send("chief", "POST", f"/{HALL}/import?dry_run=true", broken))["problems"]
    assert problem["code"] == "not_json"
    refused(editors.send("chief", "POST", f"/{HALL}/import", broken), 422, "document_refused")
    foreign = {"text": (HALLS / f"{OTHER}.json").read_text(encoding="utf-8"), "base_revision": 1}
    (problem,) = accepted(editors.send("ada", "POST", f"/{HALL}/import?dry_run=true", foreign))["problems"]
    assert (problem["path"], problem["code"]) == ("hall", "other_hall")
    saved = accepted(editors.send("chief", "POST", f"/{HALL}/import", {"text": text, "base_revision": 1}))
    assert sentences_of(saved["changes"]) == [
        "Nom : « Préfecture de l’Aisne – Laon » → « Accueil du préfet »"
    ]
    refused(
        editors.send("chief", "POST", f"/{HALL}/import", {"text": text, "base_revision": 1}),
        409,
        "stale_draft",
    )
    assert accepted(editors.publish("chief", saved["version"]))["revision"] == 2
    first = editors.send("ada", "GET", f"/{HALL}/export?revision=1")
    assert LAON["name"] in first.text
    refused(editors.send("ada", "GET", f"/{HALL}/export?revision=7"), 404, "unknown_revision")


def test_a_discarded_draft_is_gone_and_its_number_is_not_given_again(editors: Editors):
    version = accepted(editors.save("ada", laon(name="Un")))["version"]
    refused(editors.send("ada", "DELETE", f"/{HALL}/draft?draft_version=9"), 409, "stale_draft")
    editors.site.hands.now += timedelta(minutes=1)
    accepted(editors.send("ada", "DELETE", f"/{HALL}/draft?draft_version={version}"))
    assert editors.read()["draft"] is None
    stale = refused(editors.save("eve", laon(name="Deux"), draft_version=version), 409, "stale_draft")
    assert stale["onto"] == {"revision": 1, "draft_version": None}
    assert (stale["discarded"], stale["author"]) == (True, "administrator")
    assert (stale["at"], stale["theirs"]) == ("2026-11-24T09:01:00.000000+00:00", [])
    assert accepted(editors.save("eve", laon(name="Deux")))["version"] > version


def test_a_new_hall_begins_as_a_draft(editors: Editors):
    text = (HALLS / f"{OTHER}.json").read_text(encoding="utf-8").replace(f'"{OTHER}', '"guise')
    content = json.loads(text) | {"name": "Accueil de Guise", "site": OTHER, "neighbours": []}
    refused(editors.send("ada", "GET", "/guise"), 404, "unknown_configuration")
    refused(editors.save("chief", content, document="guise", base=0), 403, "forbidden")
    refused(editors.save("ada", content, document="Guise_1", base=0), 404, "unknown_configuration")
    saved = accepted(editors.save("foreign", content, document="guise", base=0))
    listed = {each["document"]: each for each in editors.read(path="")["documents"]}
    assert (listed["guise"]["revision"], listed["guise"]["has_draft"]) == (0, True)
    assert accepted(editors.publish("foreign", saved["version"], document="guise"))["revision"] == 1
    assert editors.site.database.configuration("guise").name == "Accueil de Guise"


def test_people_who_configure_every_site_change_the_installation(editors: Editors):
    content = INSTALLATION | {"organisation": "Préfecture de l’Aisne"}
    refused(editors.save("chief", content, document="installation"), 403, "forbidden")
    assert editors.read("chief", "/installation")["may_change"] is False
    version = accepted(editors.save("ada", content, document="installation"))["version"]
    assert accepted(editors.publish("ada", version, document="installation"))["revision"] == 2
    fewer = content | {"languages": ["fr"]}
    saved = accepted(editors.save("ada", fewer, document="installation", base=2))
    assert "language_not_installed" in {each["code"] for each in saved["problems"]}
    refused(editors.publish("ada", saved["version"], document="installation"), 422, "document_refused")
    accepted(editors.send("ada", "POST", "/installation/rollback", {"revision": 1}))
    assert editors.read(path="/installation")["content"]["organisation"] == INSTALLATION["organisation"]


def test_a_caller_without_the_permission_is_refused(editors: Editors):
    saved = accepted(editors.save("ada", laon(name="Un")))["version"]
    for who, path in (("agent", ""), ("agent", f"/{HALL}"), ("foreign", f"/{HALL}"), ("chief", f"/{OTHER}")):
        refused(editors.send(who, "GET", path), 403, "forbidden")
    assert [each["document"] for each in editors.read("chief", "")["documents"]] == ["installation", HALL]
    refused(editors.save("foreign", laon(), draft_version=saved), 403, "forbidden")
    refused(editors.publish("foreign", saved), 403, "forbidden")
    for path in (f"/{HALL}/import", f"/{HALL}/import?dry_run=true"):
        refused(editors.send("foreign", "POST", path, {"text": "{", "base_revision": 1}), 403, "forbidden")
    refused(editors.send("foreign", "DELETE", f"/{HALL}/draft?draft_version={saved}"), 403, "forbidden")
    refused(editors.send("foreign", "POST", f"/{HALL}/rollback", {"revision": 1}), 403, "forbidden")
    refused(editors.save("chief", laon(site=OTHER), draft_version=saved), 403, "forbidden")
    refused(editors.site.get("/configuration"), 403, "forbidden")
    refused(editors.site.get("/configuration", token=None), 401, "not_signed_in")
    browser, _ = editors.browser("ada")
    body = {"base_revision": 1, "draft_version": saved, "content": laon()}
    refused(browser.put(f"/api/v1/configuration/{HALL}/draft", json=body), 403, "csrf")
    refused(editors.send("ada", "POST", f"/{HALL}/rollback", {"revision": 1}), 409, "nothing_to_restore")
    refused(editors.send("ada", "POST", f"/{HALL}/rollback", {"revision": 4}), 404, "unknown_revision")
    refused(editors.save("ada", [], draft_version=saved), 400, "bad_request")
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    refused(editors.save("ada", laon(name=deep), draft_version=saved), 400, "bad_request")


def test_a_repeated_request_is_done_once(api: ApiSite):
    editors = Editors(api)
    body = {"base_revision": 1, "draft_version": None, "content": laon(name="Un")}
    saved, again = (
        accepted(editors.send("ada", "PUT", f"/{HALL}/draft", body, **{"Idempotency-Key": "one"}))
        for _ in "12"
    )
    assert saved == again
    published = [
        accepted(editors.publish("ada", saved["version"], **{"Idempotency-Key": "two"})) for _ in range(2)
    ]
    assert published == [{"document": HALL, "revision": 2}] * 2
    assert api.database.configuration(HALL).revision == 2


def test_the_revision_of_each_device_is_reported_for_a_hall_and_for_every_hall(editors: Editors):
    (sentences_of,) = editors.read(path=f"/{HALL}/devices")["halls"]
    assert sentences_of["configuration"] == "1.1"
    assert {each["state"] for each in sentences_of["devices"]} == {"unknown"}
    watch = editors.site.app.extensions["parvis"].devices
    hall = editors.site.database.hall_id(HALL)
    for device, runs in (("laon-borne-1", "1.1"), ("laon-ecran-1", "1.2")):
        watch.presence.arrived(device, "/kiosk", SocketPlace(hall, [], device=device))
        assert watch.applied(hall, device, {"configuration": runs})
    assert editors.published(laon(name="Un")) == 2
    (sentences_of,) = editors.read("chief", f"/{HALL}/devices")["halls"]
    states = {each["id"]: (each["state"], each["runs"]) for each in sentences_of["devices"]}
    assert states["laon-borne-1"] == ("pending", "1.1")
    assert states["laon-ecran-1"] == ("up to date", "1.2")
    assert [each["hall"] for each in editors.read(path="/installation/devices")["halls"]] == [HALL, OTHER]
    assert [each["hall"] for each in editors.read("chief", "/installation/devices")["halls"]] == [HALL]
    refused(editors.send("foreign", "GET", f"/{HALL}/devices"), 403, "forbidden")
