"""The journal: searched, read as a page, as files and on paper; what each reader sees, and in which words."""

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from babel.messages.pofile import read_po

from server.domain.alerts import AlertEndReason
from server.domain.author import SYSTEM, Author
from server.domain.facts import IN_INSTALLATION, FactKind
from server.domain.incidents import EscalationReason, IncidentEndReason
from server.domain.instants import from_micros
from server.domain.journal import BY_PLACE, NOT_OF_HALLS, OF_INSTALLATION, SUBJECTS
from server.domain.quality.targets import WithdrawalReason
from server.domain.tickets import STOP_REASONS
from server.domain.visits.gestures import GESTURES
from server.domain.visits.transitions import EndReason
from server.language import LANGUAGES
from server.store.journal import pages
from server.store.journal.chain import Anchors, write_anchors
from server.store.journal.pages import FactRange, first_position_at, newest_facts, visits_numbered
from server.store.journal.verify import JournalFault, Verified, keep_verified
from server.store.people.accounts import Grant
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient
from server.usecases.alarms.read_alarms import acknowledge_alarm
from server.usecases.journal import read_journal
from server.usecases.journal.maintenance import verify_apart
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.directory import NewKey, create_api_key
from server.usecases.printing.printers import change_roll
from server.usecases.quality.visits import decide_individual_figures
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from server.web.pages.hall.devices import KNOWN_REASONS
from server.web.pages.journal.lines import JournalLines
from server.web.rendering.viewer import Sentence
from tests.harness.programs import PROJECT
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows, execute, one_row
from tests.server.usecases.alarms.faulty_hall import KIOSK, FaultyHall
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
    # as if the person held the counter, not the key of the tests
    execute(site.database, "UPDATE hall_fact SET author = :a WHERE counter = :c", a=person.id, c=COUNTER)
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
    people = {"Camille Dupont", "Éloi Sans-Site", "Vera Vervins"}
    names = people | {"clé de Laon", "clé de Vervins", "clé de tous"}

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


def test_every_kind_of_fact_and_every_subject_has_a_sentence():
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


def test_every_code_of_a_fact_is_in_words():
    ends = {*EndReason, *AlertEndReason, *IncidentEndReason, *EscalationReason, *WithdrawalReason}
    asked = {each.name: set(each.offer.reasons) for each in GESTURES.values() if each.offer}
    codes = {"urgency": asked.pop("declare_urgent"), "why": KNOWN_REASONS}
    codes["reason"] = {*set().union(*asked.values()), *STOP_REASONS, *ends - {AlertEndReason.TAKEN_BACK}}
    lines = JournalLines({}, ZoneInfo("UTC"), Sentence(TRANSLATE, "fr"))
    assert [code for field, all_ in codes.items() for code in all_ if lines.coded(field, code) == code] == []


def test_each_fact_of_the_installation_belongs_to_a_subject_of_its_search(api: ApiSite):
    offered = {kind for subject in OF_INSTALLATION for kind in SUBJECTS[subject]}
    assert IN_INSTALLATION - offered == set()
    add_recipient(api.database, SYSTEM, RecipientRequest("email", HALL, "garde@example.fr"))
    everywhere = api.person("administrator", "*")
    told = read(everywhere, path="/journal?hall=installation&sujet=alarms")
    assert [line[1] for line in told] == ["Destinataire des alarmes ajouté"]
    assert '<option value="alarms">' in everywhere.get("/journal?hall=installation").text


def test_each_filter_leaves_out_the_rest(api: ApiSite):
    a_morning(api)
    first = api.hands.now
    api.hands.now += timedelta(days=2)
    account_of_later = account(api, "Dominique Petit")
    stop_tickets(api.database, HALL, account_of_later, service=SERVICE)
    browser = api.person("supervisor")
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


def test_pages_follow_each_other_without_gap_or_repetition(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_journal, "PAGE", 3)
    monkeypatch.setattr(read_journal, "READ_AT_ONCE", 4)
    a_morning(api)
    browser = api.person("supervisor")
    for query in ("", "&mots=ticket"):
        recorded_read: list[str] = []
        place = ""
        while True:
            text = browser.get(f"{WHERE}{query}{place}").text
            recorded_read += re.findall(r"<dt>Place dans le journal</dt><dd>(\d+)", text)
            onward = re.search(r'href="/journal\?[^"]*avant=(\d+)" rel="next"', text)
            if onward is None:
                break
            place = f"&avant={onward[1]}"
        numbers = [int(each) for each in recorded_read]
        assert numbers == sorted(set(numbers), reverse=True)
        every = json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text)["facts"]
        assert [fact["position"] for fact in every] == numbers
        assert len(numbers) > 3


