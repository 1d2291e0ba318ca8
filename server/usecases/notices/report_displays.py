"""Count what a screen reports to have shown: one fact for each report, with sums by notice and day."""

from collections.abc import Sequence
from typing import TypedDict

from hardware.json_types import Count
from server.domain.author import Author
from server.domain.notices.displays import Display, check_displays, displays_reported
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.notices.displays import last_number
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction


class DisplaysCountedAnswer(TypedDict):
    """How many displays of a report were new, and the last number that is counted."""

    counted: Count
    last: Count


def report_displays(
    database: Database,
    hall: str,
    author: Author,
    displays: Sequence[Display],
    *,
    screen: str,
    record: str,
    write_key: WriteKey | None = None,
) -> DisplaysCountedAnswer:
    """How many displays of a screen were counted, and up to which number of the record.

    `hall`: an id; `screen`: its id in the hall's document; `record`: the player's record that the numbers
    belong to. A number is counted once, however often it is reported. The hall's version does not change.
    Refusals: unknown_screen, displays_unordered, display_too_old, display_reversed, display_in_future,
    idempotency_mismatch.
    """
    configuration = database.configuration(hall)
    if screen not in configuration.screens:
        raise Refusal("unknown_screen", name=screen, known=", ".join(configuration.screens))

    def report(transaction: InstallationTransaction) -> DisplaysCountedAnswer:
        check_displays(displays, transaction.now)
        before = last_number(transaction, screen, record)
        fresh = [display for display in displays if display.number > before]
        if fresh:
            fact = displays_reported(
                fresh,
                hall=hall,
                screen=screen,
                record=record,
                time_zone=configuration.site.time_zone,
            )
            transaction.record(fact)
        last = max([before, *(display.number for display in fresh)])
        return {"counted": len(fresh), "last": last}

    return database.write_installation(author, write_key, report)
