"""What a transaction reads after it recorded facts is what they changed, whatever is in memory."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import JoiningVisit, visits_linked
from server.ids import new_id
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import SeriesOfDay, read_given
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from tests.server.store.journals import AGENT, COUNTER, HALL, SERVICE, call, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands


class OneTransaction:
    """Use cases whose writes are all made in the same transaction."""

    def __init__(self, database: Database, transaction: HallTransaction) -> None:
        self.database, self.transaction = database, transaction
        self.steps: dict[str, Callable[[], Any]] = {
            "issue": lambda: issue(database),
            "call": self._call,
            "link": self._link,
            "stop": lambda: stop_tickets(database, HALL, AGENT, service=SERVICE),
            "reopen": lambda: reopen_tickets(database, HALL, AGENT, service=SERVICE),
        }

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Meanwhile the writes of use cases are made in the transaction."""

        def write(_hall: str, _author: object, _key: object, work: Any) -> Any:
            return work(self.transaction)

        def write_or_repeat(_hall: str, _author: object, _key: object, work: Any, **_: object) -> Any:
            return work(self.transaction).answer

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.database, "write", write)
            patched.setattr(self.database, "write_or_repeat", write_or_repeat)
            yield

    def _call(self) -> None:
        current = self.transaction.open_legs.at_counter(COUNTER)
        call(self.database, None if current is None else current.id, "served")

    def _link(self) -> None:
        visits = sorted(leg.visit for leg in self.transaction.open_legs)
        if len(visits) > 1:
            joining = [JoiningVisit(visits[-1])]
            self.transaction.record(visits_linked(new_id(), visits[0], joining, counter=None))

    def check(self) -> None:
        """What was followed in memory is what the rows say."""
        transaction = self.transaction
        now, read = transaction.open_legs, OpenLegs.read(transaction, transaction.row_left)
        assert {leg.id: leg for leg in now} == {leg.id: leg for leg in read}
        links = [{leg.id: legs.link(leg.visit) for leg in legs} for legs in (now, read)]
        assert (now.queues(), links[0]) == (read.queues(), links[1])
        series = series_of_day(transaction)
        assert transaction.given(series) == read_given(transaction, series)


def series_of_day(transaction: HallTransaction) -> SeriesOfDay:
    """The numbers that the service gives today."""
    series = transaction.configuration.services[SERVICE].series
    numbers = (series.prefix, transaction.epoch, series.first, series.highest)
    return SeriesOfDay(transaction.hall, transaction.now.date(), SERVICE, *numbers)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["issue", "call", "link", "stop", "reopen"]), st.booleans()), max_size=10
    ),
    is_remembered=st.booleans(),
    is_refused=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def run_in_one_transaction(
    database: Database, steps: list[tuple[str, bool]], *, is_remembered: bool, is_refused: bool
) -> None:
    with suppress(Refusal):
        reopen_tickets(database, HALL, AGENT, service=SERVICE)
    if not is_remembered:
        database._memory(database.hall_id(HALL)).forget()
    with suppress(Refusal), database.transaction(HALL, AGENT) as transaction:
        one = OneTransaction(database, transaction)
        with one.replacing():
            for step, is_checked in steps:
                with suppress(Refusal):
                    one.steps[step]()
                if is_checked:
                    one.check()
            one.check()
            if is_refused:
                raise Refusal("wrong_state")
    with database.transaction(HALL, AGENT) as transaction:
        OneTransaction(database, transaction).check()


def test_a_transaction_reads_its_own_facts_and_the_next_one_the_committed_ones(database_url: str):
    with closing(opened_hall(database_url, Hands())) as database:
        run_in_one_transaction(database)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_ticket_after_another_in_one_transaction_has_the_next_number(
    database_url: str, is_remembered: bool
):
    with closing(opened_hall(database_url, Hands())) as database:
        if is_remembered:
            issue(database)
        with (
            database.transaction(HALL, AGENT) as transaction,
            OneTransaction(database, transaction).replacing(),
        ):
            tickets = [issue(database) for _ in range(3)]
        first = 2 if is_remembered else 1
        assert [ticket["number"] for ticket in tickets] == [f"A{first + n:03}" for n in range(3)]
        assert [ticket["ahead"] for ticket in tickets] == [first - 1 + n for n in range(3)]