def test_a_page_says_how_far_it_searched(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_journal, "READ_AT_ONCE", 2)
    monkeypatch.setattr(read_journal, "MOST_LOOKED_THROUGH", 4)
    person = a_morning(api)
    browser = api.person("supervisor")
    text = browser.get(f"{WHERE}&mots=publiee").text
    assert lines(text) == []
    assert "Cherché jusqu’au 24 nov. 2026" in text
    assert "Chercher plus loin" in text
    monkeypatch.setattr(read_journal, "FARTHEST", 1)
    text = browser.get(f"{WHERE}&personne={person.id}").text
    assert [line[1] for line in lines(text)] == ["Tickets de nouveau donnés"]
    assert "Chercher plus loin" in text


@pytest.mark.parametrize("asked", ["personne", "mots"])
def test_no_statement_walks_over_a_whole_journal(api: ApiSite, monkeypatch: pytest.MonkeyPatch, asked: str):
    person = a_morning(api)
    for _ in range(12):
        api.ticket()
    browser = api.person("supervisor")
    query = f"&personne={person.id}" if asked == "personne" else "&mots=A001"
    whole = [line[1] for line in read(browser, query)]
    looks: list[FactRange | None] = []

    def recorded_read(rows: Any, stretch: FactRange, limit: int) -> Any:
        looks.append(stretch)
        return newest_facts(rows, stretch, limit)

    monkeypatch.setattr(read_journal, "STEP", 5)
    monkeypatch.setattr(pages, "newest_facts", recorded_read)
    monkeypatch.setattr(api.database, "breathe", lambda: looks.append(None))
    shown = [line[1] for line in read(browser, query)]
    every = json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text)["facts"]
    assert [fact["what"] for fact in every] == shown == whole
    walks = [each for each in looks if each is not None]
    assert len(walks) > 6
    assert {each.before - each.after - 1 for each in walks} <= set(range(6))
    assert looks[1::2] == [None] * len(walks), "other work is let through after each"


def test_a_search_that_can_find_nothing_reads_nothing(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    person = a_morning(api)
    monkeypatch.setattr(read_journal, "STEP", 1)
    looks: list[None] = []
    monkeypatch.setattr(api.database, "breathe", lambda: looks.append(None))
    browser = api.person("supervisor")
    looks.clear()
    for query in (f"&personne={person.id}&sujet=calls", "&mots=A999"):
        text = browser.get(WHERE + query).text
        assert lines(text) == []
        assert "Chercher plus loin" not in text
        assert json.loads(browser.get(f"/journal/json?hall={HALL}{query}").text) == {"facts": []}
    assert len(looks) == 4


def test_a_number_is_searched_in_the_last_400_days_unless_a_first_day_is_given(api: ApiSite):
    first = api.hands.now.date()
    api.ticket()
    api.hands.now += timedelta(days=406)
    api.ticket()
    browser = api.person("supervisor")
    assert [line[1] for line in read(browser, "&mots=A001")] == ["Ticket donné"]
    assert [line[1] for line in read(browser, f"&mots=A001&du={first}")] == ["Ticket donné"] * 2
    with api.database.read() as rows:
        hall = api.database.hall_id(HALL)
        assert len(visits_numbered(rows, hall, "A001", first)) == 2
        assert len(visits_numbered(rows, hall, "A001", first + timedelta(days=1))) == 1


def test_an_unreadable_query_is_reported_and_the_rest_is_shown(api: ApiSite):
    browser = api.person("supervisor")
    for query in ("&du=hier", "&sujet=nothing", "&avant=x", "&au=0001-01-01", "&du=9999-12-31"):
        answer = browser.get(WHERE + query)
        assert answer.status_code == 400, query
        assert "n’a pas été comprise" in answer.text
        assert lines(answer.text)
    assert browser.get(f"/journal/csv?hall={HALL}&du=hier").status_code == 400


def test_facts_are_found_by_the_instant_they_were_recorded_at(api: ApiSite):
    for _ in range(5):
        api.ticket()
        api.hands.now += timedelta(minutes=1)
    hall = api.database.hall_id(HALL)
    sql = "SELECT position, recorded_at FROM hall_fact WHERE hall = :hall ORDER BY position"
    facts = all_rows(api.database, sql, hall=hall)
    with api.database.read() as rows:
        for fact in facts:
            first = first_position_at(rows, hall, len(facts), from_micros(fact["recorded_at"]))
            same = [each["position"] for each in facts if each["recorded_at"] == fact["recorded_at"]]
            assert first == min(same)
        assert first_position_at(rows, hall, len(facts), api.hands.now) == len(facts) + 1
