"""Photographs of checks, actions and entries: prepared in another process, kept, read, removed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from server.apart import ApartEnded, CallApart
from server.domain.photographs import PhotographLimits, SentPhotograph
from server.domain.refusals import existing
from server.store import photographs
from server.store.engine.statements import Rows, WrittenRows
from server.store.photographs import PROOFS, Photographs
from server.store.transactions.database import Database
from signage.media import MediumRefused
from signage.media.images import prepare_photograph as encode

type FindOwner = Callable[[Rows, str], object]
"""Finds a check, an action or an entry (id). Its refusal: it is not there for this person."""


def prepare_photographs(
    call_apart: CallApart, limits: PhotographLimits, sent: Sequence[SentPhotograph]
) -> list[bytes]:
    """The photographs of a form as WebP. Refusals: all of the limits; nothing is kept then."""
    limits.check_count(len(sent))
    for each in sent:
        limits.check_size(each)
    return [prepare_photograph(call_apart, limits, each) for each in sent]


def prepare_photograph(call_apart: CallApart, limits: PhotographLimits, sent: SentPhotograph) -> bytes:
    """The photograph as WebP without metadata. Refusals: …_photograph_too_large, …_photograph_unreadable."""
    limits.check_size(sent)
    try:
        return call_apart(encode, sent.content)
    except (MediumRefused, ApartEnded) as error:
        raise limits.unreadable(sent) from error


def keep_proofs(
    rows: WrittenRows,
    limits: PhotographLimits,
    subject: str,
    contents: Iterable[bytes],
    *,
    erase_after: datetime,
) -> None:
    """Adds photographs to a check or an action (id), each under a number that is free; none is kept twice.

    Refusal: …_photographs_too_many, also if others came first.
    """
    kept = photographs.proofs_of(rows, subject)
    free = sorted({*range(1, limits.most + 1)} - {each.number for each in kept})
    known = {each.digest for each in kept}
    for digest, content in {photographs.digest_of(content): content for content in contents}.items():
        if digest in known:
            continue
        if not free:
            raise limits.too_many()
        photographs.insert_photograph(rows, PROOFS, (subject, free.pop(0)), content, erase_after)


def read_photograph(database: Database, kept: Photographs, find: FindOwner, of: str, number: int) -> bytes:
    """The WebP of a photograph of what has this id. Refusals: those of `find`; no_picture."""
    with database.read() as rows:
        find(rows, of)
        return existing(photographs.photograph_content(rows, kept, of, number), "no_picture")


def remove_photograph(database: Database, kept: Photographs, find: FindOwner, of: str, number: int) -> None:
    """Deletes a photograph of what has this id, if it is there. Refusals: those of `find`."""
    with database.store.write() as rows:
        find(rows, of)
        photographs.delete_photograph(rows, kept, of, number)
