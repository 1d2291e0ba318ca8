"""The list of notices, `/affichage`, and the page of one, `/affichage/message/…`."""

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from server.documents.hall import Category
from server.documents.notice_fields import IN_LANGUAGES, DaypartName, NoticeField, fields_of
from server.documents.notices import KINDS_TO_BEGIN, NOTICE_MODELS
from server.domain.devices.device_state import Sighting, player_report
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import WITHOUT_NOTICES, Screen
from server.domain.languages import text_in
from server.domain.people.roles import Permission
from server.language import own_name
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.viewer import Viewer, WorkContext, page_language, page_sentences
from signage.lettering import least_px
from signage.notice_parts import STEP_ICONS

type EveryHall = Callable[[], Sequence[HallConfiguration]]
type Languages = Callable[[], Sequence[str]]
type ReportsOfHall = Callable[[HallConfiguration], Mapping[str, Sighting]]
"""The last reports of a hall's devices, by their ids."""


def _form(field: NoticeField) -> dict[str, object]:
    return {
        "name": field.name,
        "as": "line" if field.form == "figure" else field.form,
        "most": field.most,
        "fewest": field.fewest,
        "label": field.written.label or field.name,
        "is_last": field.written.is_last,
        "in_languages": field.form in IN_LANGUAGES,
        "parts": [{**_form(part), "label": part.key} for part in field.parts],
    }


FIELDS = {
    kind: [_form(field) for field in fields_of(model) if not field.written.only or kind in field.written.only]
    for kind, model in NOTICE_MODELS.items()
}
"""The fields of each kind as the form writes them."""


def notice_pages(
    work: WorkContext,
    *,
    every_hall: EveryHall,
    languages: Languages,
    reports_of: ReportsOfHall,
    framing: Mapping[str, str],
) -> Blueprint:
    """The routes. `framing` are the headers of a page that holds a preview of a screen."""
    routes = Blueprint("notice_pages", __name__, template_folder="templates")

    def page(template: str, notice: str | None = None) -> Response:
        person = work.viewer()
        assert person is not None
        language = page_language()
        shown = {
            "language": language,
            "notice": notice,
            "languages": [{"code": code, "name": own_name(code)} for code in languages()],
            "login": person.login,
            "halls": _places(
                every_hall(),
                person,
                own={hall.hall for hall in work.halls(person)},
                language=language,
                reports_of=reports_of,
            ),
            "categories": get_args(Category),
            "parts": get_args(DaypartName),
            "kinds": KINDS_TO_BEGIN,
            "fields": FIELDS,
            "step_icons": STEP_ICONS,
        }
        sentences = page_sentences("notices.", "console.refused.", "console.outcome.repeating")
        made = make_response(render_template(template, page=shown, sentences=sentences))
        made.headers.update(framing)
        return made

    @routes.get("/affichage")
    @requires(Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def notices() -> Response:
        return page("notices/list.html")

    @routes.get("/affichage/message")
    @requires(Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def draft() -> Response:
        return page("notices/notice.html")

    @routes.get("/affichage/message/<notice>")
    @requires(Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def notice(notice: str) -> Response:
        return page("notices/notice.html", notice)

    return routes


def _screen(screen: Screen, sighting: Sighting | None) -> dict[str, object]:
    """A screen and how it lays notices out; its size in px is null until its page has reported one."""
    player = player_report(sighting)
    return {
        "id": screen.id,
        "label": screen.label,
        "shows_notices": screen.layout not in WITHOUT_NOTICES,
        "least_px": least_px(screen.diagonal_cm, screen.viewing_m),
        "size": [player["width_px"], player["height_px"]]
        if player and player["width_px"] and player["height_px"]
        else None,
    }


def _places(
    every: Sequence[HallConfiguration],
    person: Viewer,
    *,
    own: set[str],
    language: str,
    reports_of: ReportsOfHall,
) -> list[dict[str, object]]:
    """Every hall that a notice may target, and what the person may do there.

    In the drafter's own halls there is a preview on a screen.
    """
    return [
        {
            "hall": hall.hall,
            "name": hall.name,
            "site": hall.site.slug,
            "site_name": hall.site.name,
            "may_preview": hall.hall in own and person.may(Permission.DRAFT_NOTICES, hall.site.slug),
            "may_draft": person.may(Permission.DRAFT_NOTICES, hall.site.slug),
            "may_publish": person.may(Permission.PUBLISH_NOTICES, hall.site.slug),
            "screens": [
                _screen(screen, reports_of(hall).get(screen.id))
                for screen in hall.screens.values()
                if not screen.is_retired
            ],
            "queues": [
                {"id": queue.id, "name": text_in(queue.names, language)} for queue in hall.queues.values()
            ],
        }
        for hall in every
    ]
