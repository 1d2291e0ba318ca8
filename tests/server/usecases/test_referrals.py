"""Referrals of a menu: what another hall does now, as the server knows it, and how often one informed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kiosk.menu_messages import ReferralOfMenu
from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.appointments.booking import is_published_address
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.tickets.greetings import inform_visitor
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.waits import Estimates
from tests.harness.sql import all_rows
from tests.kiosk.samples import translate
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

KIOSK = Author("kiosk", device="0197-kiosk")
THERE = "saint-quentin-logement"


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    yield found
    found.close()


def referral(database: Database, named: str = "laon-logement") -> ReferralOfMenu:
    menu = read_menu(database, Estimates(database), "laon", language="fr", translate=translate)
    return next(each for each in menu["referrals"] if each["id"] == named)


@pytest.mark.both_databases
def test_another_site_is_named_with_its_hours_and_its_wait_now(database: Database, hands: Hands):
    assert referral(database)["elsewhere"] is None, "no hall of the installation gives it yet"
    publish_hall(database, SYSTEM, (HALLS / "saint-quentin.json").read_text(encoding="utf-8"))
    there = referral(database)["elsewhere"]
    assert there is not None
    assert (there["state"], there["wait"]) == ("no_counter", None), "the wait is not known, and not guessed"
    assert there["hall"] == database.configuration("saint-quentin").name
    assert there["today"] is not None
    assert there["today"].startswith("Aujourd’hui de 8")
    counter = database.configuration("saint-quentin").counters_serving(THERE)[0].id
    open_counter(database, counter, Author("agent"), SessionRequest(services=[THERE]))
    there = referral(database)["elsewhere"]
    assert there is not None
    assert there["wait"] == {"none": True}
    issue_ticket(database, "saint-quentin", KIOSK, TicketRequest(THERE, "press-there"))
    there = referral(database)["elsewhere"]
    assert there is not None
    assert there["wait"] is not None
    assert "said" in there["wait"]
    hands.now = hands.now.replace(hour=22)
    there = referral(database)["elsewhere"]
    assert there is not None
    assert (there["state"], there["today"], there["wait"]) == ("closed", None, None)
    assert there["next_opening"] is not None


@pytest.mark.both_databases
def test_a_referral_counts_each_visitor_once_and_nothing_about_them(database: Database):
    key = WriteKey.of("kiosk", "one", b"POST informed")
    for _ in range(3):
        inform_visitor(database, "laon", KIOSK, "laon-passeport", write_key=key)
    inform_visitor(database, "laon", KIOSK, "laon-passeport")
    with pytest.raises(Refusal, match="unknown_referral"):
        inform_visitor(database, "laon", KIOSK, "laon-accueil")
    facts = all_rows(database, "SELECT body FROM hall_fact WHERE kind = 'VisitorInformed'")
    assert len(facts) == 2
    bodies = [each["body"] if isinstance(each["body"], dict) else json.loads(each["body"]) for each in facts]
    assert all(set(body) == {"id", "business_day", "referral", "device"} for body in bodies)
    assert {body["referral"] for body in bodies} == {"laon-passeport"}


def test_the_code_to_scan_holds_only_addresses_that_a_hall_publishes(database: Database):
    for address in ("https://titres.example.fr/pre-demande", "https://demarches.example.fr/permis"):
        assert is_published_address(database, address)
    assert not is_published_address(database, "https://elsewhere.example")
