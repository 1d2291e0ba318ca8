"""Photographs of an entry: decoded and encoded anew, kept, shown to readers of the entry, and removed."""

from collections.abc import Sequence

from server.apart import ApartEnded, CallApart
from server.domain.complaints.photographs import check_photographs, unreadable_photograph
from server.domain.hall_checks.photographs import SentPhotograph
from server.domain.refusals import Refusal
from server.store.complaints import delete_photograph, photograph_content
from server.store.transactions.database import Database
from server.usecases.complaints.read_entries import RegisterReach, find_entry
from signage.media.photographs import prepare_photograph
from signage.media.prepared import MediumRefused


def prepare_photographs(call_apart: CallApart, sent: Sequence[SentPhotograph]) -> list[bytes]:
    """The photographs as WebP without metadata, decoded and encoded in another process.

    Refusals, with which nothing is kept: those of `check_photographs`; entry_photograph_unreadable,
    entry_photograph_heic.
    """
    check_photographs(sent)
    try:
        return [call_apart(prepare_photograph, each.content) for each in sent]
    except (MediumRefused, ApartEnded) as error:
        is_heic = isinstance(error, MediumRefused) and error.code == "medium_heic"
        raise unreadable_photograph(is_heic=is_heic) from error


def read_photograph(database: Database, reach: RegisterReach, entry: str, number: int) -> bytes:
    """The WebP of a photograph. Refusals: those of `find_entry`; no_picture."""
    with database.read() as rows:
        find_entry(rows, database, reach, entry)
        content = photograph_content(rows, entry, number)
    if content is None:
        raise Refusal("no_picture")
    return content


def remove_photograph(database: Database, reach: RegisterReach, entry: str, number: int) -> None:
    """Deletes a photograph, if it is there. Refusals: those of `find_entry`."""
    with database.store.write() as rows:
        find_entry(rows, database, reach, entry)
        delete_photograph(rows, entry, number)
