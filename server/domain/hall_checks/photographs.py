"""Photographs of a check of the hall: how many, how large, and that nobody can be recognised. Pure.

Rule: docs/rules/hall-checks.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.refusals import Refusal

MOST_PHOTOGRAPHS = 4
"""Photographs that one check may have."""
PHOTOGRAPH_BYTES = 15_000_000
"""The largest file that is taken as one photograph."""
LONGEST_FILE_NAME = 60


@dataclass(frozen=True, slots=True)
class SentPhotograph:
    """A file that was sent: its name for refusals, and its bytes, cut after the limit."""

    name: str
    content: bytes


def check_sent(sent: Sequence[SentPhotograph], kept: int, *, nobody_is_recognisable: bool) -> None:
    """Checks what was sent for a check that has `kept` photographs already.

    Refusals, each with its `field`: check_photographs_missing, check_photographs_unticked,
    check_photographs_too_many.
    """
    if not sent:
        raise Refusal("check_photographs_missing", field="photographs")
    if not nobody_is_recognisable:
        raise Refusal("check_photographs_unticked", field="nobody")
    if kept + len(sent) > MOST_PHOTOGRAPHS:
        raise photographs_too_many()


def check_size(sent: SentPhotograph) -> None:
    """Refusal: check_photograph_too_large."""
    if len(sent.content) > PHOTOGRAPH_BYTES:
        raise photograph_too_large()


def photograph_too_large() -> Refusal:
    """The refusal of a file over the limit, with the limit in megabytes."""
    megabytes = PHOTOGRAPH_BYTES // 1_000_000
    return Refusal("check_photograph_too_large", field="photographs", megabytes=megabytes)


def photographs_too_many() -> Refusal:
    """The refusal of one photograph too many."""
    return Refusal("check_photographs_too_many", field="photographs", most=MOST_PHOTOGRAPHS)


def unreadable_photograph(sent: SentPhotograph, *, is_heic: bool) -> Refusal:
    """The refusal of a file that is no still picture, a broken one, or has too many pixels.

    `is_heic`: HEIC or AVIF, as some phones write photographs.
    """
    code = "check_photograph_heic" if is_heic else "check_photograph_unreadable"
    return Refusal(code, field="photographs", name=_short(sent))


def _short(sent: SentPhotograph) -> str:
    name = "".join(letter for letter in sent.name if letter.isprintable())
    return name if len(name) <= LONGEST_FILE_NAME else f"{name[:LONGEST_FILE_NAME]}…"
