"""Add and remove members of the users' committee of a site."""

from datetime import date
from zoneinfo import ZoneInfo

from server.domain.committee.committee import MemberRequest, checked_member
from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.committee import MemberRow, delete_member, insert_member, member_row
from server.store.transactions.database import Database


def add_member(database: Database, site: Site, typed: MemberRequest, *, form: str) -> str:
    """Adds a member by function; the id. The same form again adds nothing.

    Refusals: those of `checked_member`.
    """
    member = checked_member(typed, local_day(database, site))
    row = MemberRow(
        form or new_id(), site.slug, member.function, member.mandate_ends_on, database.clock.now()
    )
    with database.store.write() as rows:
        insert_member(rows, row)
    return row.id


def remove_member(database: Database, site: str, member: str) -> None:
    """Removes a member (id) of a site; one that is gone already is no fault.

    Refusal: unknown_member for one of another site.
    """
    with database.store.write() as rows:
        row = member_row(rows, member)
        if row is not None and row.site != site:
            raise Refusal("unknown_member")
        delete_member(rows, member)


def local_day(database: Database, site: Site) -> date:
    """The local day of a site."""
    return database.clock.now().astimezone(ZoneInfo(site.time_zone)).date()
