"""Who would receive an incident of a hall now, by function and place, without names."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from hardware.json_types import Count
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH, Texts
from server.store.counters import SessionPlace, open_places
from server.store.incidents import Receiver, Receivers, ReceivingPage
from server.store.transactions.database import Database
from server.usecases.incidents.raise_incident import Reach


class ReceiverAnswer(TypedDict):
    """A person who would receive an incident now, by the page they have open."""

    page: ReceivingPage
    counter: str | None
    """The counter they hold, with its labels by language; null: none."""
    labels: Texts | None


class ReceiversAnswer(TypedDict):
    """Who would receive an incident now, without the person who asks."""

    here: list[ReceiverAnswer]
    """People connected in the hall."""
    beyond: Count
    """How many more people would receive it after 30 s."""
    is_known: bool
    """False: who is connected cannot be read now."""
    phone: str
    """The number that the site says to telephone."""


def read_receivers(database: Database, receivers: Receivers, hall: str, author: Author) -> ReceiversAnswer:
    """Who would receive an incident that an author raises in a hall (id). The author is left out."""
    configuration = database.configuration(hall)
    here, beyond = _connected(database, receivers, configuration, hall, author)
    with database.read() as rows:
        places = open_places(rows, hall)
    return {
        "here": _by_place(places, configuration, here),
        "beyond": len(beyond),
        "is_known": not receivers.is_away,
        "phone": configuration.site.incidents.phone,
    }


def read_reach(database: Database, receivers: Receivers, hall: str, author: Author) -> Reach:
    """Whether anybody would receive an incident that an author raises in a hall (id).

    Where that is not known, as if somebody of the hall did.
    """
    here, beyond = _connected(database, receivers, database.configuration(hall), hall, author)
    is_here = bool(here) or receivers.is_away
    return Reach(is_here, is_anywhere=is_here or bool(beyond))


def _connected(
    database: Database, receivers: Receivers, configuration: HallConfiguration, hall: str, author: Author
) -> tuple[list[Receiver], set[str]]:
    """The receivers of a hall (id) without an author, and the further people (ids) who hear after 30 s."""
    others = [
        each
        for each in receivers.connected(database.clock.now().timestamp())
        if not author.is_same(each.author)
    ]
    here = [each for each in others if each.hall == hall]
    beyond = {
        each.author
        for each in others
        if each.hall != hall and (each.site == configuration.site.slug or each.hears_beyond)
    }
    return here, beyond - {each.author for each in here}


def _by_place(
    places: Sequence[SessionPlace], configuration: HallConfiguration, receivers: list[Receiver]
) -> list[ReceiverAnswer]:
    found: dict[tuple[str, str | None], ReceiverAnswer] = {}
    for person in dict.fromkeys(each.author for each in receivers):
        pages = [each.page for each in receivers if each.author == person]
        counter = counter_held(places, Author(person))
        page: ReceivingPage = "console" if counter is not None and "console" in pages else pages[0]
        held = counter if page == "console" else None
        place = None if held is None else configuration.counters.get(held)
        labels = None if place is None else place.every_label()
        found[person, held] = {"page": page, "counter": held, "labels": labels}
    return sorted(found.values(), key=_place_first)


def _place_first(receiver: ReceiverAnswer) -> tuple[bool, str]:
    labels = receiver["labels"]
    return labels is None, receiver["page"] if labels is None else labels[FRENCH]


def counter_held(places: Iterable[SessionPlace], author: Author) -> str | None:
    """The counter (id) that an author holds, by the open places of the hall; None: none."""
    own = sorted((place.opened_at, place.counter) for place in places if author.is_same(place.author))
    return own[0][1] if own else None
