"""Withdraw a typed figure: it applies no more."""

from typing import TypedDict

from server.domain.author import Author
from server.domain.quality.typed_figures import typed_figure_withdrawn
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.quality.typed_figures import typed_figures
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class WithdrawnFigure(TypedDict):
    """The id of a typed figure that was withdrawn."""

    figure: str


def withdraw_typed_figure(
    database: Database, hall: str, author: Author, figure: str, *, write_key: WriteKey | None = None
) -> WithdrawnFigure:
    """The typed figure (id) that was withdrawn; one that it had replaced applies again.

    Refusal: unknown_typed_figure, also when it was withdrawn.
    """

    def withdraw(transaction: HallTransaction) -> WithdrawnFigure:
        for each in typed_figures(transaction, transaction.hall):
            if each.id == figure:
                transaction.record(typed_figure_withdrawn(each))
                return {"figure": figure}
        raise Refusal("unknown_typed_figure", figure=figure)

    return database.write(hall, author, write_key, withdraw)
