"""Read the sources of bulletins and the list of a site; accept a proposal, as an alert or a notice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from server.apart import CallApart
from server.documents.notice_fields import LONGEST_WORDS
from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.alerts import LONGEST_S, SHORTEST_S, AlertKind
from server.domain.author import SYSTEM, Author
from server.domain.bulletins.messages import (
    Bulletin,
    BulletinBroken,
    BulletinText,
    alert_text_of,
    notice_body_of,
    title_of,
)
from server.domain.bulletins.proposals import ProposalKind, bulletin_accepted, bulletin_dismissed
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal, existing
from server.ids import token_digest
from server.store import alerts, bulletins
from server.store.bulletins import BulletinRow, SourceRow, source_id
from server.store.configuration.halls import all_halls
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.alerts import course
from server.usecases.alerts.course import TEXT_CHARACTERS, TITLE_CHARACTERS, AlertRequest
from server.usecases.bulletins import received_bulletins
from server.usecases.bulletins.read_source import MOST_REMEMBERED, read_source
from server.usecases.media.read_feeds import read_apart
from server.usecases.notices.gestures import NoticeGesture, add_draft, approve_notice, submit_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, publish_notice
from signage.feeds import FeedLimits, FeedRefused

LONGEST_REASON = 200
LONGEST_TITLE = 80
"""Characters of the title of a notice."""
RETRIED_AFTER = timedelta(minutes=1)
"""When raising an alert was cut off, another person may raise it again after this time."""


def accept_notice(database: Database, author: Author, bulletin: str, reach: Reach) -> str:
    """The notice (id) that a bulletin became: published, or proposed where the author may only draft.

    The notice of the bulletin that it updates leaves the screens in the same transaction.
    Refusals: unknown_bulletin, bulletin_decided, bulletin_expired, bulletin_other_kind, forbidden.
    Raises DocumentRefused where the site has no hall any more.
    """
    with database.installation_transaction(author) as transaction:
        row = _open_row(transaction, bulletin, ProposalKind.NOTICE)
        content = notice_content(row, received_bulletins.site_of(transaction, row.site).time_zone)
        notice = add_draft(database, transaction, content, reach)["notice"]
        gesture = NoticeGesture(notice, 1, author, reach)
        submit_notice.within(database, transaction, gesture)
        if reach.may_publish({row.site}):
            approve_notice.within(database, transaction, gesture)
            publish_notice.within(database, transaction, gesture, DisplayRequest(ends=row.expires_at))
            former = _former(transaction, row)
            if former is not None and former.kind == "notice" and former.outcome is not None:
                said = row.message
                reason = received_bulletins.named_shortly(str(said["sender"]), str(said["identifier"]))
                received_bulletins.withdraw_notice_of(transaction, former.outcome, reason)
        _keep_accepted(transaction, row, notice)
    return notice


def accept_alert(database: Database, author: Author, bulletin: str, halls: Sequence[str]) -> str:
    """The alert (id) that a bulletin became in halls (ids) of its site.

    A second press of anybody raises nothing more. The alert of the bulletin that it updates ends there.
    Refusals: unknown_bulletin, bulletin_decided, bulletin_expired, bulletin_other_kind; those of raising.
    """
    row = _claim(database, author, bulletin)
    request = alert_request(row, database.clock.now())
    alert = _raised_before(database, row)
    if alert is None:
        try:
            alert = course.raise_alert(database, halls, author, request).alert
        except Refusal:
            _keep_open(database, author, row)
            raise
    with database.installation_transaction(author) as transaction:
        _keep_accepted(transaction, row, alert)
        former = _former(transaction, row)
    if former is not None and former.kind == "alert" and former.outcome not in (None, alert):
        _end_former(database, former, halls, author)
    return alert


def dismiss_bulletin(database: Database, author: Author, bulletin: str, reason: str) -> None:
    """Keeps that a bulletin is not shown, with a reason of 1 to 200 characters.

    Refusals: no_reason, unknown_bulletin, bulletin_decided.
    """
    words = " ".join(reason.split())
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Refusal("no_reason", longest=LONGEST_REASON)
    with database.installation_transaction(author) as transaction:
        row = known_bulletin(transaction, bulletin)
        if row.state != bulletins.PROPOSED:
            raise Refusal("bulletin_decided")
        decided = replace(row, state=bulletins.DISMISSED, reason=words)
        bulletins.set_decision(transaction, _decided(transaction, decided))
        transaction.record(bulletin_dismissed(row.id, row.site))


def known_bulletin(rows: Rows, bulletin: str) -> BulletinRow:
    """A bulletin by its id. Refusal: unknown_bulletin."""
    return existing(bulletins.bulletin_row(rows, bulletin), "unknown_bulletin")


def notice_content(row: BulletinRow, time_zone: str) -> NoticeContent:
    """The notice that a bulletin proposes: its words in French, at its site, until it expires."""
    assert row.expires_at is not None
    zone = ZoneInfo(time_zone)
    text, sent = _text_of(row), from_text(str(row.message["sent"])).astimezone(zone)
    source = f"{text.sender_name} · {sent:%d/%m/%Y %H:%M}"
    ends = (row.expires_at + timedelta(seconds=59)).astimezone(zone)
    return parse_notice(
        {
            "kind": "text",
            "titles": {FRENCH: title_of(text, LONGEST_TITLE)},
            "bodies": {FRENCH: notice_body_of(text, source, LONGEST_WORDS - 10)},
            "targets": {"sites": [row.site], "halls": [], "screens": []},
            "validity": {"starts": None, "ends": ends.strftime("%Y-%m-%dT%H:%M")},
        }
    )


def alert_request(row: BulletinRow, now: datetime) -> AlertRequest:
    """The alert that a bulletin proposes: the prepared one to stay inside, else its own words."""
    assert row.expires_at is not None
    press = f"bulletin-{row.id}"
    if row.message["is_shelter"]:
        return AlertRequest(AlertKind.SHELTER, press)
    text = _text_of(row)
    words = {
        FRENCH: {"title": title_of(text, TITLE_CHARACTERS), "text": alert_text_of(text, TEXT_CHARACTERS)}
    }
    for_s = min(max(int((row.expires_at - now).total_seconds()), SHORTEST_S), LONGEST_S)
    return AlertRequest(AlertKind.CUSTOM, press, words=words, for_s=for_s)


def _text_of(row: BulletinRow) -> BulletinText:
    """The words of a bulletin as they are kept."""
    said = row.message
    return BulletinText(
        *(FRENCH, str(said["event"]), "", "", ""),
        sender_name=str(said["sender_name"]),
        headline=str(said["headline"]),
        description=str(said["description"]),
        instruction=str(said["instruction"]),
    )


def _open_row(rows: InstallationTransaction, bulletin: str, kind: ProposalKind) -> BulletinRow:
    row = known_bulletin(rows, bulletin)
    if row.state not in bulletins.OPEN:
        raise Refusal("bulletin_decided")
    if row.kind != kind:
        raise Refusal("bulletin_other_kind")
    if row.expires_at is None or row.expires_at <= rows.now:
        raise Refusal("bulletin_expired")
    return row


def _claim(database: Database, author: Author, bulletin: str) -> BulletinRow:
    """The bulletin, whose alert only its claimer raises now. Refusals: those of `accept_alert`."""
    with database.installation_transaction(author) as transaction:
        row = _open_row(transaction, bulletin, ProposalKind.ALERT)
        is_claimed = row.state == bulletins.RAISING and not author.is_same(row.decided_by)
        if is_claimed and row.decided_at is not None:
            if transaction.now - row.decided_at < RETRIED_AFTER:
                raise Refusal("bulletin_decided")
            return row
        claimed = _decided(transaction, replace(row, state=bulletins.RAISING))
        bulletins.set_decision(transaction, claimed)
        return claimed


def _raised_before(database: Database, row: BulletinRow) -> str | None:
    """The alert that whoever claimed the bulletin had raised already."""
    press = token_digest(f"bulletin-{row.id}")
    with database.read() as rows:
        return alerts.alert_of_press_anywhere(rows, by=[row.decided_by or ""], press=press)


def _keep_open(database: Database, author: Author, row: BulletinRow) -> None:
    with database.installation_transaction(author) as transaction:
        still_open = replace(row, state=bulletins.PROPOSED, decided_at=None, decided_by=None)
        bulletins.set_decision(transaction, still_open)


def _keep_accepted(transaction: InstallationTransaction, row: BulletinRow, outcome: str) -> None:
    accepted = _decided(transaction, replace(row, state=bulletins.ACCEPTED, outcome=outcome))
    bulletins.set_decision(transaction, accepted)
    transaction.record(bulletin_accepted(row.id, row.site, kind=row.kind or "", outcome=outcome))


def _decided(transaction: InstallationTransaction, row: BulletinRow) -> BulletinRow:
    return replace(row, decided_at=transaction.now, decided_by=transaction.author.id)


def _former(rows: Rows, row: BulletinRow) -> BulletinRow | None:
    return None if row.replaces is None else bulletins.bulletin_row(rows, row.replaces)


def _end_former(database: Database, former: BulletinRow, halls: Sequence[str], author: Author) -> None:
    """Ends the alert that was updated, where the new one is shown. One that people ended stays ended."""
    if former.message["is_shelter"] or former.outcome is None:
        return
    try:
        among = set(course.halls_of_alert(database, former.outcome))
        course.replace_alert(database, former.outcome, [hall for hall in halls if hall in among], author)
    except Refusal as refusal:
        log.warning("former_alert_not_ended", alert=former.outcome, code=refusal.code)


log = structlog.get_logger()

READ_EVERY = timedelta(minutes=2)
"""A source is read again after this time, whether the last reading went well or not."""
LISTED_AT_MOST = 100


@dataclass
class BulletinSources:
    """Reads the sources of all sites, one for each server process. `off_loop` calls in another process."""

    database: Database
    off_loop: CallApart
    limits: FeedLimits

    def read_due(self) -> int:
        """Reads the sources that nobody has tried to read lately; how many bulletins were new."""
        return sum(self._read(each) for each in self._due())

    def _due(self) -> list[SourceRow]:
        """The sources to read now; those that no site names are forgotten, new ones kept."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            named = {
                source_id(site.slug, source.url): (site.slug, source.url)
                for site in received_bulletins.configured_sites(rows)
                for source in site.bulletins.sources
            }
            found = {each.id: each for each in bulletins.sources(rows)}
        new, gone = named.keys() - found.keys(), found.keys() - named.keys()
        if new or gone:
            with self.database.store.write() as written:
                for each in sorted(gone):
                    bulletins.delete_source(written, each)
                for each in sorted(new):
                    bulletins.add_source(written, *named[each])
            with self.database.read() as rows:
                found = {each.id: each for each in bulletins.sources(rows)}
        before = now - READ_EVERY
        return [each for each in found.values() if each.tried_at is None or each.tried_at <= before]

    def _read(self, source: SourceRow) -> int:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if not bulletins.claim_source(rows, source.id, now=now, tried_before=now - READ_EVERY):
                return 0
        try:
            known = frozenset(source.entries)
            reading = read_apart(self.off_loop, read_source, source.url, self.limits, known)
        except (FeedRefused, BulletinBroken) as refused:
            log.warning("bulletins_not_read", source=source.id[:12], code=refused.code)
            with self.database.store.write() as rows:
                bulletins.keep_source_failure(rows, source.id, refused.code)
            return 0
        count = sum(take_bulletin(self.database, source.site, each) for each in reading.bulletins)
        entries = list(dict.fromkeys((*reading.entries, *source.entries)))[:MOST_REMEMBERED]
        with self.database.store.write() as rows:
            bulletins.keep_reading(rows, source.id, now=now, failure=reading.failure, entries=entries)
        return count


