"""The reference of an entry and its visitor’s secret, both made from the form that was sent. Pure.

The same form sent twice gives the same entry. The reference is for everybody; the secret opens the state and
the answer of this entry only, and the database holds its digest.
"""

import hashlib
import re
from dataclasses import dataclass

LETTERS = "ABCDEFGHJKLMNPRTUVWXYZ2346789"
"""Letters that are not read as others (no I, O, Q, S, 0, 1, 5)."""
REFERENCE_LENGTH, SECRET_LENGTH = 7, 12
"""About 34 and 58 bits."""


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """What an entry is known by: its id, its reference, its visitor’s secret."""

    id: str
    reference: str
    secret: str


def entry_keys(form: str) -> EntryKeys:
    """The keys of the entry of a form; `form` is a random text that only the sender has."""
    return EntryKeys(
        hashlib.sha256(f"complaint id {form}".encode()).hexdigest()[:32],
        _drawn(f"complaint reference {form}", REFERENCE_LENGTH),
        _drawn(f"complaint secret {form}", SECRET_LENGTH),
    )


def typed_key(text: str) -> str:
    """A reference or a secret as people type it: capitals, without spaces and hyphens."""
    return re.sub(r"[\s\u00a0-]", "", text).upper()


def grouped(key: str) -> str:
    """A secret in groups of four, easier to read and to type."""
    return "-".join(key[at : at + 4] for at in range(0, len(key), 4))


def _drawn(seed: str, length: int) -> str:
    drawn, letters = int.from_bytes(hashlib.sha256(seed.encode()).digest()), []
    for _ in range(length):
        drawn, letter = divmod(drawn, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)
