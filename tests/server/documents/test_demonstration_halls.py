"""The five halls of the demonstration."""

from datetime import UTC, date, datetime

import pytest

from server.documents.checks import check_against_installation, check_against_neighbours, warnings_of
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.reading import parse_hall, parse_installation
from server.domain.hours.calendars import half_days
from tests.server.documents.contents import SITES, demonstration

INSTALLATION = parse_installation(demonstration("installation"))
DOCUMENTS = {slug: parse_hall(demonstration(slug)) for slug in SITES}


def configuration(slug):
    document = DOCUMENTS[slug]
    holidays = public_holidays_of(document, INSTALLATION, around=date(2026, 11, 24))
    return to_configuration(document, INSTALLATION, revision=1, holidays=holidays)


@pytest.mark.parametrize("slug", SITES)
def test_a_demonstration_hall_has_neither_error_nor_warning(slug):
    document = DOCUMENTS[slug]
    assert document.hall == slug
    assert check_against_installation(document, INSTALLATION) == ()
    assert check_against_neighbours(document, DOCUMENTS.values()) == ()
    assert warnings_of(document) == ()


@pytest.mark.parametrize(
    ("slug", "counters"),
    [("laon", 9), ("saint-quentin", 3), ("soissons", 2), ("chateau-thierry", 2), ("vervins", 2)],
)
def test_sites_have_the_counters_of_their_size(slug, counters):
    made = configuration(slug)
    assert len(made.counters) == counters
    assert len(made.kiosks) == 1
    assert made.screens
    assert made.has_priority_first, "the notice on priority cards is shown without being written"


def test_every_id_is_used_once_in_the_installation():
    ids = [slug for document in DOCUMENTS.values() for slug in _ids(document)]
    assert len(ids) == len(set(ids))


def _ids(document):
    lists = (document.services, document.queues, document.counters, document.kiosks, document.screens)
    return [item.id for items in lists for item in items]


def test_vervins_has_one_agent_for_every_service_and_58_mm_paper():
    made = configuration("vervins")
    assert {service.id for service in made.services_served_by("vervins-g1")} == set(made.services)
    office = {service.id for service in made.services_served_by("vervins-b1")}
    assert office < set(made.services)
    assert "vervins-accueil" not in office, "questions are answered at the reception"
    printer = made.kiosks["vervins-borne-1"].printer
    assert printer is not None
    assert (printer.host, printer.paper_mm) == (None, 58)


def test_laon_has_four_computers_for_one_volunteer():
    made = configuration("laon")
    computers = [counter.id for counter in made.counters.values() if "numérique" in counter.label]
    assert computers == [f"laon-poste-{number}" for number in range(1, 5)]
    assert all(made.services_served_by(each)[0].id == "laon-numerique" for each in computers)


@pytest.mark.parametrize("slug", SITES)
def test_a_counter_serves_several_services_but_a_computer_place_may_serve_one(slug):
    for counter in configuration(slug).counters.values():
        assert len(counter.services) >= 2 or "poste" in counter.label


def test_laon_breaks_at_noon_but_on_wednesday():
    calendar = configuration("laon").calendar
    assert len(half_days(calendar, date(2026, 11, 23))) == 2
    assert len(half_days(calendar, date(2026, 11, 25))) == 1
    assert half_days(calendar, date(2026, 12, 25)) == ()
    assert half_days(calendar, date(2026, 12, 24))[-1].closes_at == datetime(2026, 12, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize("slug", SITES)
def test_french_sentences_have_real_apostrophes_and_spaces_that_do_not_break(slug):
    text = demonstration(slug)
    assert "'" not in text
    for line in text.splitlines():
        if '"fr":' in line:
            assert not any(f" {sign}" in line.partition('"fr":')[2] for sign in ":;?!»")
