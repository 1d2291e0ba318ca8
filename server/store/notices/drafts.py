"""Drafts of notices: what a person typed and has not saved, one row for each notice and person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from server.domain.facts import Json
from server.store.engine.lookups import ChangeBy, One, Several
from server.store.engine.statements import Write, WrittenRows, rows_of, values_of
from server.store.tables.notices import notice_draft


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft. `id`: of its notice, or its own while there is no notice.

    `base_version`: the version of the notice that it changes, 0 for none. `edition`: how often it was kept;
    `page`: the opened page that kept it last.
    """

    account: str
    id: str
    base_version: int
    content: Json
    edition: int
    page: str
    changed_at: datetime

    @property
    def title(self) -> str:
        """The title in French as far as it is typed."""
        titles = self.content.get("titles")
        return str(titles.get("fr", "")) if isinstance(titles, dict) else ""


_KEY = ("account", "id")
_KEPT = ("base_version", "content", "page", "changed_at")
_ONE = notice_draft.c.account == bindparam("of_account"), notice_draft.c.id == bindparam("of_id")
draft_row = One(DraftRow, rows_of(DraftRow, notice_draft).where(*_ONE), names=("of_account", "of_id"))
"""A draft of a person, None where they have none with this id."""
drafts_of = Several.of(DraftRow, notice_draft, "account", order=[notice_draft.c.changed_at.desc()])
"""The drafts of a person (account), the last changed first."""
count_drafts = One(
    int, select(func.count().label("drafts")).where(notice_draft.c.account == bindparam("account"))
)
"""How many drafts a person (account) has."""
_ADD = Write.insert_or(lambda new: {}, notice_draft, _KEY, [*_KEPT, "edition"])
_IS_KNOWN = or_(notice_draft.c.edition == bindparam("known"), notice_draft.c.page == bindparam("of_page"))
_CHANGE = Write(
    notice_draft.update().where(*_ONE, _IS_KNOWN).values(edition=notice_draft.c.edition + 1), *_KEPT
)
delete_draft = ChangeBy(notice_draft.delete().where(*_ONE), "of_account", "of_id")
"""Deletes a draft of a person, where there is one."""


def add_draft(rows: WrittenRows, new: DraftRow) -> bool:
    """Keeps the first edition of a draft; False where the person has one with its id."""
    return bool(rows.execute(_ADD, **values_of(new)))


def change_draft(rows: WrittenRows, new: DraftRow) -> bool:
    """Keeps a draft in place of edition `new.edition`, or of whatever the same page kept.

    False where another page has kept another one since, or there is none.
    """
    values = {name: getattr(new, name) for name in _KEPT}
    key = {"of_account": new.account, "of_id": new.id, "known": new.edition, "of_page": new.page}
    return bool(rows.execute(_CHANGE, **key, **values))
