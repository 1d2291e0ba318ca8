"""A kiosk's menu is the hall's menu without what it does not offer, in the same order."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.menu import MenuService, offered_only
from tests.kiosk.test_menu import menu, service


@st.composite
def halls(draw: st.DrawFn) -> tuple[list[MenuService], frozenset[str]]:
    """A menu of services and folders, and which of its services a kiosk offers."""
    sizes = draw(st.lists(st.integers(0, 3), max_size=6))
    modes = st.sampled_from(["walk_in", "appointment_only", "both"])
    entries = []
    for at, size in enumerate(sizes):
        children = [service(service=f"s{at}-{child}", mode=draw(modes)) for child in range(size)]
        entries.append(service(service=f"s{at}", mode=draw(modes), children=children))
    ids = [each.service for each in leaves(entries)]
    return entries, frozenset(draw(st.sets(st.sampled_from(ids))) if ids else ())


def leaves(entries: Iterable[MenuService]) -> list[MenuService]:
    return [leaf for entry in entries for leaf in (entry.children or (entry,))]


@given(halls())
def test_a_kiosk_shows_its_services_in_the_order_of_the_hall(hall):
    entries, offered = hall
    whole, own = menu(*entries)["services"], menu(*offered_only(entries, offered.__contains__))["services"]
    known = {each["id"]: each for entry in whole for each in (entry["children"] or [entry])}
    shown = [each for entry in own for each in (entry["children"] or [entry])]
    assert shown == [message for name, message in known.items() if name in offered]
    tops = [entry["id"] for entry in own]
    assert tops == [entry["id"] for entry in whole if entry["id"] in tops]
    assert all(entry["children"] or entry["id"] in offered for entry in own)


@given(halls())
def test_a_folder_keeps_its_fields_and_only_the_offered_services(hall):
    entries, offered = hall
    before = {entry.service: entry for entry in entries}
    for entry in offered_only(entries, offered.__contains__):
        kept = [child for child in before[entry.service].children if child.service in offered]
        assert entry == replace(before[entry.service], children=kept)


@given(halls())
def test_a_kiosk_that_offers_everything_shows_the_whole_menu(hall):
    entries, _ = hall
    assert offered_only(entries, lambda _: True) == entries
