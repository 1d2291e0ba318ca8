"""Read the sources of bulletins, and the list of a site for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from server.apart import ApartEnded, CallApart
from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.bulletins.messages import Bulletin, BulletinBroken
from server.domain.bulletins.proposals import ProposalKind
from server.domain.refusals import Refusal
from server.store import bulletins
from server.store.bulletins import BulletinRow, SourceRow, source_id
from server.store.configuration.halls import all_halls
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.bulletins.bulletins import accept_alert, accept_notice
from server.usecases.bulletins.read_source import MOST_REMEMBERED, SourceReading, read_source
from server.usecases.bulletins.received_bulletins import configured_sites, receive_bulletin, site_of
from server.usecases.notices.notice_places import Reach
from signage.feeds.fetched import FeedLimits, FeedRefused

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
        due = self._due()
        return sum(self._read(each) for each in due)

    def _due(self) -> list[SourceRow]:
        """The sources to read now; those that no site names are forgotten, new ones kept."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            named = _named(rows)
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
            reading = self._reading(source)
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

    def _reading(self, source: SourceRow) -> SourceReading:
        try:
            return self.off_loop(read_source, source.url, self.limits, frozenset(source.entries))
        except (ApartEnded, MemoryError) as error:
            raise FeedRefused("feed_unreachable") from error


def take_bulletin(database: Database, site: str, bulletin: Bulletin) -> bool:
    """Receives a bulletin for a site (slug), and shows it where the site says so; whether it is new."""
    received = receive_bulletin(database, site, bulletin)
    if received.is_new and received.row.state == bulletins.PROPOSED:
        show_automatically(database, received.row)
    return received.is_new


def show_automatically(database: Database, row: BulletinRow) -> None:
    """Shows a proposed bulletin, where its site has named its kind. A refusal leaves it to people."""
    with database.read() as rows:
        automatic = site_of(rows, row.site).bulletins.to_rules().automatic
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


def _named(rows: Rows) -> Mapping[str, tuple[str, str]]:
    """The sources that sites name: by id, the site and the address."""
    return {
        source_id(site.slug, source.url): (site.slug, source.url)
        for site in configured_sites(rows)
        for source in site.bulletins.sources
    }
