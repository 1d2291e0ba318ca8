"""The changes from one document to the next."""

import pytest
from hypothesis import given

from server.documents.content import DocumentChange, difference
from server.documents.reading import parse_hall
from tests.server.documents.contents import changed, hall_contents, service, small_hall, texts


def changes(*edits):
    content = small_hall()
    for path, value in edits:
        content = changed(content, path, value)
    return difference(parse_hall(small_hall()), parse_hall(content))


@given(hall_contents())
def test_a_document_does_not_differ_from_itself(content):
    assert difference(parse_hall(content), parse_hall(content)) == ()


def test_a_changed_text_names_the_thing_and_its_language():
    assert changes(("services.1.names.fr", "Titres de séjour")) == (
        DocumentChange("services[guise-titres].names.fr", "changed", "titres", "Titres de séjour"),
    )


def test_an_added_service_is_one_change_with_all_its_fields():
    (change,) = changes(("services.2", service("armes", "T")))
    assert (change.path, change.kind, change.before) == ("services[guise-armes]", "added", None)
    assert change.after["series"] == {"prefix": "T", "first": 1, "last": None}


def test_the_difference_keeps_a_removed_list_of_hours():
    content = changed(small_hall(), "calendar.week.monday", [])
    (change,) = difference(parse_hall(small_hall()), parse_hall(content))
    assert change == DocumentChange("calendar.week.monday", "removed", ["08:30-12:00", "13:30-16:00"], None)


def test_services_in_another_order_have_moved():
    content = small_hall()
    content["services"].reverse()
    assert difference(parse_hall(small_hall()), parse_hall(content)) == (
        DocumentChange(
            "services", "moved", ["guise-accueil", "guise-titres"], ["guise-titres", "guise-accueil"]
        ),
    )


def test_an_exception_is_identified_by_its_date():
    content = changed(small_hall(), "calendar.exceptions", [{"on": "2026-12-24", "why": texts("Noël")}])
    (change,) = difference(parse_hall(small_hall()), parse_hall(content))
    assert change.path == "calendar.exceptions[2026-12-24]"


@pytest.mark.parametrize(("path", "value"), [("services.0.target_s", 600), ("services.0.is_on_kiosk", False)])
def test_numbers_and_switches_keep_both_values(path, value):
    (change,) = changes((path, value))
    assert change.kind == "changed"
    assert change.after == value


def test_a_first_document_is_all_added():
    assert {change.kind for change in difference(None, parse_hall(small_hall()))} <= {"added", "changed"}
