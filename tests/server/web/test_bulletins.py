"""Bulletins of danger: a key sends them, people show them in two presses."""

import json
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.usecases.configuration.publication import publish_installation
from tests.server.domain.written_bulletins import cap_xml, info_xml
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, ApiSite, accepted

BULLETINS = "/alerte/bulletins"


@pytest.fixture
def site(api: ApiSite) -> ApiSite:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        each["bulletins"] = {"codes": [{"scheme": "INSEE", "code": "02408"}]}
    publish_installation(api.database, SYSTEM, json.dumps(content))
    return api


def send_bulletin(site: ApiSite, document: bytes, to: str = HALL, **key: Any) -> Any:
    token = site.new_key(*key.pop("scopes", ("bulletins",)), **key)
    return site.post(f"/sites/{to}/bulletins", {"document": document.decode()}, token=token)


def decide(site: ApiSite, role: str, bulletin: str, verb: str, **form: str) -> Any:
    browser, headers = site.writer(role)
    sent = {**form, "csrf_token": headers["X-CSRFToken"]}
    return browser.post(f"{BULLETINS}/{bulletin}/{verb}?hall={HALL}", data=sent)


def test_a_key_sends_bulletins_of_its_sites_with_its_scope_only(site: ApiSite):
    sent = accepted(send_bulletin(site, cap_xml(), halls=(HALL,)), 201)
    assert (sent["state"], sent["kind"], sent["code"]) == ("proposed", "alert", None)
    assert not accepted(send_bulletin(site, cap_xml()), 200)["is_new"]
    refused = accepted(send_bulletin(site, cap_xml("b", infos=info_xml(language="de"))), 201)
    assert (refused["state"], refused["code"]) == ("refused", "bulletin_other_language")
    assert "n’est pas en français (langues : de)" in refused["detail"].replace("\u00a0", " ")
    for answer, status, code in (
        (send_bulletin(site, b"<rss/>"), 422, "bulletin_broken"),
        (send_bulletin(site, cap_xml(), to="vervins", halls=(HALL,)), 403, "forbidden"),
        (send_bulletin(site, cap_xml(), scopes=("notices", "alert")), 403, "forbidden"),
        (send_bulletin(site, cap_xml(), to="paris"), 409, "unknown_site"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)


@pytest.mark.both_databases
def test_an_alert_takes_two_presses_of_somebody_who_may_raise_one(site: ApiSite):
    bulletin = accepted(send_bulletin(site, cap_xml()), 201)["bulletin"]
    agent = site.person("agent")
    assert "attendent une décision : 1" in agent.get(f"/alerte?hall={HALL}").text.replace("\u00a0", " ")
    assert "Fuite de gaz" in agent.get(f"{BULLETINS}?hall={HALL}").text
    assert decide(site, "communication", bulletin, "montrer", confirme="oui").status_code == 403
    unprepared = decide(site, "agent", bulletin, "montrer")
    assert unprepared.status_code == 422
    assert "Préparez d’abord" in unprepared.text
    assert 'name="confirme"' in agent.get(f"{BULLETINS}?hall={HALL}&preparer={bulletin}").text
    assert decide(site, "agent", bulletin, "montrer", confirme="oui").status_code == 303
    assert accepted(site.get(f"/halls/{HALL}/board"))["alert"]["kind"] == "custom"
    assert decide(site, "agent", bulletin, "montrer", confirme="oui").status_code == 409


def test_a_person_gives_a_document_that_is_checked_like_any_other_and_never_shown_at_once(
    site: ApiSite,
):
    def give(document: bytes) -> Any:
        browser, headers = site.writer("communication")
        form = {"csrf_token": headers["X-CSRFToken"], "document": document.decode()}
        return browser.post(f"{BULLETINS}?hall={HALL}", data=form, follow_redirects=True)

    browser = site.person("communication")
    assert "Un bulletin est un avis de danger" in browser.get(f"{BULLETINS}?hall={HALL}").text
    for document, sentence in ((b" ", "collez le texte"), (b"<rss/>", "alert")):
        broken = give(document)
        assert broken.status_code == 422
        assert sentence in broken.text.partition('id="document-refused">')[2].partition("</p>")[0]
    assert "&lt;rss/&gt;</textarea>" in give(b"<rss/>").text
    assert "Le bulletin est reçu et vérifié" in give(cap_xml()).text
    assert "Ce bulletin était déjà arrivé" in give(cap_xml()).text
    elsewhere = give(cap_xml("b", infos=info_xml(language="de"))).text
    assert "n’est pas en français" in elsewhere.partition('role="alert"')[2].replace("\u00a0", " ")
    assert accepted(site.get(f"/halls/{HALL}/board"))["alert"] is None


def test_a_notice_is_dismissed_with_a_reason_or_published(site: ApiSite):
    calm = info_xml(severity="Minor")
    first = accepted(send_bulletin(site, cap_xml("a", infos=calm)), 201)["bulletin"]
    second = accepted(send_bulletin(site, cap_xml("b", infos=calm)), 201)["bulletin"]
    without = decide(site, "communication", first, "ecarter", motif=" ")
    assert without.status_code == 422
    assert 'aria-invalid="true"' in without.text
    assert decide(site, "communication", first, "ecarter", motif="Doublon").status_code == 303
    assert decide(site, "communication", second, "montrer", confirme="oui").status_code == 303
    page = site.person("communication").get(f"{BULLETINS}?hall={HALL}").text
    assert "Doublon" in page
    assert "Aucun bulletin n’attend de décision." in page
    assert decide(site, "communication", "nothing", "ecarter", motif="x").status_code == 404
