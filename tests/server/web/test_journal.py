"""The journal as a page, as files and on paper: its readers, places instead of persons, its words."""

import csv
import io
import json
import re
from datetime import date
from typing import Any

import pypdfium2
import pytest
from babel.messages.pofile import read_po

from server.domain.author import SYSTEM
from server.domain.facts import IN_INSTALLATION, FactKind
from server.domain.journal import BY_PLACE, NOT_OF_HALLS, OF_INSTALLATION, SUBJECTS
from server.language import LANGUAGES
from server.store.journal.chain import Anchors, write_anchors
from server.store.journal.verify import JournalFault, Verified, keep_verified
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient
from server.usecases.alarms.read_alarms import acknowledge_alarm
from server.usecases.journal.maintenance import verify_apart
from server.usecases.people.directory import NewKey, create_api_key
from server.usecases.printing.printers import change_roll
from server.usecases.quality.visits import decide_individual_figures
from server.usecases.tickets.issued_ticket import stop_tickets
from tests.harness.programs import PROJECT
from tests.harness.sql import execute, one_row
from tests.server.usecases.alarms.faulty_hall import KIOSK, TRANSLATE, FaultyHall
from tests.server.web.api_site import HALL, OTHER, SERVICE, ApiSite
from tests.server.web.journal.test_journal_search import (
    WHERE,
    a_morning,
    account,
    read,
)


def test_the_line_of_a_fact_names_the_place_or_the_author_of_a_decision(api: ApiSite):
    a_morning(api)
    told = read(api.person("supervisor"))
    assert told[0][1:] == ("Tickets de nouveau donnés", "Accueil et renseignements", "Camille Dupont")
    assert told[1][1] == "Tickets arrêtés pour la journée"
    what = {line[1]: line for line in told}
    assert what["Ticket donné"][2:] == ("Ticket A001 Accueil et renseignements", "Borne · Borne de l’entrée")
    assert what["Appel"][2].startswith("Ticket A001")
    assert what["Appel"][3] == "Guichet 1", "by counter, not by person"
    assert what["Configuration du hall publiée"][3] == "Parvis, de lui-même"


def test_the_journal_shows_present_names_and_finds_people_by_them(api: ApiSite):
    person = a_morning(api)
    execute(api.database, "UPDATE account SET display_name = 'C. Martin' WHERE id = :id", id=person.id)
    browser = api.person("supervisor")
    told = read(browser, f"&personne={person.id}")
    assert [line[1] for line in told] == ["Tickets de nouveau donnés", "Tickets arrêtés pour la journée"]
    assert {line[3] for line in told} == {"C. Martin"}, "what was done at the counter stays with the counter"
    execute(api.database, "DELETE FROM role_grant WHERE account = :id", id=person.id)
    execute(api.database, "DELETE FROM account WHERE id = :id", id=person.id)
    assert read(browser)[0][3] == "Personne dont le nom est effacé"


def test_only_people_and_keys_of_the_reader_s_sites_are_offered(api: ApiSite):
    account(api, "Camille Dupont")
    account(api, "Éloi Sans-Site", where="*")
    away = account(api, "Vera Vervins", where=OTHER)
    for name, halls in (("clé de Laon", (HALL,)), ("clé de Vervins", (OTHER,)), ("clé de tous", ("*",))):
        create_api_key(api.database, SYSTEM, NewKey(name, ("read",), halls=halls))
    stop_tickets(api.database, HALL, away, service=SERVICE)
    names = {
        "Camille Dupont",
        "Éloi Sans-Site",
        "Vera Vervins",
        "clé de Laon",
        "clé de Vervins",
        "clé de tous",
    }

    def offered(browser: Any) -> set[str]:
        choice = browser.get(WHERE).text.partition('<select id="personne"')[2].partition("</select>")[0]
        return names & set(re.findall(r"<option value=\"[^\"]+\">(.*?)</option>", choice))

    here = api.person("supervisor")
    assert offered(here) == names - {"Vera Vervins", "clé de Vervins"}
    assert read(here)[0][3] == "Vera Vervins", "who did something here is named"
    assert offered(api.person("administrator", "*")) == names


