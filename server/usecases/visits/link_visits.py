"""Link visits that are called one after the other to one counter, and unlink one again."""

from dataclasses import dataclass
from typing import TypedDict

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import MOST_LINKED, JoiningVisit, visit_unlinked, visits_linked
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import links
from server.store.visits.visits import VisitRow, visits_numbered
from server.usecases.counters.own_session import place_of_gesture
from server.usecases.visits.find_visits import hall_of_visit, read_number, visit_in_reach


@dataclass(frozen=True, slots=True)
class Linking:
    """A visit to link or unlink, its author, the counter session and its place (None: without a counter)."""

    visit: str
    author: Author
    session: str | None = None
    counter: str | None = None


@dataclass(frozen=True, slots=True)
class LinkedTo:
    """The other visit: its id, or its number as `find_visits` reads one, of the same day."""

    visit: str | None = None
    number: str | None = None


class LinkAnswer(TypedDict):
    """A visit and the numbers it is linked to."""

    visit: str
    number: str
    linked: list[str]


def link_visits(
    database: Database, linking: Linking, to: LinkedTo, *, write_key: WriteKey | None = None
) -> LinkAnswer:
    """Links two visits of one hall and day, each with those it is linked to only where that is clear.

    Answers the visit with the numbers it is linked to. Refusals: unknown_visit, service_not_allowed,
    unknown_number, several_visits when two open ones have the number, wrong_state when one has ended,
    linked_to_itself, linked_apart (another hall or day), already_linked (to each other), linked_to_others
    (each to visits that go on), linked_too_many.
    """

    def link_them(transaction: HallTransaction) -> LinkAnswer:
        one = visit_in_reach(transaction, linking.visit, transaction.author)
        other = _other(transaction, one, to)
        _check_pair(one, other)
        link, joining = _joined(transaction, one, other)
        sharing = links.sharing(transaction, transaction.hall, one.business_day, link)
        if sharing + len(joining) > MOST_LINKED:
            raise Refusal("linked_too_many", most=MOST_LINKED)
        counter = place_of_gesture(transaction, linking.session, linking.counter)
        transaction.record(visits_linked(link, one.id, joining, counter=counter))
        return _link_answer(transaction, one)

    return database.write(hall_of_visit(database, linking.visit), linking.author, write_key, link_them)


def unlink_visit(database: Database, linking: Linking, *, write_key: WriteKey | None = None) -> LinkAnswer:
    """The visit leaves those it is linked to, at any time; number, rank and wait stay.

    Refusals: unknown_visit, service_not_allowed, not_linked.
    """

    def unlink(transaction: HallTransaction) -> LinkAnswer:
        one = visit_in_reach(transaction, linking.visit, transaction.author)
        if one.link is None:
            raise Refusal("not_linked")
        counter = place_of_gesture(transaction, linking.session, linking.counter)
        transaction.record(visit_unlinked(one.link, one.id, counter=counter))
        return _link_answer(transaction, one)

    return database.write(hall_of_visit(database, linking.visit), linking.author, write_key, unlink)


def _other(transaction: HallTransaction, one: VisitRow, to: LinkedTo) -> VisitRow:
    if to.visit is not None:
        return visit_in_reach(transaction, to.visit, transaction.author)
    number = read_number(to.number or "")
    found = visits_numbered(transaction, one.hall, one.business_day, rank=number.rank, series=number.series)
    open_ones = [row for row in found if row.end_reason is None] or found[:1]
    if not open_ones:
        raise Refusal("unknown_visit", number=to.number)
    if len(open_ones) > 1:
        raise Refusal("several_visits", number=to.number)
    return visit_in_reach(transaction, open_ones[0].id, transaction.author)


def _check_pair(one: VisitRow, other: VisitRow) -> None:
    if one.id == other.id:
        raise Refusal("linked_to_itself", number=one.number)
    if (one.hall, one.business_day) != (other.hall, other.business_day):
        raise Refusal("linked_apart", number=other.number)
    if one.end_reason is not None or other.end_reason is not None:
        raise Refusal("wrong_state", state="ended", verb="link")


def _joined(transaction: HallTransaction, one: VisitRow, other: VisitRow) -> tuple[str, list[JoiningVisit]]:
    """The link that both share from now on, and the visits that join it.

    Refusals: already_linked, linked_to_others.
    """
    together = links.linked_numbers(transaction, transaction.hall)
    staying = [row for row in (one, other) if row.id in together]
    if len(staying) == 2:
        raise Refusal("already_linked" if one.link == other.link else "linked_to_others")
    link = (staying[0].link if staying else None) or new_id()
    joining = [row for row in (one, other) if row not in staying]
    return link, [JoiningVisit(row.id, row.link) for row in joining]


def _link_answer(transaction: HallTransaction, one: VisitRow) -> LinkAnswer:
    linked = links.linked_numbers(transaction, transaction.hall).get(one.id, [])
    return {"visit": one.id, "number": one.number, "linked": linked}
