"""What « Écouter » says where a kiosk gives no ticket but tells how: referrals, films, what helps instead."""

from collections.abc import Iterator, Sequence

from kiosk.menu_messages import ElsewhereOfMenu, ServiceOfMenu, WaysOfMenu
from kiosk.reading import NotInTheMenu, ViewReader, sentences

INSTEAD_AT = ("closed", "full", "too_late", "stopped")
"""The notices that say what helps instead of a ticket; a service by appointment only says how to book."""


def read_referral(reader: ViewReader, referral_id: str) -> list[str]:
    """A referral: what to do, with which papers, on line, in another hall. Raises NotInTheMenu."""
    found = next((each for each in reader.menu["referrals"] if each["id"] == referral_id), None)
    if found is None:
        raise NotInTheMenu(referral_id)
    bring = [reader.say("kiosk.ways.bring"), *found["bring"]] if found["bring"] else []
    return sentences([found["name"], found["instructions"] or "", *bring, *_ways(reader, found)])


def read_film(reader: ViewReader, service_id: str) -> list[str]:
    """The film of a service in sign language: what starts and stops it. Raises NotInTheMenu."""
    labels = [reader.say(f"kiosk.film.{each}") for each in ("play", "pause", "again")]
    name = reader.service_of(service_id)["name"]
    return sentences([name, reader.say("kiosk.film.show"), *reader.numbered(labels)])


def read_instead(reader: ViewReader, service: ServiceOfMenu) -> list[str]:
    """What helps somebody who gets no ticket of a service, in the order of the kiosk's view."""
    instead = service["instead"]
    said = []
    if instead is not None and instead["service"] is not None:
        name = reader.service_of(instead["service"])["name"]
        said.append(reader.say("kiosk.spoken.instead", label=name))
    if service["booking"]:
        said += [reader.say("kiosk.ways.booking"), service["booking"]]
    if instead is not None:
        said += _ways(reader, instead)
    return sentences(said)


def read_people(reader: ViewReader, counts: Sequence[str]) -> list[str]:
    """How many people came together: the choices, by their counts; none: one paper for all, or one each."""
    if not counts:
        papers = [reader.say(f"kiosk.together.paper_{each}") for each in ("one", "each")]
        return sentences([reader.say("kiosk.together.paper"), *reader.numbered(papers)])
    people = [reader.say("kiosk.together.people", count=int(each)) for each in counts]
    asked = [reader.say("kiosk.together.title"), reader.say("kiosk.together.lede")]
    return sentences([*asked, *reader.numbered(people)])


def _ways(reader: ViewReader, ways: WaysOfMenu) -> Iterator[str]:
    if ways["web_address"] is not None:
        address = ways["web_address"].partition("://")[2].rstrip("/")
        yield reader.say("kiosk.spoken.address", address=address)
    if ways["elsewhere"] is not None:
        yield from _elsewhere(reader, ways["elsewhere"])


def _elsewhere(reader: ViewReader, place: ElsewhereOfMenu) -> Iterator[str]:
    yield reader.say("kiosk.ways.elsewhere")
    yield f"{place['hall']}, {place['address']}"
    if place["today"]:
        yield place["today"]
    yield reader.opening_said(place["next_opening"])
    wait = place["wait"]
    if place["state"] not in ("open", "closed"):
        yield reader.say(f"kiosk.service.{place['state']}")
    elif place["state"] == "open" and place["why_no_wait"] is not None:
        yield reader.say("kiosk.wait.after_closing")
    elif wait is not None and "none" in wait:
        yield reader.say("kiosk.wait.none")
    elif wait is not None:
        yield reader.wait_said(wait)
    elif place["state"] == "open":
        yield reader.say("kiosk.ways.unknown_wait")
