"""Photographs of a check of the hall or of an entry of the register: how many, how large, what is none. Pure.

Rules: docs/rules/hall-checks.md, docs/rules/complaints.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.domain.refusals import Refusal

LONGEST_FILE_NAME = 60


@dataclass(frozen=True, slots=True)
class SentPhotograph:
    """A file that was sent: its name for refusals, and its bytes, cut after the limit."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PhotographLimits:
    """How many photographs a check or an entry may have, and the bytes of the largest file taken as one.

    Each refusal has the field « photographs », and a code that begins with `of`.
    """

    of: Literal["check", "entry"]
    most: int
    largest: int

    def check_count(self, count: int) -> None:
        """Refusal: …_photographs_too_many."""
        if count > self.most:
            raise self.too_many()

    def check_size(self, sent: SentPhotograph) -> None:
        """Refusal: …_photograph_too_large."""
        if len(sent.content) > self.largest:
            raise self.too_large()

    def too_many(self) -> Refusal:
        """The refusal of one photograph too many."""
        return Refusal(f"{self.of}_photographs_too_many", field="photographs", most=self.most)

    def too_large(self) -> Refusal:
        """The refusal of a file over the limit, with the limit in megabytes."""
        megabytes = self.largest // 1_000_000
        return Refusal(f"{self.of}_photograph_too_large", field="photographs", megabytes=megabytes)

    def unreadable(self, sent: SentPhotograph, *, is_heic: bool) -> Refusal:
        """The refusal of a file that is no still picture, a broken one, or has too many pixels.

        `is_heic`: HEIC or AVIF, as some phones write photographs.
        """
        why = "heic" if is_heic else "unreadable"
        return Refusal(f"{self.of}_photograph_{why}", field="photographs", name=_short(sent))


OF_CHECK = PhotographLimits("check", most=4, largest=15_000_000)
OF_ENTRY = PhotographLimits("entry", most=3, largest=10_000_000)
"""Smaller: nobody signs in to send them."""


def check_sent(sent: Sequence[SentPhotograph], kept: int, *, nobody_is_recognisable: bool) -> None:
    """Checks what was sent for a check that has `kept` photographs already.

    Refusals, each with its `field`: check_photographs_missing, check_photographs_unticked,
    check_photographs_too_many.
    """
    if not sent:
        raise Refusal("check_photographs_missing", field="photographs")
    if not nobody_is_recognisable:
        raise Refusal("check_photographs_unticked", field="nobody")
    OF_CHECK.check_count(kept + len(sent))


def _short(sent: SentPhotograph) -> str:
    name = "".join(letter for letter in sent.name if letter.isprintable())
    return name if len(name) <= LONGEST_FILE_NAME else f"{name[:LONGEST_FILE_NAME]}…"
