"""Photographs of a check of the hall or an entry of the register: taken, given back, removed."""

from collections.abc import Callable, Iterable, Sequence

from server.apart import ApartEnded, CallApart
from server.domain.hall_checks import (
    CHECKS_KEPT,
    OF_CHECK,
    OF_ENTRY,
    CheckKind,
    PhotographLimits,
    SentPhotograph,
    check_sent,
)
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows, WrittenRows
from server.store.hall_checks import CheckRow
from server.store.media.photographs import (
    OF_CHECKS,
    Photographs,
    delete_photograph,
    digest_of,
    insert_photograph,
    photograph_content,
    photographs_of_check,
)
from server.store.transactions.database import Database
from server.usecases.hall_checks import find_check, find_check_to_change
from signage.media.photographs import prepare_photograph
from signage.media.prepared import MediumRefused

WITH_PHOTOGRAPHS = CheckKind.HALL_CHECK
"""The kind of checks that have photographs: a visitor of a day takes none."""

type FindOwner = Callable[[Rows, str], object]
"""Finds a check or an entry (id), or raises the refusal of one that is not there for this person."""


def add_photographs(
    database: Database,
    call_apart: CallApart,
    hall: str,
    check: str,
    sent: Sequence[SentPhotograph],
    *,
    nobody_is_recognisable: bool,
) -> None:
    """Adds photographs to a check (id) of a hall (id or slug).

    A photograph that the check has already is not added again. Where one file is refused, the others are
    added. Refusals: unknown_hall, unknown_check; those of `check_sent`, which add nothing;
    check_photograph_too_large, check_photograph_unreadable, check_photograph_heic: of the first such file.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        find_check(rows, hall_id, WITH_PHOTOGRAPHS, check)
        kept = photographs_of_check(rows, check)
    check_sent(sent, len(kept), nobody_is_recognisable=nobody_is_recognisable)
    prepared: list[bytes] = []
    refusals: list[Refusal] = []
    for each in sent:
        try:
            prepared.append(_prepared(call_apart, OF_CHECK, each))
        except Refusal as refusal:
            refusals.append(refusal)
    with database.store.write() as rows:
        _keep(rows, find_check_to_change(rows, hall_id, WITH_PHOTOGRAPHS, check), prepared)
    if refusals:
        raise refusals[0]


def prepare_entry_photographs(call_apart: CallApart, sent: Sequence[SentPhotograph]) -> list[bytes]:
    """The photographs of a new entry as WebP. Refusals: all of `OF_ENTRY`; nothing is kept then."""
    OF_ENTRY.check_count(len(sent))
    for each in sent:
        OF_ENTRY.check_size(each)
    return [_prepared(call_apart, OF_ENTRY, each) for each in sent]


def read_photograph(database: Database, kept: Photographs, find: FindOwner, of: str, number: int) -> bytes:
    """The WebP of a photograph of a check or an entry (id). Refusals: those of `find`; no_picture."""
    with database.read() as rows:
        find(rows, of)
        content = photograph_content(rows, kept, of, number)
    if content is None:
        raise Refusal("no_picture")
    return content


def remove_photograph(database: Database, kept: Photographs, find: FindOwner, of: str, number: int) -> None:
    """Deletes a photograph of a check or an entry (id), if it is there. Refusals: those of `find`."""
    with database.store.write() as rows:
        find(rows, of)
        delete_photograph(rows, kept, of, number)


def _prepared(call_apart: CallApart, limits: PhotographLimits, sent: SentPhotograph) -> bytes:
    """The photograph as WebP without metadata, decoded and encoded in another process."""
    limits.check_size(sent)
    try:
        return call_apart(prepare_photograph, sent.content)
    except (MediumRefused, ApartEnded) as error:
        is_heic = isinstance(error, MediumRefused) and error.code == "medium_heic"
        raise limits.unreadable(sent, is_heic=is_heic) from error


def _keep(rows: WrittenRows, check: CheckRow, contents: Iterable[bytes]) -> None:
    """Each gets a number that is free. Refusal: check_photographs_too_many, if others came first."""
    kept = photographs_of_check(rows, check.id)
    free = sorted({*range(1, OF_CHECK.most + 1)} - {each.number for each in kept})
    known = {each.digest for each in kept}
    for digest, content in {digest_of(content): content for content in contents}.items():
        if digest in known:
            continue
        if not free:
            raise OF_CHECK.too_many()
        place = check.id, free.pop(0)
        insert_photograph(rows, OF_CHECKS, place, content, check.added_at + CHECKS_KEPT)
