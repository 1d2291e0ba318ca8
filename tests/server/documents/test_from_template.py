"""Templates: each is a valid hall, and makes a valid hall with any choice of its services."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.checks import warnings_of
from server.documents.from_template import (
    LONGEST_SLUG,
    MODEL,
    TEMPLATES,
    HallRequest,
    from_template,
    slug_of,
    template_of,
)
from server.documents.hall import ids_of
from server.documents.reading import parse_hall
from server.domain.refusals import Refusal

IDS = {name: [service["id"] for service in template_of(name)["services"]] for name in TEMPLATES}
LANGUAGES = st.sampled_from([("fr", "en", "es"), ("fr",), ("fr", "en", "ar"), ("fr", "es", "de", "en")])


@st.composite
def hall_requests(draw: st.DrawFn) -> tuple[str, HallRequest]:
    template = draw(st.sampled_from(TEMPLATES))
    kept = draw(st.sets(st.sampled_from(IDS[template]), min_size=1))
    slug = slug_of(draw(st.text(min_size=1, max_size=60)), ())
    counters = draw(st.integers(min_value=1, max_value=45))
    return template, HallRequest(slug, "Un hall", "un-site", draw(LANGUAGES), kept, counters)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_document_without_an_oversight(name):
    assert warnings_of(parse_hall(json.dumps(template_of(name)))) == ()


def test_a_reception_without_a_kiosk_has_no_device_and_one_place_to_be_received():
    document = parse_hall(json.dumps(template_of("without_kiosk")))
    assert (document.kiosks, document.screens) == ((), ())
    assert [set(counter.services) for counter in document.counters] == [{s.id for s in document.services}]


@given(hall_requests())
def test_any_choice_of_services_makes_a_valid_hall(template_and_hall):
    template, hall = template_and_hall
    document = parse_hall(json.dumps(from_template(template, hall)))
    assert warnings_of(document) == ()
    assert document.hall == hall.slug
    assert {service.id for service in document.services} == {
        hall.slug + kept.removeprefix(MODEL) for kept in hall.services
    }
    assert all(slug.startswith(f"{hall.slug}-") for slug in ids_of(document))
    assert set(document.languages) <= set(hall.languages)


@given(st.text(max_size=80), st.sets(st.text("abc-", max_size=6)))
def test_a_slug_is_short_and_not_taken(name, taken):
    slug = slug_of(name, taken)
    assert slug not in taken
    assert len(slug) <= LONGEST_SLUG + 3


def test_a_slug_reads_like_its_name():
    assert slug_of("Sous-préfecture de Vervins", ()) == "sous-prefecture-vervins"
    assert slug_of("Sous-préfecture de Château-Thierry", ()) == "sous-prefecture-chateau"
    assert slug_of("Maison de l’État", ()) == "maison-etat"
    assert slug_of("De la", ()) == "de-la"
    assert slug_of("Œuvres", ["oeuvres"]) == "oeuvres-2"


def test_the_requested_counters_are_numbered_on():
    hall = HallRequest("ici", "Ici", "ici", ("fr", "en", "es"), IDS["general"], 4)
    labels = [counter["labels"]["fr"] for counter in from_template("general", hall)["counters"]]
    assert labels == ["guichet 1", "guichet 2", "guichet 3", "guichet 4"]


@pytest.mark.parametrize(
    ("template", "services", "code"), [("none", ["x"], "unknown_template"), ("general", [], "no_service")]
)
def test_a_form_that_makes_no_valid_hall_is_refused(template, services, code):
    with pytest.raises(Refusal) as refused:
        from_template(template, HallRequest("ici", "Ici", "ici", ("fr",), services, 1))
    assert refused.value.code == code
