"""Pages that lead to others, `/` and `/voix`; the problem pages that readers get instead of a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.attention import AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.language import LANGUAGES
from server.store.transactions.database import Database
from server.usecases.attention import read_attention
from server.web.access.callers import LOOPBACK
from server.web.access.requirements import PEOPLE, Access, open_to, requires
from server.web.rendering.menu import VOICE_PERMISSIONS, pages_for
from server.web.rendering.viewer import (
    Moments,
    Viewer,
    WorkContext,
    page_language,
    page_sentence,
    speak_one_of,
)

_SAID = frozenset({400, 401, 403, 404, 405, 429, 500, 503})
_SAID_CODES = frozenset({"control_characters"})
"""Statuses, and codes of refusals, that a problem page has sentences for."""

type Demonstration = Callable[[], Mapping[str, Any] | None]
"""What `var/demo.json` holds; None outside the demonstration."""

MOST_AT_ONCE = 12
"""Rows of what asks for attention that are shown at once; the others unfold."""


@dataclass(frozen=True, slots=True)
class _LineOfList:
    """A row of the list in words. `site`: empty where the person has one; `since`: empty if not shown."""

    urgency: str
    text: str
    site: str
    since: str
    path: str


def home_pages(
    work: WorkContext,
    database: Database,
    *,
    demonstration: Demonstration,
    awaits_first_person: Callable[[], bool],
) -> Blueprint:
    """The home page: what asks for a person's attention and the pages they may open, or how to begin.

    The demonstration's links and accounts are for this machine only.

    """
    routes = Blueprint("entrance", __name__)

    @routes.get("/")
    @open_to(Access.EVERYBODY)
    def home() -> Any:
        person = work.viewer()
        if person is None and awaits_first_person():
            return redirect("/installation", 303)
        groups = pages_for(person) if person is not None else {}
        theirs = work.halls(person) if person is not None else ()
        shown = demonstration() if request.remote_addr in LOOPBACK else None
        return render_template(
            "home.html",
            groups=groups,
            halls=theirs,
            demonstration=shown,
            attention=_attention(work, database, person, theirs) if person is not None else (),
            most_at_once=MOST_AT_ONCE,
        )

    return routes


def _attention(
    work: WorkContext, database: Database, person: Viewer, halls: Sequence[HallConfiguration]
) -> list[_LineOfList]:
    language, now = page_language(), database.clock.now()
    sites = {hall.site.slug: hall.site for hall in halls}

    def line(row: AttentionRow) -> _LineOfList:
        site, said = sites[row.site], page_sentence()(row.sentence, **row.values)
        moment = Moments(site.time_zone, language, now)(to_text(row.since))
        since = page_sentence()("server.home.attention.since", moment=moment)
        return _LineOfList(
            urgency=row.urgency.name.lower(),
            text=said[:1].upper() + said[1:],
            site=site.name if len(sites) > 1 else "",
            since=since if row.urgency is Urgency.NOW else "",
            path=row.path,
        )

    reach = AttentionReach(halls, person.may, person.roles_at, language, work.translate, now)
    return [line(row) for row in read_attention(database, reach)]


def problem_page(status: int, code: str = "") -> Response:
    """The problem page instead of the requested one, in the reader's language; `code`: of a refusal."""
    said = code if code in _SAID_CODES else status if status in _SAID else 500 if status >= 500 else 400
    speak_one_of(LANGUAGES)
    page = render_template("problem.html", status=status, key=f"server.problem.{said}")
    return make_response(page, status)


def voice_pages() -> Blueprint:
    """The page, for people who may open one of its tabs."""
    routes = Blueprint("voice_page", __name__, template_folder="templates")

    @routes.get("/voix")
    @requires(*VOICE_PERMISSIONS, of=PEOPLE, anywhere=True)
    def voice() -> Any:
        return render_template("voice/voice.html")

    return routes
