"""Merge the presses that a kiosk answered while its server was away.

A merge is never refused: the person holds the paper. In prose: docs/rules/off-line.md.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Literal, TypedDict

from server.domain.author import Author
from server.domain.calling.waiting_legs import arrival_class
from server.domain.facts import Json, print_ended
from server.domain.hall.configuration import Service
from server.domain.hours.calendars import business_day, day_closes_at
from server.domain.tickets import PaperNumber
from server.domain.visits import off_line
from server.domain.visits.facts import NewVisit, OffLineIssue, leg_ended, ticket_issued
from server.domain.visits.transitions import EndReason
from server.ids import new_id
from server.store.devices.print_jobs import end_job, open_jobs_of_visit, queue_job
from server.store.devices.printers import count_papers
from server.store.engine.writes import WriteKey
from server.store.hours import is_closed
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.off_line import (
    PressedVisit,
    first_fact_at,
    give_up_press,
    legs_of_visit,
    visit_of_paper,
    visit_of_press,
)
from server.store.visits.visits import visits_numbered
from server.usecases.appointments.arrivals import Arriving
from server.usecases.legs import record_needs
from server.usecases.printing.print_jobs import TOOK_PAPER
from server.usecases.tickets import new_visits

SUPERSEDED = "superseded"
type PaperVerdict = Literal["printed", "held", "unknown", "refused"]


@dataclass(frozen=True, slots=True)
class OffLinePress:
    """A press that a kiosk answered with a number of its own. `verdict` None: nothing was printed."""

    press_id: str
    service: str
    pressed: off_line.Pressed
    series: str
    rank: int
    language: str = "fr"
    is_priority: bool = False
    needs: tuple[str, ...] = ()
    verdict: PaperVerdict | None = None


@dataclass(frozen=True, slots=True)
class OffLineBatch:
    """Presses of one incarnation of a kiosk's agent, in the order of their ranks; `now` by its clock."""

    kiosk: str
    incarnation: str
    now: datetime
    presses: Sequence[OffLinePress]


class MergedPress(TypedDict):
    """The visit of a press that was answered off line, under the number on paper."""

    press_id: str
    visit: str
    number: str
    superseded: str | None
    """The visit that the server had of this press; it is void."""
    collides_with: list[str]
    """The visits that went on with the same number when this one was merged."""
    clock_suspect: bool
    """The kiosk said an impossible instant, or the server's clock was set back; the wait is in no figure."""


class MergedAnswer(TypedDict):
    """The presses in the order in which they came."""

    presses: list[MergedPress]


def merge_presses(
    database: Database, hall: str, author: Author, batch: OffLineBatch, *, write_key: WriteKey | None = None
) -> MergedAnswer:
    """Merges presses into the hall's journal, each once, at their true instants. `author`: the kiosk."""

    def merge(transaction: HallTransaction) -> MergedAnswer:
        merging = _Merging(database, transaction, batch)
        merged = [merging.merge(press) for press in batch.presses]
        for day, visits in merging.corrected.items():
            transaction.record(off_line.figure_corrected(day.isoformat(), visits, kiosk=batch.kiosk))
        return {"presses": merged}

    presses = [press.press_id for press in batch.presses]
    return database.write(hall, author, write_key, merge, presses=presses)


