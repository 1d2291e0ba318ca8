"""Linked visits: people who come together, or one person with several files (docs/rules/linked-visits.md).

Visits that share a link are called one after the other to one counter. The facts name no visit of their own:
a link holds apart from what happens at a counter, and neither stands in the way of the other's undoing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.facts import Fact, FactKind

MOST_LINKED = 10
"""Visits that may share one link, those that have ended included: it bounds the calls made in a row."""


@dataclass(frozen=True, slots=True)
class JoiningVisit:
    """A visit that joins a link; `was`: the link it had before, which nobody shared any more."""

    visit: str
    was: str | None = None


def visits_linked(link: str, to: str, joining: Sequence[JoiningVisit], *, counter: str | None) -> Fact:
    """Visits share a link from now on; `to` is the visit they were linked to."""
    visits = [{"visit": each.visit, "was": each.was} for each in joining]
    body = {"link": link, "visit": to, "visits": visits, "counter": counter}
    return Fact(FactKind.VISITS_LINKED, body, counter=counter)


def visit_unlinked(link: str, visit: str, *, counter: str | None) -> Fact:
    """A visit goes its own way again; the others of the link stay together."""
    return Fact(FactKind.VISIT_UNLINKED, {"link": link, "visit": visit, "counter": counter}, counter=counter)


def links_before(kind: str, body: Mapping[str, object]) -> dict[str, tuple[str | None, str | None]]:
    """Per visit that a link's fact changed: its link before, and the one the fact gave it."""
    if kind == FactKind.VISIT_UNLINKED:
        return {str(body["visit"]): (str(body["link"]), None)}
    visits = body["visits"]
    assert isinstance(visits, list)
    return {each["visit"]: (each["was"], str(body["link"])) for each in visits}
