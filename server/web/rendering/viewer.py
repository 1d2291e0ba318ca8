"""Who reads pages, and what they may; sentences for pages and their scripts; times in words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po

import server
from kiosk.pages import plural_samples
from server.documents.installation import SitePart
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_text
from server.domain.people.roles import ROLES, CallingReach, Permission
from server.language import catalogues_of, locale_of
from server.store.people.accounts import EVERY_SITE, Grant, reach_of

type PageSentences = Mapping[str, str | Mapping[str, str]]


class Display(NamedTuple):
    """How the pages of a person look: `THEMES` and `DENSITIES` of server/usecases/people/sign_in.py."""

    theme: str = "light"
    density: str = "comfortable"


LIGHT = Display()


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: login, name to show, roles by site, language (None: the browser's)."""

    login: str
    name: str
    grants: tuple[Grant, ...]
    language: str | None = None
    display: Display = LIGHT

    @property
    def role(self) -> str:
        """The role that may do most, anywhere: what the person is called."""
        return max((grant.role for grant in self.grants), key=lambda role: len(ROLES[role]))

    def may(self, permission: Permission, site: str | None = None) -> bool:
        """Whether a role of the person has a permission at a site (slug); None: at one site at least."""
        return any(
            permission in grant.permissions
            for grant in self.grants
            if site is None or grant.site in (site, EVERY_SITE)
        )

    def reach(self, permission: Permission, hall: HallConfiguration) -> CallingReach:
        """Where in a hall the person has a permission to call or to read the queue."""
        return reach_of(self.grants, permission, hall)

    def roles_at(self, site: str) -> frozenset[str]:
        """The roles of the person at a site (slug)."""
        return frozenset(grant.role for grant in self.grants if grant.site in (site, EVERY_SITE))


type FindViewer = Callable[[], Viewer | None]
type FindHalls = Callable[[Viewer], Sequence[HallConfiguration]]


@dataclass(frozen=True, slots=True)
class WorkContext:
    """The values for every page of work: sentences, reader, and the halls where they work."""

    translate: Callable[..., str]
    viewer: FindViewer
    halls: FindHalls


class Sentence:
    """`t(key, **values)` of the templates: a sentence in the page's language."""

    def __init__(self, translate: Callable[..., str], language: str) -> None:
        self.translate = translate
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        return self.translate(key, self.language, **values)


class _OpenCount(int):
    """A number that chooses a plural form and prints as its placeholder."""

    def __format__(self, _: str) -> str:
        return "{count}"


@cache
def catalogue_file(name: str) -> Path:
    """The French catalogue of a name, anywhere in the server."""
    return dict(catalogues_of(server))[name] / "fr" / "LC_MESSAGES" / f"{name}.po"


@cache
def _keys_of(catalogue: str, prefixes: Sequence[str]) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """The keys of a catalogue that start with one of the prefixes: whether they count.

    And their placeholders.
    """
    found = {}
    with catalogue_file(catalogue).open("rb") as opened:
        for message in read_po(opened, locale="fr"):
            key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
            if key and key.startswith(tuple(prefixes)):
                text = message.string[-1] if isinstance(message.string, tuple) else str(message.string)
                found[key] = (bool(message.pluralizable), _placeholders(text))
    return found


def sentences_in(say: Sentence, prefixes: Sequence[str]) -> PageSentences:
    """Sentences by key for a page's script; a counted one as its CLDR plural forms.

    `prefixes`: of their keys. The catalogue is that of the first word, `console.live.`, unless another one is
    named: `server/why.`.
    """
    by_catalogue = dict[str, list[str]]()
    for prefix in prefixes:
        catalogue, _, start = prefix.rpartition("/")
        by_catalogue.setdefault(catalogue or start.partition(".")[0], []).append(start)
    return {
        key: _counted(say, key, names) if counts else _open(say, key, names)
        for catalogue, starts in by_catalogue.items()
        for key, (counts, names) in _keys_of(catalogue, tuple(starts)).items()
    }


def _placeholders(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def _open(say: Sentence, key: str, names: Sequence[str]) -> str:
    return say(key, **{name: f"{{{name}}}" for name in names})


def _counted(say: Sentence, key: str, names: Sequence[str]) -> Mapping[str, str]:
    others: dict[str, object] = {name: f"{{{name}}}" for name in names if name != "count"}
    forms = plural_samples(say.language).items()
    return {form: say(key, **others, count=_OpenCount(number)) for form, number in forms}


def instant_text(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A local date and time: "26 nov. 2026, 14:05"."""
    local, locale = at.astimezone(zone), locale_of(language)
    day = format_date(local.date(), "medium", locale=locale)
    return f"{day}, {format_time(local.time(), 'HH:mm', locale=locale)}"


def zone_of(parts: Mapping[str, SitePart], sites: Collection[str] | None) -> ZoneInfo:
    """The zone of the first of the reader's sites (slugs; None: all), else of the first; Paris before any."""
    own = [each for slug, each in parts.items() if sites is None or slug in sites]
    return ZoneInfo(next((each.time_zone for each in [*own, *parts.values()]), "Europe/Paris"))


@dataclass(frozen=True, slots=True)
class Moments:
    """Writes instants (RFC 3339) in a site's time zone and a language, as of `now`."""

    time_zone: str
    language: str
    now: datetime

    def __call__(self, instant: str) -> str:
        zone = ZoneInfo(self.time_zone)
        at, locale = from_text(instant).astimezone(zone), locale_of(self.language)
        if at.date() == self.now.astimezone(zone).date():
            return str(format_time(at, "HH:mm", locale=locale))
        return str(format_datetime(at, "d MMM HH:mm", locale=locale))
