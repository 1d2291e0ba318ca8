"""Photographs of an entry: how many, how large, and the refusals of what is none. Pure."""

from collections.abc import Sequence

from server.domain.hall_checks.photographs import SentPhotograph
from server.domain.refusals import Refusal

MOST_PHOTOGRAPHS = 3
"""Photographs that one entry may have."""
PHOTOGRAPH_BYTES = 10_000_000
"""The largest file that is taken as one photograph: nobody signs in to send it."""


def check_photographs(sent: Sequence[SentPhotograph]) -> None:
    """Refusals: entry_photographs_too_many, entry_photograph_too_large."""
    if len(sent) > MOST_PHOTOGRAPHS:
        raise Refusal("entry_photographs_too_many", field="photographs", most=MOST_PHOTOGRAPHS)
    if any(len(each.content) > PHOTOGRAPH_BYTES for each in sent):
        raise photograph_too_large()


def photograph_too_large() -> Refusal:
    """The refusal of a file over the limit, with the limit in megabytes."""
    megabytes = PHOTOGRAPH_BYTES // 1_000_000
    return Refusal("entry_photograph_too_large", field="photographs", megabytes=megabytes)


def unreadable_photograph(*, is_heic: bool) -> Refusal:
    """The refusal of a file that is no still picture; `is_heic`: HEIC or AVIF, as some phones write them."""
    code = "entry_photograph_heic" if is_heic else "entry_photograph_unreadable"
    return Refusal(code, field="photographs")
