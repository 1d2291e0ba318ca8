"""From an empty database to a hall: one first administrator, a site, a hall made from a template."""

import threading
from collections.abc import Iterator

import pytest

from server.clock import Clock
from server.documents.from_template import TEMPLATES
from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.configuration.installing import (
    SiteRequest,
    TemplateRequest,
    add_hall,
    add_site,
    open_installation,
    read_installing,
)
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import first_administrator, installation_address, installation_token

PASSWORD = "quatre mots pris au hasard"
WEEK = {"monday": ["09:00-12:00", "13:30-16:30"]}
SITE = SiteRequest("Hôtel de ville", "1 place d’Armes, 02120 Guise", WEEK)


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    found = Database(database_url, Clock())
    yield found
    found.close()


def refusal_of(make) -> str:
    with pytest.raises(Refusal) as refused:
        make()
    return refused.value.code


def begin(database: Database, login: str = "lea", token: str | None = None) -> str:
    setup_token = token or installation_token(database) or ""
    return first_administrator(database, Described(login, "Léa Martin"), PASSWORD, token=setup_token)


@pytest.mark.both_databases
def test_from_nothing_to_a_hall(empty):
    assert read_installing(empty).step == "administrator"
    begin(empty)
    assert read_installing(empty).step == "place"
    assert open_installation(empty, SYSTEM, "Ville de Guise", SITE) == "hotel-ville"
    assert read_installing(empty).step == "hall"
    slug = add_hall(empty, SYSTEM, TemplateRequest("general", "Hall d’accueil", "hotel-ville"))
    assert read_installing(empty).step == "printer"
    configuration = empty.configuration(slug)
    assert configuration.site.name == "Hôtel de ville"
    assert len(configuration.counters) == 2
    assert [kiosk.printer.host for kiosk in configuration.kiosks.values() if kiosk.printer] == [None]


def test_the_link_is_void_once_there_is_an_account(empty):
    token = installation_token(empty)
    assert installation_address(empty, "https://a.example/") == f"https://a.example/installation#t={token}"
    assert refusal_of(lambda: begin(empty, token="0" * 64)) == "installation_link_wrong"
    begin(empty)
    assert installation_token(empty) is None
    assert refusal_of(lambda: begin(empty, "other", token=token)) == "already_installed"


@pytest.mark.both_databases
def test_one_of_many_simultaneous_users_of_the_link_becomes_administrator(empty):
    token, together, codes = installation_token(empty), threading.Barrier(6), []

    def come(number: int) -> None:
        together.wait()
        try:
            begin(empty, f"person-{number}", token=token)
            codes.append("made")
        except Refusal as refusal:
            codes.append(refusal.code)

    coming = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for each in coming:
        each.start()
    for each in coming:
        each.join()
    assert sorted(codes) == ["already_installed"] * 5 + ["made"]


@pytest.mark.parametrize(
    ("described", "password", "code"),
    [
        (Described("lea", "Léa"), "short", "password_too_short"),
        (Described("", "Léa"), PASSWORD, "bad_login"),
        (Described("lea", " "), PASSWORD, "bad_name"),
    ],
)
def test_a_first_account_is_checked_like_any_other(empty, described, password, code):
    token = installation_token(empty) or ""
    assert refusal_of(lambda: first_administrator(empty, described, password, token=token)) == code
    assert read_installing(empty).step == "administrator"


@pytest.mark.parametrize("template", TEMPLATES)
def test_one_more_site_and_hall(empty, template):
    open_installation(empty, SYSTEM, "Ville de Guise", SITE)
    add_hall(empty, SYSTEM, TemplateRequest("general", "Accueil", "hotel-ville"))
    site = add_site(empty, SYSTEM, SiteRequest("Hôtel de ville", "2 rue Basse", WEEK))
    assert site == "hotel-ville-2"
    slugs = [add_hall(empty, SYSTEM, TemplateRequest(template, "Accueil", site, 3)) for _ in range(2)]
    assert slugs == ["accueil-2", "accueil-3"]
    assert read_installing(empty).halls == ("accueil", "accueil-2", "accueil-3")


def test_a_problem_names_its_field_and_nothing_is_stored(empty):
    with pytest.raises(DocumentRefused) as refused:
        open_installation(empty, SYSTEM, "", SiteRequest("Ici", "", {"monday": ["12:00-09:00"]}))
    paths = {problem.path for problem in refused.value.problems}
    assert {"organisation", "sites[0].address", "sites[0].calendar.week.monday[0]"} <= paths
    assert read_installing(empty).sites == ()
    open_installation(empty, SYSTEM, "Ville de Guise", SITE)
    assert refusal_of(lambda: open_installation(empty, SYSTEM, "Another", SITE)) == "stale_revision"
