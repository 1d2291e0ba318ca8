"""The look that a communication officer publishes: of the organisation or a site, and back to the former."""

from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.configuration.branding import (
    LookPlace,
    publish_look,
    read_look_state,
    restore_look,
    try_look,
)
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.media.read_look import read_look

ORGANISATION = LookPlace(None, None)
LAON = LookPlace("laon", frozenset({"laon"}))
NAVY, PLUM, FOREST = "#1a2a5e", "#5b1e6b", "#14452f"


def chosen(ink: str, **more: Any) -> dict[str, Any]:
    colours = {"ink": ink, "action": PLUM}
    return {
        "name": "Ville de Guise",
        "colours": colours,
        "logo": None,
        "ground": None,
        "scale": "usual",
        **more,
    }


def publish(database: Database, place: LookPlace, ink: str, **more: Any) -> None:
    revision = read_look_state(database, place).revision
    publish_look(database, SYSTEM, place, chosen(ink, **more), revision=revision)


def restore(database: Database, place: LookPlace) -> None:
    restore_look(database, SYSTEM, place, revision=read_look_state(database, place).revision)


def ink_of(database: Database, site: str | None) -> str:
    with database.read() as rows:
        return read_look(rows, site).brand.colours.ink


@pytest.mark.both_databases
def test_a_site_has_its_own_look_until_it_follows_the_organisation_again(database: Database) -> None:
    publish(database, ORGANISATION, NAVY)
    assert ink_of(database, "laon") == NAVY
    publish(database, LAON, FOREST)
    assert (ink_of(database, "laon"), ink_of(database, "elsewhere"), ink_of(database, None)) == (
        FOREST,
        NAVY,
        NAVY,
    )
    state = read_look_state(database, LAON)
    publish_look(database, SYSTEM, LAON, None, revision=state.revision)
    assert ink_of(database, "laon") == NAVY
    restore(database, LAON)
    assert ink_of(database, "laon") == FOREST


@pytest.mark.both_databases
def test_the_former_look_comes_back_whole_and_nothing_else_changes(database: Database) -> None:
    publish(database, ORGANISATION, NAVY)
    publish(database, ORGANISATION, FOREST, scale="large")
    with database.read() as rows:
        sites = installation_document(rows).sites
    publish(database, LAON, PLUM)
    restore(database, ORGANISATION)
    with database.read() as rows:
        document = installation_document(rows)
    assert (document.brand.colours.ink, document.brand.scale) == (NAVY, "usual")
    assert [site.calendar for site in document.sites] == [site.calendar for site in sites]
    assert ink_of(database, "laon") == PLUM


def refused(database: Database, place: LookPlace, ink: str = NAVY, revision: int | None = None) -> str:
    if revision is None:
        revision = read_look_state(database, ORGANISATION).revision
    with pytest.raises(Refusal) as refusal:
        publish_look(database, SYSTEM, place, chosen(ink), revision=revision)
    return refusal.value.code


def test_a_look_is_published_where_one_may_and_over_the_one_that_was_read(database: Database) -> None:
    assert refused(database, LookPlace(None, frozenset({"laon"}))) == "forbidden"
    assert refused(database, LookPlace("soissons", frozenset({"laon"}))) == "forbidden"
    assert refused(database, LookPlace("nowhere", None)) == "unknown_site"
    before = read_look_state(database, ORGANISATION).revision
    publish(database, LAON, FOREST)
    publish_look(
        database, SYSTEM, ORGANISATION, chosen("#10203a"), revision=before
    )  # the other look is not in its way
    assert refused(database, ORGANISATION, FOREST, before) == "stale_revision"
    assert refused(database, ORGANISATION, "#777777") == "document_refused"


def test_a_look_that_is_tried_names_what_it_lacks_and_is_not_kept(database: Database) -> None:
    assert try_look(database, LAON, chosen("#0b3b3c")).brand.colours.ink == "#0b3b3c"
    assert ink_of(database, "laon") != "#0b3b3c"
    with pytest.raises(DocumentRefused) as problems:
        try_look(database, LAON, chosen(FOREST, ground="nowhere", name=""))
    assert [each.path.rpartition(".")[2] for each in problems.value.problems] == ["name"]
    with pytest.raises(DocumentRefused) as problems:
        try_look(database, LAON, chosen(FOREST, ground="nowhere"))
    assert [each.code for each in problems.value.problems] == ["unknown_ground"]


def test_without_a_former_look_there_is_none_to_take_back(database: Database) -> None:
    place = LookPlace("vervins", None)
    assert read_look_state(database, place).former is None
    with pytest.raises(Refusal) as refusal:
        restore(database, place)
    assert refusal.value.code == "nothing_to_restore"
