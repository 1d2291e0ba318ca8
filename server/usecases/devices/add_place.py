"""Add a kiosk or screen to a hall's document, for a device that is being paired."""

from collections.abc import Collection

from server.documents.content import Content, NewContent, parts_of
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.configuration.documents import taken_ids
from server.store.transactions.database import Database
from server.usecases.configuration.edit_hall_document import edit_hall_document
from server.usecases.devices.devices import UNKNOWN_PLACES, DevicePlace, places_of

_IDS = {"kiosk": "borne", "screen": "ecran"}
"""The word in the ids of each kind of device."""


def add_place(database: Database, hall: str, author: Author, *, kind: str, label: str) -> DevicePlace:
    """Adds a place with a label that no other of its kind has in the hall; its id was never used before.

    A screen says calls aloud only where no other one does.
    Refusals: unknown_device_kind, name_taken, stale_revision, and those of a document.
    """
    if kind not in UNKNOWN_PLACES:
        raise Refusal("unknown_device_kind", kind=kind)
    configuration = database.configuration(hall)
    if label.casefold() in {each.casefold() for each in places_of(configuration, kind).values()}:
        raise Refusal("name_taken", name=label)
    with database.read() as rows:
        place = _unused_id(f"{configuration.hall}-{_IDS[kind]}", taken_ids(rows))

    def add(content: NewContent) -> None:
        content[f"{kind}s"] = [*parts_of(content, f"{kind}s"), _described(content, kind, place, label)]

    edit_hall_document(database, hall, author, add)
    return DevicePlace(database.hall_id(hall), kind, place)


def _unused_id(stem: str, taken: Collection[str]) -> str:
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _described(content: Content, kind: str, place: str, label: str) -> Content:
    described: NewContent = {"id": place, "label": label}
    if kind == "screen":
        described["has_sound"] = not any(
            screen.get("has_sound", True) and not screen.get("is_retired")
            for screen in parts_of(content, "screens")
        )
    return described
