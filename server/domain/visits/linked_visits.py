"""Linked visits: people who come together, or one person with several files (docs/rules/linked-visits.md).

Visits that share a link are called one after the other to one counter. The facts belong to no single visit: a
link is independent of what happens at a counter, so that undoing one never blocks undoing the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.facts import Fact, FactKind

MOST_LINKED = 10
"""Visits that may share one link, those that have ended included: it bounds the calls made in a row."""


@dataclass(frozen=True, slots=True)
class JoiningVisit:
    """A visit that joins a link; `was`: its former link, which no other visit shared any more."""

    visit: str
    was: str | None = None


def visits_linked(link: str, to: str, joining: Sequence[JoiningVisit], *, counter: str | None) -> Fact:
    """Visits share a link from now on; `to` is the visit they were linked to."""
    visits = [{"visit": each.visit, "was": each.was} for each in joining]
    body = {"link": link, "visit": to, "visits": visits, "counter": counter}
    return Fact(FactKind.VISITS_LINKED, body, counter=counter)


def visit_unlinked(link: str, visit: str, *, counter: str | None) -> Fact:
    """A visit leaves its link; the others stay linked."""
    return Fact(FactKind.VISIT_UNLINKED, {"link": link, "visit": visit, "counter": counter}, counter=counter)


def links_before(kind: str, body: Mapping[str, object]) -> dict[str, tuple[str | None, str | None]]:
    """Per visit that a link's fact changed: its link before, and the one the fact gave it."""
    if kind == FactKind.VISIT_UNLINKED:
        return {str(body["visit"]): (str(body["link"]), None)}
    visits = body["visits"]
    assert isinstance(visits, list)
    return {each["visit"]: (each["was"], str(body["link"])) for each in visits}
