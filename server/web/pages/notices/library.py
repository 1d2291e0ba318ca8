"""The library of media, `/affichage/medias`: all as a grid, one, or several to describe, tag or remove.

Sending files and changing one medium need JavaScript; the rest does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from flask import redirect, render_template, request

from server.domain.notices.media import MediaSearch, Texts, tag_of, terms_of
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.store.notices.media import MediaFiles
from server.store.notices.notices import notices_with_medium
from server.usecases.media.catalogue import tag_medium
from server.usecases.media.media_library import (
    LONGEST_TEXT,
    PAGE,
    MediumAnswer,
    describe_medium,
    read_media,
    read_medium,
    read_several,
)
from server.usecases.media.uploads import removable, remove_medium
from server.usecases.people.directory import known_sites
from server.web.access.callers import database, identify, sites_where
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence
from signage.media import LIMITS
from signage.media.presentations import converter

ADDRESS = "/affichage/medias"
type Gesture = Literal["decrire", "etiqueter", "supprimer"]
GESTURES = get_args(Gesture.__value__)
CHOSEN = f"{ADDRESS}/choisis/<any({', '.join(GESTURES)}):gesture>"
site = of_app(SiteContext)
files = of_app(MediaFiles)

routes = PageRoutes("library", __name__, template_folder="templates")
"""The routes of the library, for people who draft notices."""


@routes.get(ADDRESS, Permission.DRAFT_NOTICES, anywhere=True)
def library() -> str:
    sites = sites_where(Permission.DRAFT_NOTICES)[1]
    named = {slug: known.name for slug, known in known_sites(database()).items()}
    choices = {slug: name for slug, name in named.items() if sites is None or slug in sites}
    asked = {name: request.args.get(name, "")[:200] for name in ("q", "site", "kind", "tag")}
    search = MediaSearch(terms_of(asked["q"]), asked["site"], asked["kind"], tag_of(asked["tag"]))
    found = read_media(
        database(),
        before=request.args.get("before"),
        sites=sites,
        search=search,
        quota=site.settings.site_media_bytes,
    )
    done = request.args.get("fait", "")
    return render_template(
        "media/media.html",
        found=found,
        asked=asked,
        named=named,
        sites=choices if len(choices) > 1 else {},
        may_be_of_all=sites is None,
        older=urlencode({**asked, "before": found["next"]}),
        gestures=GESTURES,
        done=done if done in GESTURES else "",
        count=min(request.args.get("combien", 0, type=int), PAGE),
        takes_presentations=converter() is not None,
        limits={
            "megabytes": site.settings.media_bytes // 1_000_000,
            "pages": LIMITS.pages,
            "minutes": int(LIMITS.video_s) // 60,
        },
        page={"language": page.language(), "media_bytes": site.settings.media_bytes, "most_chosen": PAGE},
        sentences=page.sentences("media."),
    )


@routes.get(f"{ADDRESS}/<medium>", Permission.DRAFT_NOTICES, anywhere=True)
def one(medium: str) -> str:
    sites = sites_where(Permission.DRAFT_NOTICES)[1]
    found = read_medium(database(), medium, sites=sites)
    named = {slug: known.name for slug, known in known_sites(database()).items()}
    return render_template(
        "media/medium.html",
        medium=found,
        page={
            "language": page.language(),
            "longest_text": LONGEST_TEXT,
            "sites": named if sites is None or len(sites) > 1 else {},
            "medium": found["medium"],
        },
        sentences=page.sentences("media."),
    )


@dataclass
class Chosen:
    """The chosen media in their order, those left out with why, and why others were refused, by their ids."""

    media: list[MediumAnswer]
    left_out: list[tuple[MediumAnswer, str]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    done: int = 0


@routes.get(CHOSEN, Permission.DRAFT_NOTICES, anywhere=True)
def choose(gesture: Gesture) -> str:
    return _page(gesture, _chosen(gesture, request.args.getlist("medium")))


@routes.post(CHOSEN, Permission.DRAFT_NOTICES, anywhere=True)
def do(gesture: Gesture) -> Any:
    chosen = _chosen(gesture, request.form.getlist("medium"))
    for medium in chosen.media:
        try:
            chosen.done += _change(gesture, medium)
        except Refusal as refusal:
            chosen.problems[medium["medium"]] = refusal_sentence(refusal)
    chosen.media = [each for each in chosen.media if each["medium"] in chosen.problems]
    if not chosen.done or chosen.problems:
        return _page(gesture, chosen), 409
    return redirect(f"{ADDRESS}?{urlencode({'fait': gesture, 'combien': chosen.done})}#done", 303)


def _chosen(gesture: Gesture, ids: Sequence[str]) -> Chosen:
    """What may be changed of the chosen media; those that are gone are not named."""
    sites = sites_where(Permission.DRAFT_NOTICES)[1]
    chosen = Chosen([])
    with database().read() as rows:
        for medium in read_several(database(), ids[:PAGE], sites=sites):
            try:
                if gesture == "supprimer":
                    removable(rows, medium["medium"], notices_with=notices_with_medium, sites=sites)
                elif not medium["may_change"]:
                    raise Refusal("medium_of_all", medium=medium["medium"])
            except Refusal as refusal:
                chosen.left_out.append((medium, refusal_sentence(refusal)))
            else:
                chosen.media.append(medium)
    return chosen


def _typed(medium: MediumAnswer) -> Texts:
    """The description that was typed, or the one there is."""
    names = {language: f"{language}-{medium['medium']}" for language in LANGUAGES}
    if names["fr"] not in request.form:
        return medium["texts"]
    typed = {language: " ".join(request.form.get(name, "").split()) for language, name in names.items()}
    return {language: text for language, text in typed.items() if text}


def _change(gesture: Gesture, medium: MediumAnswer) -> bool:
    """Does to a medium what the form says; whether there was anything to do."""
    author, chosen, sites = identify().author, medium["medium"], sites_where(Permission.DRAFT_NOTICES)[1]
    if gesture == "etiqueter":
        added, removed = request.form.get("ajouter", "").split(","), request.form.getlist("retirer")
        tag_medium(database(), author, chosen, added=added, removed=removed, sites=sites)
    elif gesture == "supprimer":
        remove_medium(database(), files, author, chosen, notices_with=notices_with_medium, sites=sites)
    elif (texts := _typed(medium)) == medium["texts"]:
        return False
    else:
        describe_medium(database(), author, chosen, texts, sites=sites)
    return True


def _page(gesture: Gesture, chosen: Chosen) -> str:
    return render_template(
        "media/chosen.html",
        chosen=chosen,
        gesture=gesture,
        languages=LANGUAGES,
        typed={each["medium"]: _typed(each) for each in chosen.media},
        tags=sorted({tag for each in chosen.media for tag in each["tags"]}),
        longest_text=LONGEST_TEXT,
        added=request.form.get("ajouter", ""),
    )
