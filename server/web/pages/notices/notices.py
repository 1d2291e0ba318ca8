"""The list of notices, `/affichage`, and the page of one, `/affichage/message/…`."""

from dataclasses import dataclass
from typing import get_args

from flask import make_response, render_template
from werkzeug.wrappers import Response

from server.documents.hall import Category
from server.documents.notice_fields import IN_LANGUAGES, DaypartName, NoticeField, fields_of
from server.documents.notices import (
    KINDS_TO_BEGIN,
    NOTICE_MODELS,
    PICTURE_FIELDS,
    MediumNotice,
    NoticeContent,
)
from server.domain.devices.device_state import Sighting, player_report
from server.domain.hall.devices import WITHOUT_NOTICES, Screen
from server.domain.languages import text_in
from server.domain.people.roles import Permission
from server.language import own_name
from server.store.devices.sightings import Players
from server.usecases.notices.notice_places import read_places
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import every_hall, of_app
from server.web.rendering import page
from server.web.rendering.answers import FRAMING
from server.web.rendering.viewer import Viewer
from signage.lettering import least_px
from signage.notice_parts import STEP_ICONS


@dataclass(frozen=True, slots=True)
class NoticePages:
    """What the pages need of the rest of the server: the last reports of devices."""

    players: Players


needs = of_app(NoticePages)


def _form(field: NoticeField) -> dict[str, object]:
    return {
        "name": field.name,
        "as": "line" if field.form == "figure" else field.form,
        "most": field.most,
        "fewest": field.fewest,
        "label": field.written.label or field.name,
        "is_last": field.written.is_last,
        "in_languages": field.form in IN_LANGUAGES,
        "choices": field.choices,
        "parts": [{**_form(part), "label": part.key} for part in field.parts],
    }


def _fields(kind: str, model: type[NoticeContent]) -> list[dict[str, object]]:
    own = [field for field in fields_of(model) if not field.written.only or kind in field.written.only]
    shared = () if model is MediumNotice else PICTURE_FIELDS
    return [{**_form(field), "is_shared": field in shared} for field in (*own, *shared)]


FIELDS = {kind: _fields(kind, model) for kind, model in NOTICE_MODELS.items()}
"""The fields of each kind as the form writes them, then those of every kind of words (`is_shared`)."""


notice_pages = PageRoutes("notice_pages", __name__, template_folder="templates")


FEED_FAILURES = ("feed_address", "feed_private", "feed_unreachable", "feed_too_large", "feed_broken")
"""The codes of why a feed cannot be read, which the pages say."""


def _page(template: str, notice: str | None = None) -> Response:
    person, language = page.reader(), page.language()
    with database().read() as rows:
        languages = read_places(database(), rows).languages
    shown = {
        "language": language,
        "notice": notice,
        "languages": [{"code": code, "name": own_name(code)} for code in languages],
        "halls": _places(person, language),
        "categories": get_args(Category),
        "parts": get_args(DaypartName),
        "kinds": KINDS_TO_BEGIN,
        "fields": FIELDS,
        "step_icons": STEP_ICONS,
    }
    sentences = page.sentences("notices.", "console.refused.", "console.outcome.repeating")
    failures = {f"refusal.{code}": page.translate(f"refusal.{code}", language) for code in FEED_FAILURES}
    made = make_response(render_template(template, page=shown, sentences={**sentences, **failures}))
    made.headers.update(FRAMING)
    return made


@notice_pages.get("/affichage", Permission.DRAFT_NOTICES, anywhere=True)
def notices() -> Response:
    return _page("notices/list.html")


@notice_pages.get("/affichage/message", Permission.DRAFT_NOTICES, anywhere=True)
def draft() -> Response:
    return _page("notices/notice.html")


@notice_pages.get("/affichage/message/<notice>", Permission.DRAFT_NOTICES, anywhere=True)
def notice(notice: str) -> Response:
    return _page("notices/notice.html", notice)


def _screen(screen: Screen, sighting: Sighting | None) -> dict[str, object]:
    """A screen and how it lays notices out; its size in px is null until its page has reported one."""
    player = player_report(sighting)
    return {
        "id": screen.id,
        "label": screen.label,
        "groups": list(screen.groups),
        "shows_notices": screen.layout not in WITHOUT_NOTICES,
        "least_px": least_px(screen.diagonal_cm, screen.viewing_m),
        "size": [player["width_px"], player["height_px"]]
        if player and player["width_px"] and player["height_px"]
        else None,
    }


def _places(person: Viewer, language: str) -> list[dict[str, object]]:
    """Every hall that a notice may target, and what the person may do there.

    In the drafter's own halls there is a preview on a screen.
    """
    own = {hall.hall for hall in page.halls_of_reader()}
    return [
        {
            "hall": hall.hall,
            "name": hall.name,
            "site": hall.site.slug,
            "site_name": hall.site.name,
            "groups": [{"id": id_, "label": label} for id_, label in hall.site.screen_groups.items()],
            "may_preview": hall.hall in own and person.may(Permission.DRAFT_NOTICES, hall.site.slug),
            "may_draft": person.may(Permission.DRAFT_NOTICES, hall.site.slug),
            "may_configure": person.may(Permission.CONFIGURE, hall.site.slug),
            "may_publish": person.may(Permission.PUBLISH_NOTICES, hall.site.slug),
            "screens": [
                _screen(screen, needs.players.of_hall(database().hall_id(hall.hall)).get(screen.id))
                for screen in hall.screens.values()
                if not screen.is_retired
            ],
            "queues": [
                {"id": queue.id, "name": text_in(queue.names, language)} for queue in hall.queues.values()
            ],
        }
        for hall in every_hall()
    ]
