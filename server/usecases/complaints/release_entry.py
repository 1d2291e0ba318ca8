"""« Vous l’avez demandé, on l’a fait »: release the public wording of an entry, and draft its notice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.domain.author import Author
from server.domain.complaints.entries import LONGEST_PUBLIC, EntryState, check_length
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.store.complaints import EntryRow, change_entry, released_entries
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.usecases.complaints.read_entries import RegisterReach, find_entry, find_entry_to_change
from server.usecases.notices.draft_notice import draft_notice
from server.usecases.notices.notice_places import Reach

RELEASABLE = (EntryState.ANSWERED, EntryState.CLOSED)
MOST_SHOWN = 20
"""Released answers on the public page of a hall, the newest ones."""


@dataclass(frozen=True, slots=True)
class PublicWording:
    """What everybody may read of an entry, as a person edited it. `is_checked`: nobody is recognisable."""

    asked: str
    done: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class ReleasedAnswer:
    """A request and what was done, in French."""

    asked: str
    done: str


def release_entry(
    database: Database,
    author: Author,
    reach: RegisterReach,
    entry: str,
    wording: PublicWording,
    *,
    translate: Callable[..., str],
) -> str:
    """Releases the wording and drafts its notice for the screens of the hall; the id of the notice.

    A second release changes the wording of the public page and drafts no second notice. Refusals:
    unknown_complaint, complaint_moved without an answer, complaint_public_missing, complaint_text_too_long,
    complaint_unchecked, each with its `field`.
    """
    asked, done = " ".join(wording.asked.split()), " ".join(wording.done.split())
    for field, text in (("public_asked", asked), ("public_done", done)):
        if not text:
            raise Refusal("complaint_public_missing", field=field)
        check_length(text, LONGEST_PUBLIC, field)
    if not wording.is_checked:
        raise Refusal("complaint_unchecked", field="is_checked")
    configuration = database.configuration(database.hall_id(reach.hall))
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
    if row.state not in RELEASABLE:
        raise Refusal("complaint_moved")
    notice = row.notice or _draft(database, author, configuration, row, (asked, done), translate)
    with database.store.write() as rows:
        current = find_entry_to_change(rows, database, reach, entry)
        now = database.clock.now()
        changed = replace(current, public_asked=asked, public_done=done, released_at=now, notice=notice)
        change_entry(rows, changed)
    return notice


def withdraw_release(database: Database, reach: RegisterReach, entry: str) -> None:
    """Takes the wording off the public page; the notice has its own life. Refusal: unknown_complaint."""
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(row, released_at=None))


def read_released(database: Database, hall: str) -> list[ReleasedAnswer]:
    """The released answers of a hall (id), the newest first; none while its site has no register."""
    if not database.configuration(hall).site.complaints.is_open:
        return []
    with database.read() as rows:
        found = released_entries(rows, hall, MOST_SHOWN)
    return [ReleasedAnswer(row.public_asked, row.public_done) for row in found]


def _draft(
    database: Database,
    author: Author,
    hall: HallConfiguration,
    row: EntryRow,
    words: tuple[str, str],
    translate: Callable[..., str],
) -> str:
    """The id of the drafted notice; pressed twice it is the same one."""
    asked, done = words
    content: Json = {
        "kind": "asked_and_done",
        "titles": {FRENCH: translate("complaints.notice_title", FRENCH)},
        "targets": {"halls": [hall.hall], "everywhere": False},
        "asked": {FRENCH: asked},
        "done": {FRENCH: done},
    }
    site = frozenset({hall.site.slug})
    drafted = draft_notice(
        database,
        author,
        content,
        reach=Reach(site, frozenset()),
        write_key=WriteKey.of_author(author, f"complaint-{row.id}", row.id.encode()),
    )
    return drafted["notice"]
