"""Add photographs to a check of the hall, give one back, remove one."""

import hashlib
from collections.abc import Iterable, Sequence

from server.apart import ApartEnded, CallApart
from server.domain.hall_checks.checks import CHECKS_KEPT, CheckKind
from server.domain.hall_checks.photographs import (
    MOST_PHOTOGRAPHS,
    SentPhotograph,
    check_sent,
    check_size,
    photographs_too_many,
    unreadable_photograph,
)
from server.domain.refusals import Refusal
from server.store.engine.rows import WrittenRows
from server.store.hall_checks import (
    CheckRow,
    PhotographRow,
    delete_photograph,
    insert_photograph,
    photograph_content,
    photographs_of,
)
from server.store.transactions.database import Database
from server.usecases.hall_checks.find_check import find_check, find_check_to_change
from signage.media.photographs import prepare_photograph
from signage.media.prepared import MediumRefused

WITH_PHOTOGRAPHS = CheckKind.HALL_CHECK
"""The kind of checks that have photographs: a visitor of a day takes none."""


def add_photographs(
    database: Database,
    call_apart: CallApart,
    hall: str,
    check: str,
    sent: Sequence[SentPhotograph],
    *,
    nobody_is_recognisable: bool,
) -> None:
    """Adds photographs to a check (id) of a hall (id or slug), decoded and encoded anew in another process.

    A photograph that the check has already is not added again. Where one file is refused, the others are
    added. Refusals: unknown_hall, unknown_check; those of `check_sent`, which add nothing;
    check_photograph_too_large, check_photograph_unreadable, check_photograph_heic: of the first such file.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        find_check(rows, hall_id, WITH_PHOTOGRAPHS, check)
        kept = photographs_of(rows, check)
    check_sent(sent, len(kept), nobody_is_recognisable=nobody_is_recognisable)
    prepared: list[bytes] = []
    refusals: list[Refusal] = []
    for each in sent:
        try:
            prepared.append(_prepared(call_apart, each))
        except Refusal as refusal:
            refusals.append(refusal)
    with database.store.write() as rows:
        _keep(rows, find_check_to_change(rows, hall_id, WITH_PHOTOGRAPHS, check), prepared)
    if refusals:
        raise refusals[0]


def read_photograph(database: Database, hall: str, check: str, number: int) -> bytes:
    """The WebP of a photograph of a check (id) of a hall.

    Refusals: unknown_hall, unknown_check, no_picture.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        find_check(rows, hall_id, WITH_PHOTOGRAPHS, check)
        content = photograph_content(rows, check, number)
    if content is None:
        raise Refusal("no_picture")
    return content


def remove_photograph(database: Database, hall: str, check: str, number: int) -> None:
    """Deletes a photograph of a check (id) of a hall, if it is there.

    Refusals: unknown_hall, unknown_check.
    """
    hall_id = database.hall_id(hall)
    with database.store.write() as rows:
        find_check(rows, hall_id, WITH_PHOTOGRAPHS, check)
        delete_photograph(rows, check, number)


def _prepared(call_apart: CallApart, sent: SentPhotograph) -> bytes:
    check_size(sent)
    try:
        return call_apart(prepare_photograph, sent.content)
    except (MediumRefused, ApartEnded) as error:
        is_heic = isinstance(error, MediumRefused) and error.code == "medium_heic"
        raise unreadable_photograph(sent, is_heic=is_heic) from error


def _keep(rows: WrittenRows, check: CheckRow, contents: Iterable[bytes]) -> None:
    """Each gets a number that is free. Refusal: check_photographs_too_many, if others came first."""
    kept = photographs_of(rows, check.id)
    free = sorted({*range(1, MOST_PHOTOGRAPHS + 1)} - {each.number for each in kept})
    known = {each.digest for each in kept}
    new = {hashlib.sha256(content).hexdigest(): content for content in contents}
    for digest, content in new.items():
        if digest in known:
            continue
        if not free:
            raise photographs_too_many()
        ends = check.added_at + CHECKS_KEPT
        insert_photograph(rows, PhotographRow(check.id, free.pop(0), digest, content, ends))
