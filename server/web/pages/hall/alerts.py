"""Alerts, `/alerte`, raised and ended in two steps; bulletins of authorities, `/alerte/bulletins`.

Bulletins are given, shown in two presses, or dismissed; they need no JavaScript.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request

from server.documents.problems import DocumentRefused
from server.domain.alerts import ENDED_BY_PEOPLE, AlertKind
from server.domain.bulletins.messages import LARGEST_BYTES
from server.domain.bulletins.proposals import ProposalKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.language import direction_of, own_name
from server.store import bulletins
from server.store.bulletins import BulletinRow
from server.usecases.alerts.course import TEXT_CHARACTERS, TITLE_CHARACTERS
from server.usecases.bulletins.bulletins import (
    LONGEST_REASON,
    accept_alert,
    accept_notice,
    count_waiting,
    dismiss_bulletin,
    halls_of_site,
    known_bulletin,
    read_bulletins,
)
from server.usecases.bulletins.received_bulletins import receive_document
from server.usecases.notices.notice_places import Reach
from server.web.access.callers import Caller, database, someone
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.hall.console import hall_page
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, show_again, status_of
from server.web.rendering.viewer import Moments

LASTS_MINUTES = (15, 30, 60)
"""Times offered to alerts that may expire."""

BULLETINS = "/alerte/bulletins"
NEEDED = {ProposalKind.ALERT: Permission.RAISE_ALERT, ProposalKind.NOTICE: Permission.DRAFT_NOTICES}
"""What a person needs at the site to show or dismiss a proposal, by its kind."""

alert_pages = PageRoutes("alert_page", __name__, template_folder="templates")
"""The route of the page. `bulletins_waiting`: how many wait for a person at a site (slug)."""


@alert_pages.get("/alerte", Permission.RAISE_ALERT)
def alert() -> str:
    hall = page.hall()
    language, person = page.language(), page.viewer()
    own = page.halls(Permission.RAISE_ALERT)
    others = sorted({code for each in own for code in each.languages} - {FRENCH})
    return render_template(
        "alerts/alerts.html",
        hall=hall,
        halls=own,
        page=hall_page(hall, language)
        | {
            "may_end": person is not None and person.may(Permission.END_ALERT, hall.site.slug),
            "spoken": [
                {"code": code, "name": own_name(code), "direction": direction_of(code)} for code in others
            ],
            "expiring": [str(kind) for kind in AlertKind if kind not in ENDED_BY_PEOPLE],
        },
        bulletins=count_waiting(database(), hall.site.slug),
        kinds=[str(kind) for kind in AlertKind],
        lasts=LASTS_MINUTES,
        most_title=TITLE_CHARACTERS,
        most_text=TEXT_CHARACTERS,
        sentences=page.sentences("alerts.", "console.live."),
    )


@dataclass(frozen=True, slots=True)
class BulletinPages:
    """What the page needs of the rest of the server; `programme_changed` tells screens."""

    programme_changed: Callable[[], None]


needs = of_app(BulletinPages)


@dataclass(frozen=True, slots=True)
class BulletinCard:
    """A bulletin as the page shows it. `why`: the sentence of its refusal."""

    row: BulletinRow
    is_open: bool
    may_decide: bool
    state: str
    why: str


bulletin_pages = PageRoutes("bulletins_page", __name__, template_folder="templates")
"""For people who may raise alerts or draft notices."""


@bulletin_pages.get(BULLETINS, Permission.RAISE_ALERT, Permission.DRAFT_NOTICES)
def listed() -> Any:
    return _bulletin_page(_bulletin_hall())


@bulletin_pages.post(
    BULLETINS + "/<bulletin>/<any(montrer, ecarter):verb>", Permission.RAISE_ALERT, Permission.DRAFT_NOTICES
)
def decide(bulletin: str, verb: str) -> Any:
    hall = _bulletin_hall()
    try:
        _decide(bulletin, verb)
    except (Refusal, DocumentRefused) as refusal:
        if isinstance(refusal, DocumentRefused):
            refusal = Refusal("bulletin_not_shown")
        if status_of(refusal) in (401, 403, 404):
            raise refusal from None
        return _bulletin_page(hall, refusal=refusal, bulletin=bulletin), status_of(refusal)
    query = urlencode({"hall": hall.hall, "fait": verb})
    return redirect(f"{BULLETINS}?{query}#bulletin-{bulletin}", 303)


@bulletin_pages.post(BULLETINS, Permission.RAISE_ALERT, Permission.DRAFT_NOTICES)
def receive() -> Any:
    """Takes the document of the form; on a refusal the page keeps what was pasted."""
    hall, caller = _bulletin_hall(), someone()
    site = hall.site.slug
    if not any(_may_at(caller, permission, site) for permission in NEEDED.values()):
        abort(404)
    show_again(lambda refusal: _bulletin_page(hall, refusal=refusal, is_about_document=True))
    received = receive_document(database(), site, _document(), caller.author)
    if received.is_new:
        needs.programme_changed()  # it may have cancelled another one
    verb = "recu" if received.is_new else "connu"
    query = urlencode({"hall": hall.hall, "fait": verb, "bulletin": received.row.id})
    return redirect(f"{BULLETINS}?{query}", 303)


def _document() -> bytes:
    """The document in the form: the file where one was chosen, else what was pasted. Refusal: no_document."""
    file = request.files.get("fichier")
    document = file.read(LARGEST_BYTES + 1) if file else b""
    document = document or request.form.get("document", "").strip().encode(errors="replace")
    if not document:
        raise Refusal("no_document")
    return document


def _bulletin_hall() -> HallConfiguration:
    return page.hall(_permission())


def _permission() -> Permission:
    """Which halls the reader chooses from: where they raise alerts, else where they draft notices."""
    person = page.viewer()
    raises = person is None or person.may(Permission.RAISE_ALERT)
    return Permission.RAISE_ALERT if raises else Permission.DRAFT_NOTICES


def _decide(bulletin: str, verb: str) -> None:
    caller = someone()
    with database().read() as rows:
        row = known_bulletin(rows, bulletin)
    if row.kind is None:
        raise Refusal("bulletin_decided")
    kind = ProposalKind(row.kind)
    if not _may_at(caller, NEEDED[kind], row.site):
        raise Refusal("forbidden")
    if verb == "ecarter":
        dismiss_bulletin(database(), caller.author, bulletin, request.form.get("motif", "")[:1000])
    elif request.form.get("confirme") != "oui":
        raise Refusal("bulletin_unconfirmed")
    elif kind is ProposalKind.ALERT:
        accept_alert(database(), caller.author, bulletin, halls_of_site(database(), row.site))
    else:
        reach = Reach(caller.sites_of(Permission.DRAFT_NOTICES), caller.sites_of(Permission.PUBLISH_NOTICES))
        accept_notice(database(), caller.author, bulletin, reach)
        needs.programme_changed()


def _may_at(caller: Caller, permission: Permission, site: str) -> bool:
    sites = caller.sites_of(permission)
    return sites is None or site in sites


def _bulletin_page(
    hall: HallConfiguration,
    *,
    refusal: Refusal | None = None,
    bulletin: str = "",
    is_about_document: bool = False,
) -> str:
    language, caller, site = page.language(), someone(), hall.site.slug
    if not any(_may_at(caller, permission, site) for permission in NEEDED.values()):
        abort(404)
    found, sources = read_bulletins(database(), site)
    cards = [_card(row, caller) for row in found]
    every_hall = [database().configuration(each) for each in halls_of_site(database(), site)]
    return render_template(
        "bulletins/bulletins.html",
        hall=hall,
        halls=page.halls(_permission()),
        site_halls=[each.name for each in every_hall],
        waiting=sorted((card for card in cards if card.is_open), key=lambda card: str(card.row.kind)),
        decided=[card for card in cards if not card.is_open and not card.why],
        refused=[card for card in cards if card.why],
        sources=sources,
        prepared=request.args.get("preparer", "") or (bulletin if request.form.get("confirme") else ""),
        failed=bulletin,
        problem=refusal and refusal_sentence(refusal),
        is_about_reason=refusal is not None and refusal.code == "no_reason",
        is_about_document=is_about_document,
        pasted=request.form.get("document", ""),
        given=next((card for card in cards if card.row.id == request.args.get("bulletin")), None),
        largest=LARGEST_BYTES,
        is_nothing=not found and not sources,
        may_configure=_may_at(caller, Permission.CONFIGURE, site),
        typed=request.form.get("motif", "")[:LONGEST_REASON],
        done=request.args.get("fait", ""),
        publishes=_may_at(caller, Permission.PUBLISH_NOTICES, site),
        may_alert=_may_at(caller, Permission.RAISE_ALERT, site),
        longest_reason=LONGEST_REASON,
        moment=Moments(hall.site.time_zone, language, database().clock.now()),
    )


def _card(row: BulletinRow, caller: Caller) -> BulletinCard:
    now = database().clock.now()
    has_expired = row.expires_at is None or row.expires_at <= now
    is_open = row.state in bulletins.OPEN and not has_expired
    state = "expired" if row.state in bulletins.OPEN and has_expired else row.state
    why = "" if row.refusal is None else refusal_sentence(Refusal(row.refusal, **row.details))
    may_decide = row.kind is not None and _may_at(caller, NEEDED[ProposalKind(row.kind)], row.site)
    return BulletinCard(row, is_open, may_decide, state, why)
