"""A document is checked, kept and read again; an installation begins without one."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.clock import Clock
from server.documents.from_template import TEMPLATES
from server.documents.problems import DocumentRefused
from server.documents.texts import has_orders
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.configuration import documents
from server.store.configuration.documents import (
    NewVersion,
    document_texts,
    documents_mark,
    draft_content,
    drafting_of,
    keep_ids,
    newest,
    newest_of_halls,
    open_drafts,
    revision_of,
    revisions_before,
    taken_ids,
)
from server.store.configuration.halls import all_halls, hall_id_of
from server.store.transactions.database import Database
from server.usecases.configuration.installing import (
    SiteRequest,
    TemplateRequest,
    add_hall,
    add_site,
    open_installation,
    read_installing,
)
from server.usecases.configuration.publication import edit_hall_document, publish_hall
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import first_administrator, installation_address, installation_token
from tests.harness.sql import execute, one_row
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Laon in two revisions, Vervins in one."""
    found = database_with_hall(database_url, Hands(), "vervins", "laon")
    edit_hall_document(found, "laon", SYSTEM, lambda content: content.update(name="Laon centre"))
    yield found
    found.close()


def test_revisions_are_found_by_number(database: Database):
    with database.read() as rows:
        laon = hall_id_of(rows, "laon")
        assert laon is not None
        last = newest(rows, "hall", laon)
        assert last is not None
        assert (last.revision, last.parsed["name"]) == (2, "Laon centre")
        assert (last.author_name, last.restores, last.published_by) == (None, None, "system")
        assert last.published_at == database.clock.now()
        assert revision_of(rows, "hall", laon, 2) == last
        assert revision_of(rows, "hall", laon, 3) is None
        assert [each.revision for each in revisions_before(rows, "hall", laon, 3, 9)] == [2, 1]
        assert [each.revision for each in revisions_before(rows, "hall", laon, 3, 1)] == [2]
        assert len(document_texts(rows, "laon")) == 2
        assert len(document_texts(rows, "installation")) == 1
        assert newest_of_halls(rows)["laon"].revision == 2
        assert documents_mark(rows).published == 4
        revisions = [(hall.slug, hall.configuration_revision) for hall in all_halls(rows)]
        assert revisions == [("laon", 2), ("vervins", 1)]


def test_an_id_of_a_hall_is_kept_once(database: Database):
    with database.installation_transaction(SYSTEM) as transaction:
        laon = hall_id_of(transaction, "laon")
        assert laon is not None
        before = taken_ids(transaction)
        of_laon = next(each for each, (hall, _) in before.items() if hall == "laon")
        keep_ids(transaction, laon, {"a-new-one": "services", of_laon: "services"})
    with database.read() as rows:
        assert taken_ids(rows) == before | {"a-new-one": ("laon", "services")}


def test_version_numbers_continue_after_a_draft_has_ended(database: Database):
    now = database.clock.now()
    with database.installation_transaction(SYSTEM) as transaction:
        assert drafting_of(transaction, "laon").version is None
        for version in (1, 2):
            content = {"name": f"Été {version}"}
            documents.keep_version(transaction, NewVersion("laon", version, 2, content, "system", now))
        assert open_drafts(transaction)["laon"].content == {"name": "Été 2"}
        assert draft_content(transaction, "laon", 1) == {"name": "Été 1"}
        with pytest.raises(Refusal, match="stale_draft"):
            documents.end_draft(transaction, "laon", 1, author="system", now=now)
        documents.end_draft(transaction, "laon", 2, author="system", now=now)
        drafting = drafting_of(transaction, "laon")
        assert (drafting.last_version, drafting.draft) == (3, None)
        assert drafting.ended is not None
        assert (drafting.ended.at, drafting.ended.author_name) == (now, None)
        assert open_drafts(transaction) == {}
        assert draft_content(transaction, "laon", 2) is None
    stored = one_row(database, "SELECT count(*) AS kept FROM draft WHERE document = 'laon'")
    assert stored["kept"] == 1


OLD, NEW = "Titres\x1b@", "Titres\x1bp0"


@pytest.fixture
def laon_only(database_url: str) -> Iterator[Database]:
    made = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)), "laon")
    yield made
    made.close()


def named(name: str) -> str:
    content: dict[str, Any] = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    content["services"][0]["names"]["fr"] = name
    return json.dumps(content)


def test_a_name_with_control_characters_is_refused_but_an_old_revision_can_be_restored(laon_only: Database):
    with pytest.raises(DocumentRefused) as refused:
        publish_hall(laon_only, SYSTEM, named(OLD))
    assert [(each.path, each.code) for each in refused.value.problems] == [
        ("services[0].names.fr", "control_characters")
    ]
    sql = "UPDATE document SET content = :content WHERE kind = 'hall'"
    execute(laon_only, sql, content=named(OLD))
    publish_hall(laon_only, SYSTEM, named("Titres"))
    with pytest.raises(DocumentRefused):
        publish_hall(laon_only, SYSTEM, named(NEW))
    publish_hall(laon_only, SYSTEM, named(OLD))


@pytest.mark.parametrize(
    ("text", "has_lines", "refused"),
    [
        ("Carte d’identité", False, False),
        ("می‌خواهم \u200f", False, False),
        ("Deux\nlignes", True, False),
        ("Deux\nlignes", False, True),
        ("tabulation\t", True, True),
        ("\x7f", False, True),
        ("\u202eeman", False, True),
    ],
)
def test_characters_that_printers_or_readers_obey_are_control_characters(
    text: str, has_lines: bool, refused: bool
):
    assert has_orders(text, has_lines=has_lines) is refused


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
