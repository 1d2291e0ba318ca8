"""The page being answered: who reads it, in which language, about which hall. Imported as `page`."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, abort, current_app, g, redirect, request

from hardware.languages import Language, base_of
from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.language import LANGUAGES, direction_of, own_name
from server.usecases.media.read_look import Branding
from server.web.rendering.viewer import FindViewer, PageSentences, Sentence, Viewer, WorkContext, sentences_in

NAMED_LANGUAGES = [(code, own_name(code)) for code in LANGUAGES]
"""The languages of the interface: code and own name."""


def install(
    app: Flask,
    work: WorkContext,
    *,
    languages: Sequence[str],
    is_demonstration: bool,
    read_look: Callable[[str | None], Branding | None] = lambda _: None,
) -> None:
    """Give every template `t`, `language`, `languages`, `viewer`, `is_demonstration`, `tag_of` and `look`.

    `tag_of`: what `lang=` says of a language. `read_look`: reads that of a site, else of the organisation;
    None without a database.
    """

    app.extensions["parvis_work"] = work
    app.extensions["parvis_language"] = lambda: _language(languages, work.viewer)
    app.extensions["parvis_look"] = read_look

    @app.context_processor
    def page_context() -> dict[str, object]:
        spoken = language()
        return {
            "t": sentence(),
            "language": spoken,
            "direction": direction_of(spoken),
            "tag_of": base_of,
            "languages": languages,
            "viewer": work.viewer(),
            "is_demonstration": is_demonstration,
            "look": look(),
        }


def _work() -> WorkContext:
    return cast(WorkContext, current_app.extensions["parvis_work"])


def viewer() -> Viewer | None:
    """The signed-in person who reads the page being answered."""
    return _work().viewer()


def reader() -> Viewer:
    """The same where nobody else may come: access was checked before."""
    person = viewer()
    assert person is not None
    return person


def may(permission: Permission, site: str) -> bool:
    """Whether the reader of the page has a permission at a site (slug)."""
    person = viewer()
    return person is not None and person.may(permission, site)


def halls_of_reader() -> Sequence[HallConfiguration]:
    """The halls of the sites where the reader of the page has a role."""
    return _work().halls(reader())


def translate(key: str, language: str, /, **values: object) -> str:
    """A sentence in a language, as the running app knows it."""
    return _work().translate(key, language, **values)


def language() -> str:
    """The language of the page being answered, found when it is first needed."""
    if "page_language" not in g:
        g.page_language = current_app.extensions["parvis_language"]()
    return str(g.page_language)


def sentence() -> Sentence:
    """Sentences in the language of the page being answered."""
    return Sentence(_work().translate, language())


def sentences(*prefixes: str) -> PageSentences:
    """Sentences by key for the script of the page being answered: see `sentences_in`."""
    return sentences_in(sentence(), prefixes)


def look() -> Branding | None:
    """The look of the page being answered; None where the database is away."""
    if "page_look" not in g:
        wear_look_of(None)
    return cast(Branding | None, g.page_look)


def wear_look_of(site: str | None) -> None:
    """Answers the current page in the look of a site (slug), else of the organisation, unless it has one."""
    if "page_look" not in g:
        wear(current_app.extensions["parvis_look"](site))


def wear(look: Branding | None) -> None:
    """Answers the current page in a look."""
    g.page_look = look


def speak_to(language: str) -> None:
    """Answers the current page in this language, whatever the browser's settings.

    A language in the address takes precedence.
    """
    if "lang" not in request.args:
        g.page_language = language


def speak_one_of(languages: Sequence[str]) -> None:
    """Answers the current page in its language where that is one of these, else in the first of them."""
    if language() not in languages:
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


def language_links(
    languages: Iterable[tuple[str, str]] = NAMED_LANGUAGES, *, without: Collection[str] = ("lang",)
) -> list[dict[str, str]]:
    """The same page in each language (code, own name); its address loses the parameters `without`."""
    kept = {name: value for name, value in request.args.items() if name not in without}
    return [
        {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
        for code, name in languages
    ]


def hall(*permissions: Permission) -> HallConfiguration:
    """The hall a page at work is about: `?hall=`, else the first. One of the permissions is enough.

    Without any: one of those that the view `requires`. Answers instead of the page: the way to sign in where
    nobody has, 403 without a permission, 404 for a hall where the person has none.
    """
    person, needed = viewer(), permissions or _required()
    if person is None:
        abort(redirect("/connexion?" + urlencode({"next": request.full_path.rstrip("?")})))
    if not any(map(person.may, needed)):
        abort(403)
    slug = request.args.get("hall")
    found = next((each for each in _halls_where(person, needed) if slug in (None, each.hall)), None)
    if found is None:
        abort(404)
    return found


def halls(*permissions: Permission) -> Sequence[HallConfiguration]:
    """The halls a signed-in person may turn to from a page at work: those where a permission is theirs.

    Without any: one of those that the view `requires`.
    """
    person = viewer()
    return _halls_where(person, permissions or _required()) if person is not None else ()


def sites(permission: Permission) -> list[Site]:
    """The sites where a signed-in person has a permission, each once, in the order of their halls."""
    return list({each.site.slug: each.site for each in halls(permission)}.values())


def site(permission: Permission, slug: str) -> Site:
    """The site of this slug where the reader has a permission, the first where none is given; else 404."""
    found = next((site for site in sites(permission) if slug in ("", site.slug)), None)
    return found or abort(404)


def _required() -> Collection[Permission]:
    view: Any = current_app.view_functions[request.endpoint or ""]
    return cast(Collection[Permission], view.required.permissions)


def _halls_where(person: Viewer, permissions: Collection[Permission]) -> list[HallConfiguration]:
    theirs = _work().halls(person)
    return [hall for hall in theirs if any(person.may(each, hall.site.slug) for each in permissions)]
