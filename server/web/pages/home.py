"""Pages that lead to others, `/` and `/voix`; the problem pages that readers get instead of a page."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow
from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.language import LANGUAGES
from server.usecases.attention import read_attention
from server.usecases.devices.read_supervision import SightingsOf
from server.usecases.people.invitations import awaits_first_person
from server.web.access.callers import LOOPBACK, database, identify
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.rendering import page
from server.web.rendering.menu import VOICE_PERMISSIONS, MenuGroup, WorkPage, pages_for
from server.web.rendering.viewer import Moments, Viewer

_SAID = frozenset({400, 401, 403, 404, 405, 429, 500, 503})
_SAID_CODES = frozenset({"control_characters"})
"""Statuses, and codes of refusals, that a problem page has sentences for."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What `var/demo.json` holds; None outside the demonstration."""

    read: Callable[[], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class SeenDevices:
    """What is known of the devices of halls."""

    sightings_of: SightingsOf


needs, seen = of_app(Demonstration), of_app(SeenDevices)

MOST_PAGES = 9
"""Pages in the first view; the others unfold under their group."""
MOST_AT_ONCE = 12
"""Rows of what asks for attention that are shown at once; the others unfold."""


home_pages = PageRoutes("entrance", __name__)
"""What asks for a person's attention and the pages they may open, or how to begin.

The demonstration's links and accounts are for this machine only."""


@home_pages.get("/", Access.EVERYBODY)
def home() -> Any:
    person = page.viewer()
    if person is None and awaits_first_person(database()):
        return redirect("/installation", 303)
    groups = pages_for(person) if person is not None else {}
    theirs = page.halls_of_reader() if person is not None else ()
    shown = needs.read() if request.remote_addr in LOOPBACK else None
    attention = _attention(person, theirs) if person is not None else []
    return render_template(
        "home.html",
        groups=groups,
        first=_first_pages(groups),
        to_decide=sum(each.kind is AttentionKind.NOTICE_PROPOSED for each in attention),
        halls=theirs,
        alert_halls=page.halls(Permission.RAISE_ALERT),
        demonstration=shown,
        attention=attention,
        sites={hall.site.slug: hall.site for hall in theirs},
        moment=_moment,
        most_at_once=MOST_AT_ONCE,
    )


def _first_pages(groups: Mapping[MenuGroup, Sequence[WorkPage]]) -> Mapping[MenuGroup, int]:
    """How many pages of each group are in the first view: `MOST_PAGES` in all, taken in turn from each."""
    turns = [(at, group) for group, pages in groups.items() for at in range(len(pages))]
    return Counter(group for _, group in sorted(turns, key=lambda turn: turn[0])[:MOST_PAGES])


def _attention(person: Viewer, halls: Sequence[HallConfiguration]) -> list[AttentionRow]:
    now, author = database().clock.now(), identify().author
    reach = AttentionReach(halls, person.may, person.roles_at, page.language(), page.translate, now, author)
    return list(read_attention(database(), reach, seen.sightings_of))


def _moment(row: AttentionRow, site: Site) -> str:
    """Since when a row of the list holds, in the time zone of its site."""
    return Moments(site.time_zone, page.language(), database().clock.now())(to_text(row.since))


def problem_page(status: int, code: str = "") -> Response:
    """The problem page instead of the requested one, in the reader's language; `code`: of a refusal."""
    said = code if code in _SAID_CODES else status if status in _SAID else 500 if status >= 500 else 400
    page.speak_one_of(LANGUAGES)
    html = render_template("problem.html", status=status, key=f"server.problem.{said}")
    return make_response(html, status)


voice_pages = PageRoutes("voice_page", __name__, template_folder="templates")
"""The page, for people who may open one of its tabs."""


@voice_pages.get("/voix", *VOICE_PERMISSIONS, anywhere=True)
def voice() -> Any:
    return render_template("voice/voice.html")