def test_the_agent_is_named_only_where_an_administrator_decided_so(api: ApiSite):
    person = a_morning(api)
    browser = api.person("supervisor")
    decide_individual_figures(api.database, SYSTEM, HALL, is_on=True, sites=None)
    called = next(line for line in read(browser) if line[1] == "Appel")
    assert called[3] == "Camille Dupont"
    assert "Appel" in [line[1] for line in read(browser, f"&personne={person.id}")]
    decide_individual_figures(api.database, SYSTEM, HALL, is_on=False, sites=None)
    assert next(line for line in read(browser) if line[1] == "Appel")[3] == "Guichet 1"


def test_an_alarm_and_a_printer_are_named(api: ApiSite):
    faulty = FaultyHall(api.database, api.hands, printer="paper_out")
    faulty.look()
    [alarm] = faulty.read()["alarms"]
    person = account(api, "Camille Dupont")
    acknowledge_alarm(api.database, alarm["alarm"], person, TRANSLATE)
    faulty.printer = "ready"
    faulty.look()
    faulty.look()
    change_roll(api.database, HALL, person, KIOSK)
    browser = api.person("supervisor")
    assert alarm["text"] == "Borne de l’entrée\u00a0: plus de papier."
    told = [line[1:3] for line in read(browser, "&sujet=alarms")]
    assert [what for what, _ in told] == [
        "Alarme technique finie",
        "Alarme technique prise en charge",
        "Alarme technique",
    ]
    assert [about.startswith(" ".join(alarm["text"].split())) for _, about in told] == [True] * 3
    assert [line[2] for line in read(browser, "&sujet=prints")] == ["Borne de l’entrée"]
    assert len(read(browser, "&mots=plus+de+papier")) == 3


