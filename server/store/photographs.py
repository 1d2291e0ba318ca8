"""Photographs of checks, actions and entries of the register, as WebP."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, select

from server.store.engine.lookups import Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.tables.voice import action, complaint_photograph, hall_check, proof_photograph


class Photographs:
    """The photographs of one table; its column `owner` has the id of what they belong to."""

    def __init__(self, table: Table, owner: str) -> None:
        is_of = table.c[owner] == bindparam("of")
        is_one = is_of, table.c.number == bindparam("number")
        self.owner, self.columns = owner, table.c.keys()
        self.numbers = Read(int, select(table.c.number).where(is_of).order_by(table.c.number))
        self.content = Read(bytes, select(table.c.content).where(*is_one))
        self.insert = Write(table.insert(), *self.columns)
        self.delete = Write(table.delete().where(*is_one))


PROOFS = Photographs(proof_photograph, "subject")
"""Those of checks and actions."""
OF_ENTRIES = Photographs(complaint_photograph, "complaint")


@dataclass(frozen=True, slots=True)
class ProofPhotograph:
    """The number of a photograph of a check or an action (id), and the SHA-256 of its content in hex."""

    subject: str
    number: int
    digest: str


_PROOFS = rows_of(ProofPhotograph, proof_photograph)
_IN_ORDER = proof_photograph.c.subject, proof_photograph.c.number
proofs_of = Several.of(ProofPhotograph, proof_photograph, "subject", order=("number",))
"""The photographs of a check or an action (id), by number."""
proofs_of_checks = Several(
    ProofPhotograph,
    _PROOFS.join(hall_check, hall_check.c.id == proof_photograph.c.subject)
    .where(hall_check.c.hall == bindparam("hall"))
    .order_by(*_IN_ORDER),
)
"""The photographs of all checks of a hall (id), by check and number."""
_OF_ACTIONS = Read(
    ProofPhotograph,
    _PROOFS.join(action, action.c.id == proof_photograph.c.subject)
    .where(action.c.site.in_(bindparam("sites", expanding=True)))
    .order_by(*_IN_ORDER),
)


def proofs_of_actions(rows: Rows, sites: Iterable[str]) -> list[ProofPhotograph]:
    """The photographs of all actions of these sites (slugs), by action and number."""
    return rows.all(_OF_ACTIONS, sites=sorted(sites))


def photograph_numbers(rows: Rows, kept: Photographs, of: str) -> list[int]:
    """The numbers of the photographs of a check, an action or an entry (id)."""
    return rows.all(kept.numbers, of=of)


def photograph_content(rows: Rows, kept: Photographs, of: str, number: int) -> bytes | None:
    """The WebP of a photograph of a check, an action or an entry (id)."""
    return rows.one(kept.content, of=of, number=number)


def insert_photograph(
    rows: WrittenRows, kept: Photographs, place: tuple[str, int], content: bytes, erase_after: datetime
) -> None:
    """Keeps a photograph. `place`: the id of what it belongs to, and a number that is free."""
    of, number = place
    values = {kept.owner: of, "number": number, "content": content, "erase_after": erase_after}
    if "digest" in kept.columns:
        values["digest"] = digest_of(content)
    rows.execute(kept.insert, **values)


def delete_photograph(rows: WrittenRows, kept: Photographs, of: str, number: int) -> None:
    """Deletes a photograph, if it is there."""
    rows.execute(kept.delete, of=of, number=number)


def digest_of(content: bytes) -> str:
    """The SHA-256 of a photograph in hex."""
    return hashlib.sha256(content).hexdigest()
