"""The reader of a page and their permissions there; its language, its sentences and its times."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po
from flask import Flask, abort, current_app, g, redirect, request

import server
from hardware.languages import Language, base_of
from kiosk.pages import plural_samples
from server.documents.installation import SitePart
from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.domain.people.roles import ROLES, CallingReach, Permission
from server.language import catalogues_of, direction_of, locale_of
from server.store.people.accounts import EVERY_SITE, Grant, reach_of
from server.usecases.media.read_look import Branding

type PageSentences = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: login, name to show, roles by site, language (None: the browser's)."""

    login: str
    name: str
    grants: tuple[Grant, ...]
    language: str | None = None

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

    def may(self, permission: Permission, site: str) -> bool:
        """Whether the reader has a permission at a site (slug)."""
        person = self.viewer()
        return person is not None and person.may(permission, site)


class Sentence:
    """`t(key, **values)` of the templates: a sentence in the page's language."""

    def __init__(self, translate: Callable[..., str], language: str) -> None:
        self.translate = translate
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        return self.translate(key, self.language, **values)


def install_page_context(
    app: Flask,
    work: WorkContext,
    *,
    languages: Sequence[str],
    is_demonstration: bool,
    look: Callable[[], Branding | None] = lambda: None,
) -> None:
    """Give every template `t`, `language`, `languages`, `viewer`, `is_demonstration`, `tag_of` and `look`.

    `tag_of`: what `lang=` says of a language. `look`: that of the organisation, None without a database.
    """

    app.extensions["parvis_language"] = lambda: _language(languages, work.viewer)
    app.extensions["parvis_look"] = look
    app.extensions["parvis_translate"] = work.translate

    @app.context_processor
    def page_context() -> dict[str, object]:
        language = page_language()
        return {
            "t": page_sentence(),
            "language": language,
            "direction": direction_of(language),
            "tag_of": base_of,
            "languages": languages,
            "viewer": work.viewer(),
            "is_demonstration": is_demonstration,
            "look": page_look(),
        }


def page_language() -> str:
    """The language of the page being answered, found when it is first needed."""
    if "page_language" not in g:
        g.page_language = current_app.extensions["parvis_language"]()
    return str(g.page_language)


def page_sentence() -> Sentence:
    """Sentences in the language of the page being answered."""
    return Sentence(current_app.extensions["parvis_translate"], page_language())


def page_look() -> Branding | None:
    """The organisation's look on the page being answered; None where the database is away."""
    if "page_look" not in g:
        g.page_look = current_app.extensions["parvis_look"]()
    return cast(Branding | None, g.page_look)


def speak_to(language: str) -> None:
    """Answers the current page in this language, whatever the browser's settings.

    A language in the address takes precedence.
    """
    if "lang" not in request.args:
        g.page_language = language


def speak_one_of(languages: Sequence[str]) -> None:
    """Answers the current page in its language where that is one of these, else in the first of them."""
    if page_language() not in languages:
        g.page_language = languages[0]


def speak_to_visitors(languages: Sequence[Language]) -> None:
    """Answers the current page, which visitors read, in one of the languages that they are offered."""
    g.page_language = _language([each.code for each in languages], lambda: None)


def _language(languages: Sequence[str], viewer: FindViewer) -> str:
    if (chosen := request.args.get("lang")) in languages:
        return str(chosen)
    person = viewer()
    if person is not None and person.language in languages:
        return str(person.language)
    return request.accept_languages.best_match(languages) or FRENCH


def hall_for_page(work: WorkContext, *permissions: Permission) -> HallConfiguration:
    """The hall a page at work is about: `?hall=`, else the first. One of the permissions is enough.

    Answers instead of the page: the way to sign in where nobody has, 403 without a permission, 404 for a hall
    where the person has none.
    """
    person = work.viewer()
    if person is None:
        abort(redirect("/connexion?" + urlencode({"next": request.full_path.rstrip("?")})))
    if not any(person.may(permission) for permission in permissions):
        abort(403)
    theirs = _halls_where(person, work.halls, permissions)
    slug = request.args.get("hall")
    found = next((hall for hall in theirs if slug in (None, hall.hall)), None)
    if found is None:
        abort(404)
    return found


def halls_for_page(work: WorkContext, *permissions: Permission) -> Sequence[HallConfiguration]:
    """The halls a signed-in person may turn to from a page at work: those where a permission is theirs."""
    person = work.viewer()
    return _halls_where(person, work.halls, permissions) if person is not None else ()


def sites_for_page(work: WorkContext, permission: Permission) -> list[Site]:
    """The sites where a signed-in person has a permission, each once, in the order of their halls."""
    return list({hall.site.slug: hall.site for hall in halls_for_page(work, permission)}.values())


def _halls_where(
    person: Viewer, halls: FindHalls, permissions: Sequence[Permission]
) -> list[HallConfiguration]:
    return [hall for hall in halls(person) if any(person.may(each, hall.site.slug) for each in permissions)]


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


def page_sentences(*prefixes: str) -> PageSentences:
    """Sentences by key for a page's script; a counted one as its CLDR plural forms.

    `prefixes`: of their keys. The catalogue is that of the first word, `console.live.`, unless another one is
    named: `server/why.`.
    """
    say, by_catalogue = page_sentence(), dict[str, list[str]]()
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
