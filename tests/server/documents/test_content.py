"""Two people's changes of one document are merged, and conflicts are found."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.documents.content import Side, changes_between, three_way
from server.documents.reading import parse_hall
from tests.server.documents.contents import changed, hall_contents, small_hall

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