def take_bulletin(database: Database, site: str, bulletin: Bulletin) -> bool:
    """Receives a bulletin for a site (slug), and shows it where the site says so; whether it is new."""
    received = received_bulletins.receive_bulletin(database, site, bulletin)
    if received.is_new and received.row.state == bulletins.PROPOSED:
        show_automatically(database, received.row)
    return received.is_new


def show_automatically(database: Database, row: BulletinRow) -> None:
    """Shows a proposed bulletin, where its site has named its kind. A refusal leaves it to people."""
    with database.read() as rows:
        automatic = received_bulletins.site_of(rows, row.site).bulletins.to_rules().automatic
    if row.kind is None or ProposalKind(row.kind) not in automatic:
        return
    try:
        if row.kind == "alert":
            accept_alert(database, SYSTEM, row.id, halls_of_site(database, row.site))
        else:
            accept_notice(database, SYSTEM, row.id, Reach(None, None))
    except (Refusal, DocumentRefused) as refused:
        log.warning("bulletin_not_shown", bulletin=row.id, why=repr(refused))


def halls_of_site(database: Database, site: str) -> list[str]:
    """The ids of the halls of a site."""
    with database.read() as rows:
        halls = [hall.id for hall in all_halls(rows) if hall.is_configured]
    return [hall for hall in halls if database.configuration(hall).site.slug == site]


def read_bulletins(database: Database, site: str) -> tuple[list[BulletinRow], list[SourceRow]]:
    """The newest bulletins of a site, and its sources as they were last read."""
    with database.read() as rows:
        found = bulletins.newest_bulletins(rows, site, LISTED_AT_MOST)
        return found, [each for each in bulletins.sources(rows) if each.site == site]


def count_waiting(database: Database, site: str) -> int:
    """How many bulletins of a site (slug) wait for a person."""
    with database.read() as rows:
        return bulletins.count_open(rows, site, database.clock.now())
