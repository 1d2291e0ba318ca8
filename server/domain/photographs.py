"""Photographs that people send, as proofs of checks and actions or with an entry of a register. Pure."""

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
    """How many photographs a check, an action or an entry may have, and the bytes of the largest file.

    `of`: a check takes those that are right; any other form takes all or none. Each refusal has the field
    « photographs », and a code that begins with it.
    """

    of: Literal["check", "form"]
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

    def unreadable(self, sent: SentPhotograph) -> Refusal:
        """The refusal of a file that is no still picture, a broken one, or has too many pixels."""
        return Refusal(f"{self.of}_photograph_unreadable", field="photographs", name=_short(sent))


OF_CHECK = PhotographLimits("check", most=4, largest=15_000_000)
OF_ACTION = PhotographLimits("form", most=3, largest=15_000_000)
OF_ENTRY = PhotographLimits("form", most=3, largest=10_000_000)
"""Smaller: nobody signs in to send them."""


def check_proofs(
    limits: PhotographLimits, sent: Sequence[SentPhotograph], kept: int, *, nobody_is_recognisable: bool
) -> None:
    """Checks what was sent for a check or an action that has `kept` photographs already.

    Refusals, each with its `field`: photographs_unticked, …_photographs_too_many.
    """
    if sent and not nobody_is_recognisable:
        raise Refusal("photographs_unticked", field="nobody")
    limits.check_count(kept + len(sent))


def _short(sent: SentPhotograph) -> str:
    name = "".join(letter for letter in sent.name if letter.isprintable())
    return name if len(name) <= LONGEST_FILE_NAME else f"{name[:LONGEST_FILE_NAME]}…"
