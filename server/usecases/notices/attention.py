"""What of notices asks for a person's attention on « Mes pages ». Rule: docs/rules/attention.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.hours.windows import whole_day
from server.domain.notices.lifecycle import NoticeState
from server.domain.people.roles import Permission
from server.store.engine.statements import Rows
from server.store.notices.displays import notices_displayed, screens_with_displays
from server.store.notices.drafts import drafts_of
from server.store.notices.notices import ListedNoticeRow, ShownNotice, listed_notices, shown_between
from server.store.transactions.database import Database
from server.usecases.notices.contents import unread_feed
from server.usecases.notices.notice_places import Places, is_for_screen, read_places
from server.usecases.notices.read_programme import last_instant

ENDS_WITHIN = timedelta(days=3)
"""What ends within this time is named."""
DUE_WITHIN = timedelta(days=8)
"""A notice with days of the week or parts of the day was due at least once in this time."""
_DAY = timedelta(days=1)
_MOST = 500
_K, _U = AttentionKind, Urgency


def notices_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """Proposals to decide, feeds that cannot be read, what ends soon or was never shown, own drafts."""
    if not reach.sites_where(Permission.DRAFT_NOTICES):
        return
    with database.read() as rows:
        look = _Look(reach, rows, read_places(database, rows))
        found = [*look.proposals(), *look.published(), *look.drafts()]
    yield from found


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks through what a reader decides about, published or wrote."""

    reach: AttentionReach
    rows: Rows
    places: Places

    def proposals(self) -> Iterator[AttentionRow]:
        for row in self._listed(NoticeState.SUBMITTED):
            site = self._decided_at(row)
            if site is not None:
                values = {"title": row.title, "who": row.author_name or self._say("notices.nobody")}
                yield AttentionRow(
                    *(_K.NOTICE_PROPOSED, _U.TODAY, row.changed_at, site.slug),
                    sentence="notices.to_attend.proposed",
                    path=_path(row.id),
                    values=values,
                )

    def published(self) -> Iterator[AttentionRow]:
        listed = {row.id: row for row in self._listed(NoticeState.PUBLISHED)}
        now = self.reach.now
        shown = [each for each in shown_between(self.rows, now, now + _DAY) if each.id in listed]
        displayed = notices_displayed(self.rows, [each.id for each in shown])
        for each in shown:
            row = listed[each.id]
            site = self._decided_at(row) or self._written_for(row)
            if site is None:
                continue
            feed = unread_feed(self.rows, row.content)
            if feed is not None:
                yield AttentionRow(
                    *(_K.NOTICE_FEED_UNREAD, _U.TODAY, feed.read_at or each.shown_from, site.slug),
                    sentence="notices.to_attend.feed_unread",
                    path=_path(row.id),
                    values={"title": row.title},
                    is_dated=True,
                )
            elif each.id not in displayed:
                yield from self._never_shown(each, row, site)
            yield from self._ending(each, row.title, site)

    def _ending(self, shown: ShownNotice, title: str, site: Site) -> Iterator[AttentionRow]:
        ends = last_instant(self.rows, shown, site.zone)
        if ends is not None and timedelta() <= ends - self.reach.now <= ENDS_WITHIN:
            # an end at midnight is that of the day before
            last = site.local_day(ends - timedelta(microseconds=1))
            count = (last - site.local_day(self.reach.now)).days
            yield AttentionRow(
                *(_K.NOTICE_ENDS, _U.SOON if count else _U.TODAY, ends - ENDS_WITHIN, site.slug),
                sentence="notices.to_attend.ends" if count else "notices.to_attend.ends_today",
                path=_path(shown.id),
                values={"title": title, "count": count},
            )

    def _never_shown(self, shown: ShownNotice, row: ListedNoticeRow, site: Site) -> Iterator[AttentionRow]:
        """A notice that was due on a whole day and that no screen has shown, though some of its were on."""
        yesterday, content = site.local_day(self.reach.now) - _DAY, shown.content
        due = DUE_WITHIN if any(content.dayparts.model_dump().values()) else timedelta()
        is_sure = content.when is None and content.kind != "results"
        if not is_sure or shown.shown_from > whole_day(yesterday, site.zone)[0] - due:
            return
        on = screens_with_displays(self.rows, yesterday)
        halls = self.places.halls_of(row.targets)
        count = sum(is_for_screen(row.targets, hall, each) for hall in halls for each in on & {*hall.screens})
        if count:
            yield AttentionRow(
                *(_K.NOTICE_NEVER_SHOWN, _U.SOON, shown.shown_from, site.slug),
                sentence="notices.to_attend.never_shown",
                path=_path(row.id),
                values={"title": row.title, "count": count},
            )

    def drafts(self) -> Iterator[AttentionRow]:
        site = self.reach.sites_where(Permission.DRAFT_NOTICES)[0]
        for row in drafts_of(self.rows, self.reach.author.person_id):
            path = _path(row.id) if row.base_version else f"/affichage/message?brouillon={row.id}"
            title = row.title or self._say("notices.kept.untitled")
            yield AttentionRow(
                *(_K.NOTICE_DRAFT, _U.SOON, row.changed_at, site.slug),
                sentence="notices.to_attend.draft",
                path=path,
                values={"title": title},
                is_dated=True,
            )

    def _listed(self, state: NoticeState) -> list[ListedNoticeRow]:
        return listed_notices(self.rows, state, self.reach.now, after=None, limit=_MOST)

    def _decided_at(self, row: ListedNoticeRow) -> Site | None:
        """A site of the notice, if the reader decides at all of them."""
        sites = self.places.sites_of(row.targets)
        deciding = self.reach.sites_where(Permission.PUBLISH_NOTICES)
        own = frozenset(site.slug for site in deciding)
        return next((each for each in deciding if each.slug in sites), None) if sites <= own else None

    def _written_for(self, row: ListedNoticeRow) -> Site | None:
        """A site of the notice, if the reader wrote it."""
        sites = self.places.sites_of(row.targets)
        is_own = self.reach.author.is_same(row.drafted_by)
        own = self.reach.sites_where(Permission.DRAFT_NOTICES) if is_own else ()
        return next((each for each in own if each.slug in sites), None)

    def _say(self, key: str) -> str:
        return str(self.reach.translate(key, self.reach.language))


def _path(notice: str) -> str:
    return f"/affichage/message/{notice}"
