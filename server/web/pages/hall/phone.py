"""The visitor's phone: `/t/<token>` follows a ticket, `/suivi` shows one by its short code.

No account, no cookie.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from server.language import direction_of
from server.usecases.tickets.ticket_page import FollowedTicket
from server.web.access.requirements import Access, open_to
from server.web.pages.phone.ticket_view import (
    Phrase,
    Prepared,
    ahead_sentence,
    alert_languages,
    alert_words,
    closed_sentence,
    kept_sentence,
    part_of,
    wait_sentence,
)
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import page_language
from signage.announcement import alert_texts
from signage.pages import alert_signs

CODE_LENGTH = 8

type FindTicket = Callable[[str, str], FollowedTicket | None]
"""The ticket of a token or of a short code, its words in a language.

None when it is unknown or from another day.
"""


def blueprint(
    *,
    translate: Callable[..., str],
    languages: Sequence[tuple[str, str]],
    ticket: FindTicket,
    ticket_of_code: FindTicket,
    has_notices: Callable[[str], bool],
    has_survey: Callable[[str], bool],
) -> Blueprint:
    """The routes of the phone.

    `languages` are (code, own name); `ticket_of_code` may raise a 429 of its own. `has_notices`: whether
    there is something to read about a hall (slug) now; `has_survey`: whether its tickets may answer a survey.
    """
    routes = Blueprint("phone", __name__, template_folder="templates")

    def show(found: FollowedTicket, *, token: str | None, again: str) -> Response:
        language = page_language()
        prepared = alert_texts(translate, alert_languages(language))
        page = {"token": token, "language": language, "ticket": found, "alerts": prepared}
        return _uncached(
            render_template(
                "phone/ticket.html",
                page=page,
                ticket=found,
                **_words(found, language, translate),
                **_alert(found, language, prepared),
                alert_signs=Markup(alert_signs()),
                sentences=page_sentences("phone."),
                language_links=_links(languages),
                again=again,
                has_notices=has_notices(found["hall"]["slug"]),
                has_survey=token is not None and has_survey(found["hall"]["slug"]),
            )
        )

    @routes.get("/t/<token>")
    @open_to(Access.TICKET)
    def follow(token: str) -> Response:
        found = ticket(token, page_language())
        if found is None:
            return _uncached(render_template("phone/unknown.html", language_links=_links(languages)), 404)
        return show(found, token=token, again=request.full_path.rstrip("?"))

    @routes.get("/suivi")
    @open_to(Access.TICKET)
    def follow_code() -> Response:
        written = request.args.get("code", "")
        code = "".join(letter for letter in written.upper() if letter.isalnum())
        found = ticket_of_code(code, page_language()) if len(code) == CODE_LENGTH else None
        if found is not None:
            hidden: FollowedTicket = {
                **found,
                "may_give_up": False,
                "may_take_back": False,
                "take_back_until": None,
            }
            return show(hidden, token=None, again=request.full_path)
        words = {"code": written, "is_unknown": bool(written), "language_links": _links(languages)}
        return _uncached(render_template("phone/follow.html", **words), 404 if written else 200)

    return routes


def _words(ticket: FollowedTicket, language: str, translate: Callable[..., str]) -> dict[str, object]:
    zone = ZoneInfo(ticket["hall"]["time_zone"])

    def said(what: Phrase) -> str:
        key, values = what
        words = {name: said(each) if isinstance(each, tuple) else each for name, each in values.items()}
        return translate(key, language, **words)

    def local(instant: str) -> datetime:
        return datetime.fromisoformat(instant).astimezone(zone)

    def hour(instant: str | None) -> str:
        return format_time(local(instant), "HH:mm", locale=language) if instant else ""

    next_opening = ticket["next_opening_at"]
    opens_at = local(next_opening) if next_opening else None
    today = local(ticket["as_of"]).date()

    def opening(at: datetime) -> str:
        key = "phone.closed.today" if at.date() == today else "phone.closed.later"
        day = format_skeleton("EEEEdMMMM", at, locale=language)
        return translate(key, language, at=format_time(at, "HH:mm", locale=language), day=day)

    call = ticket["call"]
    return {
        "part": part_of(ticket),
        "ahead": said(ahead_sentence(ticket)),
        "wait": said(wait_sentence(ticket)) if ticket["state"] == "waiting" else "",
        "closed": said(closed_sentence(ticket)),
        "opening": opening(opens_at) if opens_at else "",
        "keep": said(kept_sentence(opens_at.date() if opens_at else None, today)),
        "as_of": hour(ticket["as_of"]),
        "take_back_until": hour(ticket["take_back_until"]),
        "called_at": hour(call["called_at"]) if call else "",
    }


def _alert(ticket: FollowedTicket, language: str, prepared: Prepared) -> dict[str, object]:
    """The alert of the page, None without one: its sign, its words, the texts around them."""
    alert = ticket["alert"]
    if alert is None:
        taken_back = alert_words(ticket.get("alert_taken_back"), language, prepared)
        return {"alert": None, "taken_back": taken_back}
    raised_at = datetime.fromisoformat(alert["raised_at"]).astimezone(ZoneInfo(ticket["hall"]["time_zone"]))

    def around(code: str) -> dict[str, str]:
        since = prepared[code]["since"].replace("{time}", format_time(raised_at, "HH:mm", locale=code))
        said = {"since": since, "not_fire": prepared[code]["not_fire"]}
        return said | {"language": code, "drill": prepared[code]["drill"] if alert["drill"] else ""}

    words = [
        {"language": code, "direction": direction_of(code), "title": title, "text": text}
        for code, title, text in alert_words(alert, language, prepared)
    ]
    around_words = [around(code) for code in alert_languages(language)]
    return {"alert": {"kind": alert["kind"], "words": words, "around": around_words}}


def _links(languages: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    return [
        {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
        for code, name in languages
    ]


def _uncached(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
