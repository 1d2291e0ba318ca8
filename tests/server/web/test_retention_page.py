"""Pages of retention: what is kept, the register, what Parvis knows of people."""

import re
from typing import Any

from server.domain.author import SYSTEM
from server.store.operation.erase_expired import keep_register_text
from server.usecases.journal.maintenance import purge
from server.usecases.retention import decide_retention
from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, ApiSite, csrf_of

PAGE = "/conservation"
REGISTER = "/conservation/registre"


def press(browser: Any, **typed: str) -> Any:
    return browser.post(PAGE, data=typed | {"csrf_token": csrf_of(browser)})


def test_quality_reads_what_is_kept_and_what_purges_erased(api: ApiSite):
    quality = api.person("quality")
    assert "Aucune purge n’a encore eu lieu." in quality.get(PAGE).text
    purge(api.database)
    page = quality.get(PAGE).text
    assert "rien à effacer" in page
    assert "retention." not in page.replace("retention.css", "")
    assert "365 jours après la fin de l’année" in page.replace("\u00a0", " ")
    assert "30 jours après le dernier changement" in page.replace("\u00a0", " ")
    assert "{days}" not in page
    assert "Voir l’effet" not in page, "quality changes nothing"
    assert api.person("agent").get(PAGE).status_code == 403


def test_an_administrator_of_all_sites_is_told_the_effect_first(api: ApiSite):
    root = api.person("administrator", site="*")
    shown = root.get(f"{PAGE}?quoi=invitation&jours=5").text.replace("\u00a0", " ")
    assert "Garder 5 jours au lieu de 30." in shown
    assert press(root, quoi="invitation", jours="5").status_code == 303
    page = root.get(f"{PAGE}?fait=1").text.replace("\u00a0", " ")
    assert "La durée est changée" in page
    assert "5 jours après sa fin" in page
    assert press(root, quoi="invitation", jours="9999").status_code == 422
    assert press(root, quoi="sign_in", jours="5").status_code == 422
    assert root.get(f"{PAGE}?quoi=invitation&jours=x").status_code == 422


def test_an_administrator_of_one_site_changes_no_time_of_all(api: ApiSite):
    local = api.person("administrator")
    assert "Voir l’effet" not in local.get(PAGE).text
    assert press(local, quoi="invitation", jours="5").status_code == 409
    assert api.count("retention_choice") == 0


GAP = "À compléter par le site"
TEXTS = {
    "controller": "Préfecture de l’Aisne, Laon",
    "dpo": "dpo@example.org",
    "contact": "Accueil de la préfecture\n2 rue Paul-Doumer",
    "legal_basis": "Mission d’intérêt public",
}


def test_the_register_names_its_gaps_until_the_site_has_written_them(api: ApiSite):
    quality, root = api.person("quality"), api.person("administrator", site="*")
    page = quality.get(REGISTER).text
    assert page.count(GAP) == 4
    assert "retention." not in page.replace("retention.css", ""), "every sentence is there"
    assert re.search("clé d’API en cours\u00a0: [0-9]", page)
    assert "Enregistrer" not in page
    assert "Pages servies sans HTTPS" in page.replace("\u00a0", " ")
    typed = TEXTS | {"csrf_token": csrf_of(root)}
    assert root.post(REGISTER, data=typed).status_code == 303
    page = quality.get(REGISTER).text
    assert GAP not in page
    assert "Accueil de la préfecture<br>2 rue Paul-Doumer" in page
    refused = root.post(REGISTER, data=typed | {"dpo": "x" * 601})
    assert refused.status_code == 422
    assert "x" * 601 in refused.text, "what was typed is still there"
    assert root.post(REGISTER, data=typed | {"dpo": ""}).status_code == 303
    assert quality.get(REGISTER).text.count(GAP) == 1
    local = api.person("administrator")
    assert local.post(REGISTER, data=TEXTS | {"csrf_token": csrf_of(local)}).status_code == 409


def test_the_register_follows_the_times_that_apply_here(api: ApiSite):
    decide_retention(api.database, SYSTEM, "account_pseudonym", 90, sites=None)
    page = api.person("quality").get(REGISTER).text.replace("\u00a0", " ")
    assert "90 jours après la fin de l’année" in page
    assert "90 days after the end of the year" in api.person("quality").get(f"{REGISTER}?lang=en").text


def test_an_agent_reads_what_leads_to_them(api: ApiSite):
    agent = api.person("agent")
    page = agent.get("/compte/donnees").text
    [link] = links_of_everybody(api)
    assert f'<th scope="row">{link["year"]}</th>' in page
    assert f"1 janv. {link['year'] + 2}, 01:00" in page.replace("\u00a0", " "), (
        "a year after the year, in the zone of the site"
    )
    assert agent.get("/compte").text.count("/compte/donnees") == 1
    assert api.app.test_client().get("/compte/donnees").status_code == 302


def links_of_everybody(api: ApiSite) -> list[dict[str, Any]]:
    return all_rows(api.database, "SELECT * FROM account_pseudonym")


def test_a_visitor_reads_what_a_ticket_holds_without_a_cookie(api: ApiSite):
    visitor = api.app.test_client()
    page = visitor.get("/vos-donnees")
    assert "Set-Cookie" not in page.headers
    assert "demandez à l’accueil" in page.text
    assert "account" not in page.text
    with api.database.installation_transaction(SYSTEM) as transaction:
        keep_register_text(transaction, "contact", "rgpd@example.org")
    for language, word in (("fr", "Écrivez"), ("en", "Write to"), ("es", "Escriba")):
        shown = visitor.get(f"/vos-donnees?lang={language}").text
        assert word in shown
        assert "rgpd@example.org" in shown
    assert "/vos-donnees?lang=fr" in visitor.get(f"/infos/{HALL}").text
