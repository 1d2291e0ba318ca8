"""The journal as a page and as files: who sees which, what is told by place, filters, paging, words."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from babel.messages.pofile import read_po

from server.domain.facts import FactKind
from server.domain.instants import to_micros
from server.domain.journal_subjects import BY_PLACE, NOT_OF_HALLS, OF_INSTALLATION, SUBJECTS
from server.store.accounts import Grant
from server.store.anchors import Anchors, write_anchors
from server.store.installation import SYSTEM, Author
from server.store.journal_pages import Stretch, first_position_at, newest_facts, visits_numbered
from server.store.verifications import keep_verified
from server.store.verifying import Fault, Verified
from server.usecases import read_journal
from server.usecases.accounts import NewAccount, create_account
from server.usecases.acknowledge_alarm import acknowledge_alarm
from server.usecases.alarm_recipients import WantedRecipient, add_recipient
from server.usecases.api_keys import NewKey, create_api_key
from server.usecases.change_roll import change_roll
from server.usecases.individual_figures import decide_individual_figures
from server.usecases.stop_tickets import reopen_tickets, stop_tickets
from server.usecases.verify_journals import verify_apart
from tests.docs.documents import text_of
from tests.harness.sources import LANGUAGES
from tests.server.usecases.faulty_hall import KIOSK, TRANSLATE, FaultyHall
from tests.server.web.api_site import COUNTER, HALL, OTHER, PASSWORD, SERVICE, ApiSite, accepted

WHERE = f"/journal?hall={HALL}"


def account(site: ApiSite, name: str, role: str = "supervisor", where: str = HALL) -> Author:
    new = NewAccount(name.split(maxsplit=1)[0].lower(), PASSWORD, name, [Grant(role, where)])
    return Author(create_account(site.database, SYSTEM, new))


def a_morning(site: ApiSite) -> Author:
    """Tickets, a counter opened and a call by a person; tickets stopped by the same one."""
    person = account(site, "Camille Dupont")
    accepted(site.press(token=site.kiosk), 201)
    session = site.open()
    headers = {"X-Counter-Session": session}
    leg = accepted(site.next(headers=headers))["leg"]
    accepted(site.verb(leg, "start", headers=headers))
    stop_tickets(site.database, HALL, person, service=SERVICE)
    reopen_tickets(site.database, HALL, person, service=SERVICE)
    with site.database.store.write() as rows:
        # as if the person held the counter, not the key of the tests
        rows.run("UPDATE hall_fact SET author = :a WHERE counter = :c", {"a": person.id, "c": COUNTER})
    return person


def lines(text: str) -> list[tuple[str, ...]]:
    """The cells of each row of the page, without the details."""
    body = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    rows = re.findall(r"<tr>\s*<td class=\"at\">(.*?)</tr>", body, flags=re.DOTALL)
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", f"<td>{row}", flags=re.DOTALL) for row in rows]
    return [tuple(" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row) for row in found]


def read(browser: Any, query: str = "", path: str = WHERE) -> list[tuple[str, ...]]:
    answer = browser.get(path + query)
    assert answer.status_code == 200, answer.text
    return lines(answer.text)


def test_what_happened_is_told_in_words_with_the_place_or_who_decided_it(both: ApiSite):
    a_morning(both)
    told = read(both.person("supervisor"))
    assert told[0][1:] == ("Tickets de nouveau donnés", "Accueil et renseignements", "Camille Dupont")
    assert told[1][1] == "Tickets arrêtés pour la journée"
    what = {line[1]: line for line in told}
    assert what["Ticket donné"][2:] == ("Ticket A001 Accueil et renseignements", "Borne · Borne de l’entrée")
    assert what["Appel"][2].startswith("Ticket A001")
    assert what["Appel"][3] == "Guichet 1", "by counter, not by person"
    assert what["Configuration du hall publiée"][3] == "Parvis, de lui-même"


def test_a_name_is_the_one_of_today_and_a_person_is_sought_by_it(both: ApiSite):
    person = a_morning(both)
    with both.database.store.write() as rows:
        rows.run("UPDATE account SET display_name = 'C. Martin' WHERE id = :id", {"id": person.id})
    browser = both.person("supervisor")
    told = read(browser, f"&personne={person.id}")
    assert [line[1] for line in told] == ["Tickets de nouveau donnés", "Tickets arrêtés pour la journée"]
    assert {line[3] for line in told} == {"C. Martin"}, "what was done at the counter stays with the counter"
    with both.database.store.write() as rows:
        rows.run("DELETE FROM role_grant WHERE account = :id", {"id": person.id})
        rows.run("DELETE FROM account WHERE id = :id", {"id": person.id})
    assert read(browser)[0][3] == "Compte qui n’existe plus"


def test_only_people_and_keys_of_the_reader_s_sites_are_offered(both: ApiSite):
    account(both, "Camille Dupont")
    account(both, "Éloi Sans-Site", where="*")
    away = account(both, "Vera Vervins", where=OTHER)
    for name, halls in (("clé de Laon", (HALL,)), ("clé de Vervins", (OTHER,)), ("clé de tous", ("*",))):
        create_api_key(both.database, SYSTEM, NewKey(name, ("read",), halls=halls))
    stop_tickets(both.database, HALL, away, service=SERVICE)
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

    here = both.person("supervisor")
    assert offered(here) == names - {"Vera Vervins", "clé de Vervins"}
    assert read(here)[0][3] == "Vera Vervins", "who did something here is named"
    assert offered(both.person("administrator", "*")) == names


def test_the_agent_is_named_only_where_an_administrator_decided_so(both: ApiSite):
    person = a_morning(both)
    browser = both.person("supervisor")
    decide_individual_figures(both.database, SYSTEM, HALL, is_on=True, sites=None)
    called = next(line for line in read(browser) if line[1] == "Appel")
    assert called[3] == "Camille Dupont"
    assert "Appel" in [line[1] for line in read(browser, f"&personne={person.id}")]
    decide_individual_figures(both.database, SYSTEM, HALL, is_on=False, sites=None)
    assert next(line for line in read(browser) if line[1] == "Appel")[3] == "Guichet 1"


def test_each_filter_leaves_out_the_rest(both: ApiSite):
    a_morning(both)
    first = both.hands.now
    both.hands.now += timedelta(days=2)
    account_of_later = account(both, "Dominique Petit")
    stop_tickets(both.database, HALL, account_of_later, service=SERVICE)
    browser = both.person("supervisor")
    assert {line[1] for line in read(browser, "&sujet=days")} == {
        "Tickets arrêtés pour la journée",
        "Tickets de nouveau donnés",
    }
    later = first.date() + timedelta(days=2)
    assert [line[3] for line in read(browser, f"&du={later}&au={later}")] == ["Dominique Petit"]
    assert read(browser, f"&du={later + timedelta(days=1)}") == []
    assert len(read(browser, f"&au={later - timedelta(days=1)}")) == len(read(browser)) - 1
    number = read(browser, "&mots=a001")
    assert {line[1] for line in number} >= {"Ticket donné", "Appel", "La personne est au guichet"}
    assert all("A001" in line[2] for line in number)
    assert read(browser, "&mots=A999") == []
    assert [line[1] for line in read(browser, "&mots=ARRETES%20petit")] == ["Tickets arrêtés pour la journée"]


def test_pages_follow_each_other_without_gap_or_repetition(both: ApiSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_journal, "PAGE", 3)
    monkeypatch.setattr(read_journal, "READ_AT_ONCE", 4)
    a_morning(both)
    browser = both.person("supervisor")
    for query in ("", "&mots=ticket"):
        seen: list[str] = []
        place = ""
        while True:
            text = browser.get(f"{WHERE}{query}{place}").text
            seen += re.findall(r"<dt>Place dans le journal</dt><dd>(\d+)", text)
            onward = re.search(r'href="/journal\?[^"]*avant=(\d+)" rel="next"', text)
            if onward is None:
                break
            place = f"&avant={onward[1]}"
        numbers = [int(each) for each in seen]
        assert numbers == sorted(set(numbers), reverse=True)
        every = json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text)["facts"]
        assert [fact["position"] for fact in every] == numbers
        assert len(numbers) > 3


def test_a_page_says_how_far_it_looked(both: ApiSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_journal, "READ_AT_ONCE", 2)
    monkeypatch.setattr(read_journal, "MOST_LOOKED_THROUGH", 4)
    person = a_morning(both)
    browser = both.person("supervisor")
    text = browser.get(f"{WHERE}&mots=publiee").text
    assert lines(text) == []
    assert "Cherché jusqu’au 24/11/2026" in text
    assert "Chercher plus loin" in text
    monkeypatch.setattr(read_journal, "FARTHEST", 1)
    text = browser.get(f"{WHERE}&personne={person.id}").text
    assert [line[1] for line in lines(text)] == ["Tickets de nouveau donnés"]
    assert "Chercher plus loin" in text


@pytest.mark.parametrize("asked", ["personne", "mots"])
def test_no_statement_walks_over_a_whole_journal(both: ApiSite, monkeypatch: pytest.MonkeyPatch, asked: str):
    person = a_morning(both)
    for _ in range(12):
        both.ticket()
    browser = both.person("supervisor")
    query = f"&personne={person.id}" if asked == "personne" else "&mots=A001"
    whole = [line[1] for line in read(browser, query)]
    looks: list[Stretch | None] = []

    def seen(rows: Any, stretch: Stretch, limit: int) -> Any:
        looks.append(stretch)
        return newest_facts(rows, stretch, limit)

    monkeypatch.setattr(read_journal, "STEP", 5)
    monkeypatch.setattr(read_journal, "newest_facts", seen)
    monkeypatch.setattr(both.database, "breathe", lambda: looks.append(None))
    shown = [line[1] for line in read(browser, query)]
    every = json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text)["facts"]
    assert [fact["what"] for fact in every] == shown == whole
    walks = [each for each in looks if each is not None]
    assert len(walks) > 6
    assert {each.before - each.after - 1 for each in walks} <= set(range(6))
    assert looks[1::2] == [None] * len(walks), "other work is let through after each"


def test_where_nothing_can_be_found_nothing_is_walked_over(both: ApiSite, monkeypatch: pytest.MonkeyPatch):
    person = a_morning(both)
    monkeypatch.setattr(read_journal, "STEP", 1)
    looks: list[None] = []
    monkeypatch.setattr(both.database, "breathe", lambda: looks.append(None))
    browser = both.person("supervisor")
    looks.clear()
    for query in (f"&personne={person.id}&sujet=calls", "&mots=A999"):
        text = browser.get(WHERE + query).text
        assert lines(text) == []
        assert "Chercher plus loin" not in text
        assert json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text) == {"facts": []}
    assert len(looks) == 4


def test_an_alarm_and_a_printer_are_named(both: ApiSite):
    faulty = FaultyHall(both.database, both.hands, printer="paper_out")
    faulty.look()
    [alarm] = faulty.read()["alarms"]
    person = account(both, "Camille Dupont")
    acknowledge_alarm(both.database, alarm["alarm"], person, TRANSLATE)
    faulty.printer = "ready"
    faulty.look()
    faulty.look()
    change_roll(both.database, HALL, person, KIOSK)
    browser = both.person("supervisor")
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


def test_a_number_is_looked_for_in_the_last_400_days_unless_a_first_day_is_told(both: ApiSite):
    first = both.hands.now.date()
    both.ticket()
    both.hands.now += timedelta(days=406)
    both.ticket()
    browser = both.person("supervisor")
    assert [line[1] for line in read(browser, "&mots=A001")] == ["Ticket donné"]
    assert [line[1] for line in read(browser, f"&mots=A001&du={first}")] == ["Ticket donné"] * 2
    with both.database.read() as rows:
        hall = both.database.hall_id(HALL)
        assert len(visits_numbered(rows, hall, "A001", first)) == 2
        assert len(visits_numbered(rows, hall, "A001", first + timedelta(days=1))) == 1


def test_files_hold_what_the_page_shows_and_nobodys_formula(api: ApiSite):
    person = a_morning(api)
    with api.database.store.write() as rows:
        rows.run("UPDATE account SET display_name = '=1+1' WHERE id = :id", {"id": person.id})
    browser = api.person("supervisor")
    answer = browser.get(f"/journal/csv?hall={HALL}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="journal-{HALL}.csv"'
    sheet = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert sheet[0]["who"] == "'=1+1"
    assert [row["kind"] for row in sheet][:2] == ["TicketsReopened", "TicketsStopped"]
    every = json.loads(browser.get(f"/journal/json?hall={HALL}").text)["facts"]
    assert [row["hash"] for row in sheet] == [fact["hash"] for fact in every]
    called = next(fact for fact in every if fact["kind"] == "LegCalled")
    assert called["who"] == "Guichet 1"
    assert "=1+1" in {fact["who"] for fact in every}
    assert "=1+1" not in {fact["who"] for fact in every if fact["kind"] in BY_PLACE}


@pytest.mark.parametrize("role", ["agent", "reception", "security", "communication", "quality", "committee"])
def test_who_does_not_oversee_reads_no_journal(api: ApiSite, role: str):
    browser = api.person(role)
    for path in ("/journal", "/journal/csv", "/journal/json", "/journal/tetes", "/journal/tetes.pdf"):
        assert browser.get(path).status_code == 403, path


def test_a_journal_of_elsewhere_and_that_of_the_installation_are_not_for_one_site(api: ApiSite):
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


def test_a_query_that_cannot_be_read_is_told_and_the_rest_is_shown(api: ApiSite):
    browser = api.person("supervisor")
    for query in ("&du=hier", "&sujet=nothing", "&avant=x", "&au=0001-01-01", "&du=9999-12-31"):
        answer = browser.get(WHERE + query)
        assert answer.status_code == 400, query
        assert "n’a pas été comprise" in answer.text
        assert lines(answer.text)
    assert browser.get(f"/journal/csv?hall={HALL}&du=hier").status_code == 400


def test_the_last_verification_and_the_anchor_are_shown_in_words(both: ApiSite):
    a_morning(both)  # which altered a fact
    anchors = Anchors(both.app.extensions["parvis"].settings.var / "anchors")
    browser = both.person("supervisor")
    assert "Pas encore vérifié" in browser.get(WHERE).text
    with both.database.read() as rows:
        write_anchors(anchors, rows, both.hands.now, "daily")
    verified, took_s = verify_apart(both.database.url, anchors.folder)
    keep_verified(both.database, verified, "2026-11-24", took_s)
    page = browser.get(WHERE).text
    assert re.search(r"Le fait \d+ a été modifié après coup\.", page)
    assert 'role="alert"' in page
    assert "Tête gardée hors de la base le 24/11/2026 10:00" in page
    other = both.person("supervisor", OTHER).get(f"/journal?hall={OTHER}").text
    assert re.search("Vérifié le 24/11/2026 10:00.: 1 fait, rien n’a été changé", other)


def test_a_hall_that_vanished_is_told_to_who_sees_the_installation(api: ApiSite):
    verified = Verified(facts={HALL: 1}, faults=[Fault(OTHER, "hall_missing")])
    keep_verified(api.database, verified, "2026-11-24", 0.1)
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
    with api.database.read() as rows:
        head = rows.one("SELECT journal_length, head_hash FROM hall WHERE slug = :hall", hall=HALL)
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
        place = f"server/web/journal/translations/{language}/LC_MESSAGES/journal.po"
        with open(place, "rb") as opened:
            keys = {
                message.id if isinstance(message.id, str) else message.id[0] for message in read_po(opened)
            }
        assert {f"journal.fact.{kind.name.lower()}" for kind in FactKind} <= keys
        assert {f"journal.subject.{subject}" for subject in SUBJECTS} <= keys


def test_what_the_installation_records_is_offered_by_a_subject_there(api: ApiSite):
    recorded = re.findall(
        r"^\| `(\w+)`", text_of("facts").partition("## In the installation")[2], re.MULTILINE
    )
    assert "RecipientAdded" in recorded
    offered = {str(kind) for subject in OF_INSTALLATION for kind in SUBJECTS[subject]}
    assert [kind for kind in recorded if kind not in offered] == []
    add_recipient(api.database, SYSTEM, WantedRecipient("email", HALL, "garde@example.fr"))
    everywhere = api.person("administrator", "*")
    told = read(everywhere, path="/journal?hall=installation&sujet=alarms")
    assert [line[1] for line in told] == ["Destinataire des alarmes ajouté"]
    assert '<option value="alarms">' in everywhere.get("/journal?hall=installation").text


def test_facts_are_found_by_the_instant_they_were_recorded_at(both: ApiSite):
    for _ in range(5):
        both.ticket()
        both.hands.now += timedelta(minutes=1)
    with both.database.read() as rows:
        hall = both.database.hall_id(HALL)
        facts = rows.all(
            "SELECT position, recorded_at FROM hall_fact WHERE hall = :h ORDER BY position", h=hall
        )
        for fact in facts:
            first = first_position_at(rows, hall, len(facts), fact["recorded_at"])
            same = [each["position"] for each in facts if each["recorded_at"] == fact["recorded_at"]]
            assert first == min(same)
        assert first_position_at(rows, hall, len(facts), to_micros(both.hands.now)) == len(facts) + 1
