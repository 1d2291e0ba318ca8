"""The places where a notice is shown, and at which sites a person may draft and publish."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hardware.languages import VISITOR_LANGUAGES, Language
from server.documents.notice_checks import KnownPlaces, check_not_over, check_notice
from server.documents.notices import NoticeContent
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.domain.hall.configuration import HallConfiguration
from server.domain.notices.lifecycle import Targets
from server.domain.refusals import existing
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION, all_halls
from server.store.engine.statements import Rows
from server.store.transactions.database import Database

ANY_SCREEN = "*"
"""Stands for any screen of a hall, in place of a screen's id."""

type Sites = frozenset[str] | None
"""Slugs of sites; None: every site."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The sites at which a person may draft notices, approve and publish them, and configure the halls."""

    drafts: Sites
    publishes: Sites
    configures: Sites = frozenset()

    @property
    def media(self) -> Sites:
        """The sites whose media the person may show."""
        if self.drafts is None or self.publishes is None:
            return None
        return self.drafts | self.publishes

    @property
    def may_draft_somewhere(self) -> bool:
        """Whether the person may draft for any site."""
        return self.media is None or bool(self.media)

    def may_draft(self, sites: Collection[str]) -> bool:
        """Whether the person may draft for at least one of these sites."""
        return self.may_publish(sites) or self.drafts is None or not self.drafts.isdisjoint(sites)

    def may_publish(self, sites: Collection[str]) -> bool:
        """Whether the person may publish for all of these sites."""
        return self.publishes is None or (bool(sites) and self.publishes.issuperset(sites))


@dataclass(frozen=True, slots=True)
class Places:
    """The halls of the installation as they are configured now, and its languages."""

    halls: Sequence[HallConfiguration]
    languages: Sequence[str]

    @property
    def sites(self) -> frozenset[str]:
        """The sites that have a hall."""
        return frozenset(hall.site.slug for hall in self.halls)

    def halls_of(self, targets: Targets) -> list[HallConfiguration]:
        """The halls with a screen among the targets."""
        return [hall for hall in self.halls if is_for_hall(targets, hall)]

    def sites_of(self, targets: Targets) -> frozenset[str]:
        """The sites (slugs) with a screen among the targets, and those of its groups, which may be empty."""
        of_groups = self.sites.intersection(group.partition("/")[0] for group in targets.groups)
        return of_groups | {hall.site.slug for hall in self.halls_of(targets)}

    def zones_of(self, targets: Targets) -> set[ZoneInfo]:
        """The time zones of those sites."""
        sites = self.sites_of(targets)
        return {hall.site.zone for hall in self.halls if hall.site.slug in sites}


def read_places(database: Database, rows: Rows) -> Places:
    """The places of an installation. Refusal: not_configured."""
    found = existing(newest(rows, INSTALLATION, INSTALLATION), "not_configured", hall=INSTALLATION)
    return Places(configured_halls(database, rows), parse_installation(found.content).languages)


def offered_languages(database: Database) -> list[Language]:
    """The languages that visitors may choose: those that some hall offers, and the product's own."""
    with database.read() as rows:
        halls = configured_halls(database, rows)
    offered = {code for hall in halls for code in hall.offered_languages}
    return [each for each in VISITOR_LANGUAGES.values() if each.is_read or each.code in offered]


def configured_halls(database: Database, rows: Rows) -> list[HallConfiguration]:
    """The halls that have a configuration, in the order of their slugs."""
    return [database.configurations.of(rows, hall) for hall in all_halls(rows) if hall.is_configured]


def targets_of(notice: NoticeContent) -> Targets:
    """The targets of a notice, as its facts have them."""
    part = notice.targets
    return Targets(part.sites, part.halls, part.screens, part.is_nowhere, part.groups)


def is_for_hall(targets: Targets, hall: HallConfiguration) -> bool:
    """Whether a screen of a hall is among the targets."""
    return is_for_screen(targets, hall, "") or any(
        is_for_screen(targets, hall, screen.id) for screen in hall.screens.values()
    )


def is_for_screen(targets: Targets, hall: HallConfiguration, screen: str) -> bool:
    """Whether a screen (id) of a hall is among the targets; ANY_SCREEN: whether any; empty: whether all."""
    if screen == ANY_SCREEN:
        return is_for_hall(targets, hall)
    slug = hall.site.slug
    named = slug in targets.sites or hall.hall in targets.halls or screen in targets.screens
    groups = hall.screens[screen].groups if targets.groups and screen in hall.screens else ()
    return targets.is_everywhere or named or any(f"{slug}/{group}" in targets.groups for group in groups)


def _halls_aimed_at(notice: NoticeContent, places: Places) -> Sequence[HallConfiguration]:
    """The halls whose queues a condition may name; any while nobody has said where."""
    return places.halls if notice.targets.is_nowhere else places.halls_of(targets_of(notice))


def check_places(notice: NoticeContent, places: Places, now: datetime) -> None:
    """Refuses targets, a queue or languages that the installation does not have, and a day that is past.

    Raises DocumentRefused.
    """
    screens = [screen for hall in places.halls for screen in hall.screens.values() if not screen.is_retired]
    known_places = KnownPlaces(
        {
            "sites": places.sites,
            "halls": {hall.hall for hall in places.halls},
            "screens": {screen.id for screen in screens},
            "groups": {f"{hall.site.slug}/{id_}" for hall in places.halls for id_ in hall.site.screen_groups},
        },
        {queue for hall in _halls_aimed_at(notice, places) for queue in hall.queues},
        places.languages,
    )
    zones = {hall.site.zone for hall in _halls_aimed_at(notice, places)}
    today = min((now.astimezone(zone).date() for zone in zones), default=now.date())
    problems = check_notice(notice, known_places) + check_not_over(notice, today)
    if problems:
        raise DocumentRefused(problems)
