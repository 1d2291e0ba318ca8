"""The changes from one document to the next."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.content import DocumentChange, Side, changes_between, difference, three_way
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


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
keys = st.sampled_from(["a", "b", "c"])
items = st.lists(
    st.fixed_dictionaries({"id": keys, "x": values}), max_size=3, unique_by=lambda each: str(each["id"])
)
contents = st.dictionaries(keys, values | items, max_size=3)


def edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    content = small_hall()
    for path, value in edits:
        content = changed(content, path, value)
    return content


def conflicts_of(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [conflict.path for conflict in three_way(small_hall(), mine, theirs).conflicts]


@given(contents, contents)
def test_a_change_without_conflict_is_saved_as_written(base, changed):
    for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
        merge = three_way(base, mine, theirs)
        assert (merge.content, merge.conflicts) == (changed, ())


@given(contents, contents, contents)
def test_a_conflict_is_a_place_that_both_changed_and_its_choice_decides_it(base, mine, theirs):
    conflicts = {conflict.path for conflict in three_way(base, mine, theirs).conflicts}
    sides: list[tuple[Side, Any]] = [("mine", mine), ("theirs", theirs)]
    for side, whole in sides:
        merge = three_way(base, mine, theirs, dict.fromkeys(conflicts, side))
        assert merge.conflicts == ()
        reached = {change.path for change in changes_between(merge.content, whole)}
        assert conflicts.isdisjoint(reached)


@given(hall_contents(), st.text(min_size=1, max_size=9).filter(str.strip))
def test_two_different_fields_are_joined_into_a_document(content, name):
    base = parse_hall(content).model_dump(mode="json")
    mine, theirs = copy.deepcopy(base), copy.deepcopy(base)
    mine["name"] = name
    theirs["services"][0]["target_s"] = 1234
    merge = three_way(base, mine, theirs)
    assert merge.conflicts == ()
    assert (merge.content["name"], merge.content["services"][0]["target_s"]) == (name, 1234)


def test_two_fields_of_one_service_are_no_conflict_and_one_field_is():
    mine = edited(("services.1.names.fr", "Titres de séjour"))
    assert conflicts_of(mine, edited(("services.1.names.en", "Permits"))) == []
    theirs = edited(("services.1.names.fr", "Cartes"))
    merge = three_way(small_hall(), mine, theirs)
    (conflict,) = merge.conflicts
    assert conflict.path == "services[guise-titres].names.fr"
    assert (conflict.base, conflict.mine, conflict.theirs) == ("titres", "Titres de séjour", "Cartes")
    assert merge.content["services"][1]["names"]["fr"] == "Cartes"
    decided = three_way(small_hall(), mine, theirs, {conflict.path: "mine"})
    assert decided.content["services"][1]["names"]["fr"] == "Titres de séjour"


def test_an_item_removed_by_one_and_changed_by_the_other_is_a_conflict():
    theirs = small_hall()
    del theirs["services"][1]
    assert conflicts_of(edited(("services.1.mode", "both")), theirs) == ["services[guise-titres]"]
    assert three_way(small_hall(), small_hall(), theirs).content == theirs


def test_both_add_an_item_and_each_keeps_its_place():
    mine, theirs = small_hall(), small_hall()
    mine["counters"].insert(0, {"id": "guise-g0"})
    theirs["counters"].append({"id": "guise-g2"})
    merge = three_way(small_hall(), mine, theirs)
    assert [each["id"] for each in merge.content["counters"]] == ["guise-g0", "guise-g1", "guise-g2"]


def test_one_new_order_is_taken_and_two_are_a_conflict():
    base = {"services": [{"id": each} for each in "abc"]}
    mine, theirs = (
        {"services": [{"id": each} for each in "cab"]},
        {"services": [{"id": each} for each in "bac"]},
    )
    assert three_way(base, mine, base | {"name": "x"}).content == mine | {"name": "x"}
    (conflict,) = three_way(base, mine, theirs).conflicts
    assert (conflict.path, conflict.mine) == ("services", ["c", "a", "b"])
    assert three_way(base, mine, theirs, {"services": "mine"}).content == mine


def test_items_without_an_id_are_compared_as_a_whole():
    twice = {"services": [{"id": "a"}, {"id": "a"}]}
    assert [
        each.path for each in three_way({"services": []}, twice, {"services": [{"id": "b"}]}).conflicts
    ] == ["services"]