def test_files_hold_the_lines_of_the_page_and_no_formula(api: ApiSite):
    person = a_morning(api)
    execute(api.database, "UPDATE account SET display_name = '=1+1' WHERE id = :id", id=person.id)
    browser = api.person("supervisor")
    answer = browser.get(f"/journal/csv?hall={HALL}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="journal-{HALL}.csv"'
    sheet = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert sheet[0]["par"] == "'=1+1"
    assert [row["type"] for row in sheet][:2] == ["TicketsReopened", "TicketsStopped"]
    every = json.loads(browser.get(f"/journal/json?hall={HALL}").text)["facts"]
    assert [row["empreinte"] for row in sheet] == [fact["hash"] for fact in every]
    called = next(fact for fact in every if fact["kind"] == "LegCalled")
    assert called["who"] == "Guichet 1"
    assert "=1+1" in {fact["who"] for fact in every}
    assert "=1+1" not in {fact["who"] for fact in every if fact["kind"] in BY_PLACE}


@pytest.mark.parametrize("role", ["agent", "reception", "security", "communication", "quality", "committee"])
def test_people_without_supervision_read_no_journal(api: ApiSite, role: str):
    browser = api.person(role)
    for path in ("/journal", "/journal/csv", "/journal/json", "/journal/tetes", "/journal/tetes.pdf"):
        assert browser.get(path).status_code == 403, path


def test_one_site_reads_neither_the_journal_of_another_nor_the_installations(api: ApiSite):
    here, everywhere = api.person("supervisor"), api.person("administrator", "*")
    assert here.get(f"/journal?hall={OTHER}").status_code == 404
    assert here.get("/journal?hall=installation").status_code == 403
    assert here.get(f"/journal/tetes?hall={OTHER}").status_code == 404
    told = read(everywhere, path="/journal?hall=installation")
    assert ("Équipement appairé", "Borne de l’entrée", "Parvis, de lui-même") in [line[1:] for line in told]
    assert any(line[1] == "Compte créé" and "supervisor chef d’accueil · laon" in line[2] for line in told)
    heads = here.get("/journal/tetes").text
    assert "Vervins" not in heads
    assert "Vervins" in everywhere.get("/journal/tetes").text
    assert api.app.test_client().get("/journal").status_code == 302


@pytest.mark.both_databases
def test_the_last_verification_and_the_anchor_are_shown_in_words(api: ApiSite):
    a_morning(api)  # which altered a fact
    anchors = Anchors(api.app.extensions["parvis"].settings.var / "anchors")
    browser = api.person("supervisor")
    assert "Pas encore vérifié" in browser.get(WHERE).text
    with api.database.read() as rows:
        write_anchors(anchors, rows, api.hands.now, "daily")
    verified, took_s = verify_apart(api.database.url, anchors.folder)
    keep_verified(api.database, verified, date(2026, 11, 24), took_s)
    page = browser.get(WHERE).text
    assert re.search(r"Le fait \d+ a été modifié après coup\.", page)
    assert 'role="alert"' in page
    assert "Tête gardée hors de la base le 24 nov. 2026, 10:00" in page
    other = api.person("supervisor", OTHER).get(f"/journal?hall={OTHER}").text
    assert re.search("Vérifié le 24 nov. 2026, 10:00.: 1 fait, rien n’a été changé", other)


def test_a_hall_that_vanished_is_shown_to_readers_of_the_installation(api: ApiSite):
    verified = Verified(facts={HALL: 1}, faults=[JournalFault(OTHER, "hall_missing")])
    keep_verified(api.database, verified, date(2026, 11, 24), 0.1)
    told = "Le hall «\u00a0vervins\u00a0» a disparu de la base"
    assert told in api.person("administrator", "*").get(WHERE).text
    assert told not in api.person("supervisor").get(WHERE).text


def test_the_sheet_of_heads_is_a_paper_that_can_be_compared(api: ApiSite):
    browser = api.person("administrator", "*")
    answer = browser.get("/journal/tetes.pdf")
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.is_tagged()
        words = " ".join(document[0].get_textpage().get_text_bounded().split())
    head = one_row(api.database, "SELECT journal_length, head_hash FROM hall WHERE slug = :hall", hall=HALL)
    printed = " ".join(head["head_hash"][start : start + 8] for start in range(0, 64, 8))
    assert printed in words
    asked = f"/journal/tetes?hall={HALL}&position={head['journal_length']}&empreinte="
    assert "C’est la même empreinte" in browser.get(asked + printed.replace(" ", "+")).text
    assert "n’est pas celle de la feuille" in browser.get(asked + "0" * 64).text
    wrong_end = printed[:-1] + ("0" if printed[-1] != "0" else "1")
    assert "n’est pas celle de la feuille" in browser.get(asked + wrong_end.replace(" ", "+")).text
    for position in ("12a", "1" * 16, ""):
        asked = f"/journal/tetes?hall={HALL}&position={position}&empreinte={printed.replace(' ', '+')}"
        assert "s’écrit avec des chiffres seulement" in browser.get(asked).text
    assert "s’écrit avec des chiffres seulement" not in browser.get("/journal/tetes").text


def test_every_kind_of_fact_has_a_subject_and_a_sentence():
    listed = [kind for kinds in SUBJECTS.values() for kind in kinds]
    assert sorted(listed) == sorted(FactKind)
    assert {*OF_INSTALLATION, *NOT_OF_HALLS} <= set(SUBJECTS)
    for language in LANGUAGES:
        keys = set()
        for name in ("journal", "gestures"):
            [place] = (PROJECT / "server").rglob(f"{language}/LC_MESSAGES/{name}.po")
            with place.open("rb") as opened:
                messages = list(read_po(opened))
            keys |= {message.id if isinstance(message.id, str) else message.id[0] for message in messages}
        assert {f"journal.fact.{kind.name.lower()}" for kind in FactKind} <= keys
        assert {f"journal.subject.{subject}" for subject in SUBJECTS} <= keys


def test_each_fact_of_the_installation_belongs_to_a_subject_of_its_search(api: ApiSite):
    offered = {kind for subject in OF_INSTALLATION for kind in SUBJECTS[subject]}
    assert IN_INSTALLATION - offered == set()
    add_recipient(api.database, SYSTEM, RecipientRequest("email", HALL, "garde@example.fr"))
    everywhere = api.person("administrator", "*")
    told = read(everywhere, path="/journal?hall=installation&sujet=alarms")
    assert [line[1] for line in told] == ["Destinataire des alarmes ajouté"]
    assert '<option value="alarms">' in everywhere.get("/journal?hall=installation").text
