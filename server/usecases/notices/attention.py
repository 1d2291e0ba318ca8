"""What of notices asks for a person's attention on « Mes pages ». Rule: docs/rules/attention.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.hours.windows import whole_day
from server.domain.notices.lifecycle import NoticeState
from server.domain.people.roles import Permission
from server.store.engine.statements import Rows
from server.store.notices.displays import notices_displayed, screens_with_displays
from server.store.notices.drafts import DraftRow, drafts_of
from server.store.notices.notices import ListedNoticeRow, ShownNotice, listed_notices, shown_between
from server.store.transactions.database import Database
from server.usecases.notices.contents import unread_feed
from server.usecases.notices.notice_places import Places, Reach, is_for_screen, read_places, targets_of
from server.usecases.notices.read_programme import last_instant

ENDS_WITHIN = timedelta(days=3)
"""What ends within this time is named."""
DUE_DAYS = 8
"""Days after which a notice with days of the week or parts of the day was due at least once."""
_MOST = 500
"""Notices that are looked at."""


def notices_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """Proposals to decide, feeds that cannot be read, what ends soon or was never shown, own drafts."""
    drafting = reach.sites_where(Permission.DRAFT_NOTICES)
    if not drafting:
        return
    with database.read() as rows:
        looking = _Looking(reach, rows, read_places(database, rows))
        found = [*looking.proposals(), *looking.published()]
        found += [_draft(reach, row, drafting[0]) for row in drafts_of(rows, reach.author.person_id)]
    yield from found


@dataclass(frozen=True, slots=True)
class _Looking:
    """Looks for what concerns the notices that a reader decides about or wrote."""

    reach: AttentionReach
    rows: Rows
    places: Places

    def proposals(self) -> Iterator[AttentionRow]:
        """What waits for a decision of this person."""
        for row in self._listed(NoticeState.SUBMITTED):
            site = self._deciding(row)
            if site is not None:
                who = row.author_name or self._say("notices.nobody")
                yield self._row(
                    *(AttentionKind.NOTICE_PROPOSED, Urgency.TODAY, row, site, row.changed_at), who=who
                )

    def published(self) -> Iterator[AttentionRow]:
        """What is wrong with notices on screens, and which of them end soon."""
        listed = {row.id: row for row in self._listed(NoticeState.PUBLISHED)}
        now = self.reach.now
        shown = shown_between(self.rows, now, now + timedelta(seconds=1))
        displayed = notices_displayed(self.rows, [each.id for each in shown])
        for each in shown:
            row = listed.get(each.id)
            site = None if row is None else self._own(row)
            if row is None or site is None:
                continue
            feed = unread_feed(self.rows, row.content)
            if feed is not None:
                since = feed.read_at or each.shown_from
                yield self._row(AttentionKind.NOTICE_FEED_UNREAD, Urgency.TODAY, row, site, since)
            elif each.id not in displayed:
                yield from self._never_shown(each, row, site)
            yield from self._ending(each, row, site)

    def _ending(self, shown: ShownNotice, row: ListedNoticeRow, site: Site) -> Iterator[AttentionRow]:
        ends = last_instant(self.rows, shown, site.zone)
        if ends is None or not timedelta() <= ends - self.reach.now <= ENDS_WITHIN:
            return
        # an end at midnight is that of the day before
        last = site.local_day(ends - timedelta(microseconds=1))
        count = (last - site.local_day(self.reach.now)).days
        urgency = Urgency.SOON if count else Urgency.TODAY
        yield self._row(*(AttentionKind.NOTICE_ENDS, urgency, row, site, ends - ENDS_WITHIN), count=count)

    def _never_shown(self, shown: ShownNotice, row: ListedNoticeRow, site: Site) -> Iterator[AttentionRow]:
        """A notice that was due on whole days and that no screen has shown, though some were on yesterday."""
        yesterday = site.local_day(self.reach.now) - timedelta(days=1)
        is_at_all_hours = not any(shown.content.dayparts.model_dump().values())
        due = timedelta(days=0 if is_at_all_hours else DUE_DAYS)
        is_sure = shown.content.when is None and shown.content.kind != "results"
        if not is_sure or shown.shown_from > whole_day(yesterday, site.zone)[0] - due:
            return
        targets = targets_of(shown.content)
        on = screens_with_displays(self.rows, yesterday)
        halls = self.places.halls_of(targets)
        count = sum(is_for_screen(targets, hall, each) for hall in halls for each in on & hall.screens.keys())
        if count:
            yield self._row(
                *(AttentionKind.NOTICE_NEVER_SHOWN, Urgency.SOON, row, site, shown.shown_from), count=count
            )

    def _listed(self, state: NoticeState) -> list[ListedNoticeRow]:
        return listed_notices(self.rows, state, self.reach.now, after=None, limit=_MOST)

    def _deciding(self, row: ListedNoticeRow) -> Site | None:
        """A site of the notice, if the reader decides at all of them."""
        sites = self.places.sites_of(row.targets)
        deciding = self.reach.sites_where(Permission.PUBLISH_NOTICES)
        own = frozenset(site.slug for site in deciding)
        if not Reach(drafts=own, publishes=own).may_publish(sites):
            return None
        return next(site for site in deciding if site.slug in sites)

    def _own(self, row: ListedNoticeRow) -> Site | None:
        """A site of the notice, if the reader decides about it or wrote it."""
        site = self._deciding(row)
        if site is None and self.reach.author.is_same(row.drafted_by):
            sites = self.places.sites_of(row.targets)
            site = next((hall.site for hall in self.reach.halls if hall.site.slug in sites), None)
        return site

    def _row(
        self,
        kind: AttentionKind,
        urgency: Urgency,
        row: ListedNoticeRow,
        site: Site,
        since: datetime,
        **values: str | int,
    ) -> AttentionRow:
        return AttentionRow(
            *(kind, urgency, since, site.slug, _sentence(kind, values)),
            path=f"/affichage/message/{row.id}",
            values={"title": row.title, **values},
            is_dated=kind is AttentionKind.NOTICE_FEED_UNREAD,
        )

    def _say(self, key: str) -> str:
        return str(self.reach.translate(key, self.reach.language))


def _sentence(kind: AttentionKind, values: dict[str, str | int]) -> str:
    is_today = kind is AttentionKind.NOTICE_ENDS and not values["count"]
    return f"notices.to_attend.{kind}{'_today' if is_today else ''}"


def _draft(reach: AttentionReach, row: DraftRow, site: Site) -> AttentionRow:
    untitled = str(reach.translate("notices.kept.untitled", reach.language))
    path = f"/{row.id}" if row.base_version else f"?brouillon={row.id}"
    kind = AttentionKind.NOTICE_DRAFT
    return AttentionRow(
        *(kind, Urgency.SOON, row.changed_at, site.slug, _sentence(kind, {})),
        path=f"/affichage/message{path}",
        values={"title": row.title or untitled},
        is_dated=True,
    )
