"""What Parvis knows of a signed-in person: the account, and of which years a pseudonym leads to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.people.pseudonyms import link_ends_at
from server.domain.refusals import Refusal
from server.domain.retention import BY_NAME, Subject, kept_for
from server.store.people.accounts import AccountRow, account_row, count_identities
from server.store.people.pseudonyms import links_of
from server.store.retention import chosen_days, register_texts
from server.store.transactions.database import Database
from server.usecases.people.read_people import read_own_sessions
from server.usecases.retention.read_retention import KeptHere, read_retention


@dataclass(frozen=True, slots=True)
class OwnPseudonym:
    """A year whose pseudonym leads to the account, and when that link is erased."""

    year: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to about personal data, in the site’s words; empty where it has not said."""

    contact: str
    dpo: str


@dataclass(frozen=True, slots=True)
class KeptAbout:
    """What is kept of a person; `sessions`, `identities`: how many."""

    account: AccountRow
    sessions: int
    identities: int
    pseudonyms: Sequence[OwnPseudonym]
    schedule: Sequence[KeptHere]
    contact: Contact


def read_kept_about(database: Database, account: str) -> KeptAbout:
    """What is kept of the person of an account (id). Refusal: unknown_account."""
    with database.read() as rows:
        row = account_row(rows, account)
        if row is None:
            raise Refusal("unknown_account")
        kept = kept_for(BY_NAME["account_pseudonym"], chosen_days(rows)) or timedelta(0)
        pseudonyms = [
            OwnPseudonym(each.year, link_ends_at(each.year, kept)) for each in links_of(rows, account)
        ]
        identities = count_identities(rows, account)
    schedule = [each for each in read_retention(database).rows if each.row.of is Subject.PERSON]
    sessions = len(read_own_sessions(database, account))
    return KeptAbout(row, sessions, identities, pseudonyms, schedule, read_contact(database))


def read_kept_about_visitors(database: Database) -> tuple[Sequence[KeptHere], Contact]:
    """What Parvis keeps of visitors, how long, and an address that they can write to."""
    schedule = [each for each in read_retention(database).rows if each.row.of is Subject.VISITOR]
    return schedule, read_contact(database)


def read_contact(database: Database) -> Contact:
    """Whom to write to, as the site has written it."""
    with database.read() as rows:
        texts = register_texts(rows)
    return Contact(texts.get("contact", ""), texts.get("dpo", ""))
