"""Searching the journal: by day, subject, person and words, and what each reader sees."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.instants import from_micros
from server.store.journal.pages import FactRange, first_position_at, newest_facts, visits_numbered
from server.store.people.accounts import Grant
from server.usecases.journal import read_journal
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from tests.harness.sql import all_rows, execute
from tests.server.web.api_site import COUNTER, HALL, PASSWORD, SERVICE, ApiSite, accepted

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
    monkeypatch.setattr(read_journal, "newest_facts", recorded_read)
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