class _Merging:
    """One batch, under the hall's lock. `corrected`: the visits that came into each closed business day."""

    def __init__(self, database: Database, transaction: HallTransaction, batch: OffLineBatch) -> None:
        self.tokens, self.transaction, self.batch = database.ticket_tokens, transaction, batch
        self.configuration = transaction.configuration
        earliest = first_fact_at(transaction, transaction.hall) or transaction.now
        self.clocks = off_line.Clocks(transaction.now, batch.now, earliest)
        self.corrected: Counter[date] = Counter()

    def merge(self, press: OffLinePress) -> MergedPress:
        """The visit of a press: the one that it has already, or a new one under the number on paper."""
        true = off_line.true_instant(press.pressed, self.clocks)
        on = business_day(self.configuration.calendar, true.at)
        paper = PaperNumber(press.series, press.rank, self.batch.incarnation)
        before = self._visit_before(press, on, paper)
        standing = off_line.standing_of(paper, None if before is None else before.paper)
        if before is not None and standing is off_line.Standing.MERGED:
            issued = (before.body or {}).get("off_line", {})
            return _answer(press, before, issued, is_suspect=bool(before.is_clock_suspect))
        if before is not None:
            self._supersede(before)
        if visit_of_paper(self.transaction, self.transaction.hall, on, paper) is not None:
            paper = replace(paper, incarnation=new_id())  # of another press: both people hold a paper
        collides_with = () if self._is_over(on) else self._with_same_number(on, paper)
        issue = OffLineIssue(self.batch.kiosk, None if before is None else before.id, collides_with)
        is_suspect = true.is_suspect or self.transaction.is_clock_suspect
        visit = self._issue(press, new_visits.GivenNumber(paper, on, true.at), issue, is_suspect=is_suspect)
        return _answer(press, visit, asdict(issue), is_suspect=is_suspect)

    def _visit_before(self, press: OffLinePress, on: date, paper: PaperNumber) -> PressedVisit | None:
        """The visit that this kiosk's press has, by its name or, once that is purged, by its paper."""
        named = self._named(press)
        if named is not None:
            return named
        found = visit_of_paper(self.transaction, self.transaction.hall, on, paper)
        return found if found is not None and found.press is None else None

    def _named(self, press: OffLinePress) -> PressedVisit | None:
        """The visit of a press of this kiosk; None for one of that name made elsewhere."""
        found = visit_of_press(self.transaction, press.press_id)
        is_own = found is not None and found.press_by == self.transaction.author.device
        return found if is_own and found is not None and found.hall == self.transaction.hall else None

    def _supersede(self, before: PressedVisit) -> None:
        """Voids what the server gave for a press: nobody holds it, so it is void from its issue on."""
        for leg in legs_of_visit(self.transaction, before.id):
            reason = EndReason.CANCELLED if leg.position == 1 else EndReason.UNDONE
            fact = leg_ended(leg.id, before.id, reason=reason, counter=None, note=SUPERSEDED)
            self.transaction.record(fact, happened_at=leg.issued_at)
        for job in open_jobs_of_visit(self.transaction, before.id):
            self._end_print(job.id, before.id, state="cancelled", verdict=None, why=SUPERSEDED)
        give_up_press(self.transaction, before.id)

    def _closes_at(self, on: date) -> datetime:
        return day_closes_at(self.configuration.calendar, on)

    def _is_over(self, on: date) -> bool:
        """Whether a business day has ended: nobody is called for it any more."""
        return self.transaction.now >= self._closes_at(on)

    def _with_same_number(self, on: date, paper: PaperNumber) -> tuple[str, ...]:
        """The visits of that business day that go on with the same number."""
        found = visits_numbered(
            self.transaction, self.transaction.hall, on, rank=paper.rank, series=paper.series
        )
        return tuple(visit.id for visit in found if visit.end_reason is None)

    def _issue(
        self, press: OffLinePress, given: new_visits.GivenNumber, issue: OffLineIssue, *, is_suspect: bool
    ) -> NewVisit:
        """Issues the visit as of its press; it has ended already where its business day is over."""
        transaction, at = self.transaction, given.at
        is_over = self._is_over(given.on)
        visit = new_visits.new_visit(transaction, given, press.language, channel="kiosk")
        leg = new_visits.first_leg(transaction, given, *self._waits_for(press, at))
        is_taken = visit_of_press(transaction, press.press_id) is not None
        new_visits.keep_access(
            transaction, visit, None if is_taken else press.press_id, token=self.tokens.of(visit.id)
        )
        ahead = 0 if is_over else transaction.open_legs.ahead(leg.queue, leg.sort_key)
        fact = ticket_issued(visit, leg, ahead=ahead, off_line=issue)
        transaction.record(fact, happened_at=at, is_clock_suspect=is_suspect)
        self._note_print(press, visit, ahead)
        if is_over:
            ended = leg_ended(leg.id, visit.id, reason=EndReason.CLOSED_AT_DAY_END, counter=None)
            transaction.record(ended, happened_at=max(self._closes_at(given.on), at))
            if is_closed(transaction, transaction.hall, given.on):
                self.corrected[given.on] += 1
        elif press.needs:
            record_needs(transaction, visit.id, press.needs, on=given.on)
        return visit

    def _waits_for(self, press: OffLinePress, at: datetime) -> tuple[Service, new_visits.LegTerms]:
        """The service of a press, the first that its kiosk offers where the hall has it no more."""
        services = self.configuration.services
        offered = [
            each
            for each in self.configuration.services_on_kiosk()
            if self.configuration.offers(self.batch.kiosk, each.id)
        ]
        service = services.get(press.service) or next(iter(offered or services.values()))
        priority = "declared" if press.is_priority else "none"
        return service, new_visits.LegTerms(
            arrival_class(priority, None, at, Arriving(service, service.series).terms), priority
        )

    def _note_print(self, press: OffLinePress, visit: NewVisit, ahead: int) -> None:
        """Notes the paper that the agent printed: another one of this ticket says that it is a duplicate."""
        kiosk = self.configuration.kiosks.get(self.batch.kiosk)
        if press.verdict is None or kiosk is None or kiosk.printer is None:
            return
        content = {"kind": "ticket", "language": press.language, "ahead": ahead}
        job = queue_job(self.transaction, kiosk.id, visit=visit.id, copy=1, content=content)
        self._end_print(job, visit.id, state="done", verdict=press.verdict, why=None)
        if press.verdict in TOOK_PAPER:
            count_papers(self.transaction, kiosk.id, 1)

    def _end_print(self, job: str, visit: str, *, state: str, verdict: str | None, why: str | None) -> None:
        end_job(self.transaction, job, state=state, verdict=verdict, why=why, at=self.transaction.now)
        self.transaction.record(print_ended(job, visit, verdict=verdict, why=why))


def _answer(
    press: OffLinePress, visit: NewVisit | PressedVisit, issue: Json, *, is_suspect: bool
) -> MergedPress:
    """The answer for a visit; `issue`: what the fact of its issue says of the kiosk. Always the same one."""
    return {
        "press_id": press.press_id,
        "visit": visit.id,
        "number": visit.number,
        "superseded": issue.get("supersedes"),
        "collides_with": list(issue.get("collides_with", ())),
        "clock_suspect": is_suspect,
    }
