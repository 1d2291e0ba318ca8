"""The visitor's phone: `/t/<token>` follows a ticket, `/suivi` shows one by its short code.

No account, no cookie.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup

from hardware.languages import base_of
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.visits.told_before import AWAY_MINUTES
from server.language import direction_of, locale_of
from server.usecases.alerts.alert_answers import ShownAlert
from server.usecases.notices.notice_places import offered_languages
from server.usecases.notices.read_public_notices import has_public_notices
from server.usecases.surveys.answer_survey import has_ticket_survey
from server.usecases.tickets.ticket_page import (
    FollowedTicket,
    give_up,
    read_ticket,
    read_ticket_by_code,
    take_back,
)
from server.usecases.tickets.told_before import ReminderRequest, defer, remind, stop_reminding, tell_away
from server.usecases.waits import Estimates
from server.web.access.callers import database
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.rendering import page
from server.web.rendering.answers import CONTENT_SECURITY
from server.web.rendering.problems import refusal_sentence, status_of
from signage.announcement import PreparedAlertTexts, alert_texts
from signage.pages import alert_signs

CODE_LENGTH = 8

type Prepared = Mapping[str, PreparedAlertTexts]
type Phrase = tuple[str, dict[str, object]]
"""A sentence's key and its values; a value may itself be a sentence."""
_STATIC = Path(__file__).parents[2] / "static"
_COMMENTS = re.compile(r"/\*.*?\*/|@font-face\s*\{.*?\}", re.DOTALL)
_TOKENS, *_RULES = (
    _COMMENTS.sub("", (_STATIC / name).read_text(encoding="utf-8")).strip()
    for name in ("shared/tokens.css", "shared/base.css", "phone/phone.css")
)

_HOUR = 60
_WHY_NO_WAIT = ("held", "paused", "no_counter", "after_closing")
"""Of an open service; a closed one has its own part of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePages:
    """What the phone needs of the rest of the server.

    `push_key`: the public key of this server. `slow_codes` bounds short codes tried from a network,
    `slow_tickets` and `slow_numbers` what one ticket does, and how many telephone numbers it gives.
    """

    push_key: Callable[[], str]
    slow_codes: Callable[[], None]
    slow_tickets: Callable[[], None]
    slow_numbers: Callable[[], None]


needs, estimates = of_app(PhonePages), of_app(Estimates)
phone_pages = PageRoutes("phone", __name__, template_folder="templates")


@phone_pages.before_request
def choose_language() -> None:
    page.speak_to_visitors(offered_languages(database()))


def show(found: FollowedTicket, *, token: str | None, again: str, refusal: Refusal | None = None) -> Response:
    language, hall = page.language(), found["hall"]["slug"]
    configuration = database().configuration(hall)
    page.wear_look_of(configuration.site.slug)
    prepared = alert_texts(page.translate, alert_languages(language, configuration.read_languages))
    told = configuration.told_before
    offers = {"push": needs.push_key() if told.has_push else None, "sms": told.has_sms}
    html = {
        "token": token,
        "language": language,
        "locale": f"{'en-GB' if language == 'en' else base_of(language)}-u-ca-gregory-nu-latn",
        "ticket": found,
        "alerts": prepared,
        "offers": None if token is None else offers,
    }
    return page_answer(
        render_template(
            "phone/ticket.html",
            page=html,
            ticket=found,
            **_words(found, language),
            **_alert(found, language, prepared),
            alert_signs=Markup(alert_signs()),
            sentences=page.sentences("phone."),
            again=again,
            has_notices=has_public_notices(database(), hall, page.translate),
            has_survey=token is not None and has_ticket_survey(database(), hall),
            away_minutes=AWAY_MINUTES,
            refused="" if refusal is None else refusal_sentence(refusal),
            **frame_values(),
        ),
        200 if refusal is None else status_of(refusal),
    )


def unknown() -> Response:
    return page_answer(render_template("phone/unknown.html", **frame_values()), 404)


@phone_pages.get("/t/<token>", Access.TICKET)
def follow(token: str) -> Response:
    found = _ticket(token)
    return unknown() if found is None else show(found, token=token, again=_here())


@phone_pages.post("/t/<token>", Access.TICKET)
def act(token: str) -> Any:
    """What a form of the page asks for: the page does the same by the API, where its script runs."""
    needs.slow_tickets()
    refusal = _refusal_of(token)
    found = _ticket(token)
    if found is None:
        return unknown()
    if refusal is None:
        return redirect(_here(), 303)
    return show(found, token=token, again=_here(), refusal=refusal)


@phone_pages.get("/suivi", Access.TICKET)
def follow_code() -> Response:
    written = request.args.get("code", "")
    code = "".join(letter for letter in written.upper() if letter.isalnum())
    found = _ticket_of_code(code) if len(code) == CODE_LENGTH else None
    if found is not None:
        return show(found, token=None, again=request.full_path)
    words = {"code": written, "is_unknown": bool(written), **frame_values()}
    return page_answer(render_template("phone/follow.html", **words), 404 if written else 200)


@phone_pages.get("/t/worker.js", Access.EVERYBODY)
def worker() -> Response:
    """The service worker that shows what is pushed, with its sentences: its page may be closed."""
    told = {"language": page.language(), "sentences": page.sentences("phone/told.push.")}
    script = (_STATIC / "phone/push_worker.js").read_text(encoding="utf-8")
    answer = make_response(f"const TOLD = {json.dumps(told)};\n{script}")
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _refusal_of(token: str) -> Refusal | None:
    """Does what the form of a request asks for; why it was refused, None where it was not."""
    if request.form.get("act") == "remind":
        needs.slow_numbers()
    try:
        _act(token, request.form)
    except Refusal as refused:
        return refused
    return None


def _act(token: str, form: Mapping[str, str]) -> None:
    """Does what a form asks for. Refusals: bad_request, those of the act."""
    match form.get("act"):
        case "give-up":
            give_up(database(), token)
        case "take-back":
            take_back(database(), token)
        case "defer":
            defer(database(), token)
        case "away":
            minutes = form.get("minutes", "")
            tell_away(database(), token, int(minutes) if minutes.isdecimal() else None)
        case "remind":
            remind(database(), token, ReminderRequest(page.language(), number=form.get("number", "")[:30]))
        case "stop":
            stop_reminding(database(), token, "sms")
        case _:
            raise Refusal("bad_request")


def _ticket(token: str) -> FollowedTicket | None:
    """The ticket of a token, in the language of the page; None: there is none of this day."""
    with suppress(Refusal):
        return read_ticket(database(), estimates, token, language=page.language())
    return None


def _ticket_of_code(code: str) -> FollowedTicket | None:
    """The ticket of a short code, in the language of the page. May raise a 429."""
    needs.slow_codes()
    with suppress(Refusal):
        return read_ticket_by_code(database(), estimates, code, language=page.language())
    return None


def _here() -> str:
    return request.full_path.rstrip("?")


def frame_values() -> dict[str, object]:
    """What the frame of a page shows: its styles in the page itself, the other languages."""
    return {"styles": Markup(f"<style>{_styles()[0]}</style>"), "language_links": visitor_links()}


def _styles() -> tuple[str, str]:
    """The styles of the phone with the organisation's look, and the policy that allows this text alone.

    They are inside the page, without fonts of the product: on a slow network the number is there with the
    first answer (docs/decisions/0079).
    """
    look = page.look()
    return _allowed("" if look is None else look.css)


@lru_cache(maxsize=8)
def _allowed(look: str) -> tuple[str, str]:
    styles = "\n".join((_TOKENS, look.replace("<", ""), *_RULES))
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    return styles, CONTENT_SECURITY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


def _words(ticket: FollowedTicket, language: str) -> dict[str, object]:
    zone = ZoneInfo(ticket["hall"]["time_zone"])

    def said(what: Phrase) -> str:
        key, values = what
        words = {name: said(each) if isinstance(each, tuple) else each for name, each in values.items()}
        return page.translate(key, language, **words)

    def local(instant: str) -> datetime:
        return datetime.fromisoformat(instant).astimezone(zone)

    def hour(instant: str | None) -> str:
        return format_time(local(instant), "HH:mm", locale=locale_of(language)) if instant else ""

    next_opening = ticket["next_opening_at"]
    opens_at = local(next_opening) if next_opening else None
    today = local(ticket["as_of"]).date()

    def opening(at: datetime) -> str:
        key = "phone.closed.today" if at.date() == today else "phone.closed.later"
        day = format_skeleton("EEEEdMMMM", at, locale=locale_of(language))
        return page.translate(key, language, at=format_time(at, "HH:mm", locale=locale_of(language)), day=day)

    call = ticket["call"]
    return {
        "part": part_of(ticket),
        "ahead": said(ahead_sentence(ticket)),
        "wait": said(wait_sentence(ticket)) if ticket["state"] == "waiting" else "",
        "return_said": said(away) if (away := away_sentence(ticket)) else "",
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
        since = prepared[code]["since"].replace(
            "{time}", format_time(raised_at, "HH:mm", locale=locale_of(code))
        )
        said = {"since": since, "not_fire": prepared[code]["not_fire"]}
        return said | {"language": code, "drill": prepared[code]["drill"] if alert["drill"] else ""}

    words = [
        {"language": code, "direction": direction_of(code), "title": title, "text": text}
        for code, title, text in alert_words(alert, language, prepared)
    ]
    around_words = [around(code) for code in prepared]
    return {"alert": {"kind": alert["kind"], "words": words, "around": around_words}}


def visitor_links() -> list[dict[str, str]]:
    """The same page in each language that visitors are offered now."""
    return page.language_links((each.code, each.name) for each in offered_languages(database()))


def page_answer(html: str, status: int = 200) -> Response:
    """A page whose only inline style is that of every phone page."""
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = _styles()[1]
    return response


def part_of(ticket: FollowedTicket) -> str:
    """The part of the page to show: waiting, closed, called, in_service, parked, or ended.<reason>."""
    state = ticket["state"]
    if state == "ended":
        return f"ended.{ticket['end_reason']}"
    if state == "waiting" and not ticket["is_open"]:
        return "closed"
    return str(state)


def closed_sentence(ticket: FollowedTicket) -> Phrase:
    """Why there are no calls now, for the part of the page that says when they go on."""
    return ("phone.break" if ticket["why_no_wait"] == "break" else "phone.closed"), {}


def ahead_sentence(ticket: FollowedTicket) -> Phrase:
    """How many people are before this visitor."""
    ahead = ticket["ahead"] or 0
    return ("phone.ahead", {"count": ahead}) if ahead else ("phone.ahead.none", {})


def wait_sentence(ticket: FollowedTicket) -> Phrase:
    """The remaining wait as a range in minutes and hours, or why there is none."""
    wait = ticket["wait"]
    if wait is None:
        why = ticket["why_no_wait"]
        return f"phone.wait.{why if why in _WHY_NO_WAIT else 'unknown'}", {}
    if wait["high_s"] == 0:
        return "phone.wait.none", {}
    low, high = wait["low_s"] // 60, -(-wait["high_s"] // 60)
    match wait["said"]:
        case "under":
            return "phone.wait.under", {"high": duration_sentence(high)}
        case "over":
            return "phone.wait.over", {"low": duration_sentence(low)}
    if low == high:
        return "phone.wait.about", {"high": duration_sentence(high)}
    if high >= _HOUR:
        return "phone.wait.range_hours", {"low": duration_sentence(low), "high": duration_sentence(high)}
    return "phone.wait.range", {"low": low, "high": high}


def away_sentence(ticket: FollowedTicket) -> Phrase | None:
    """Why nobody calls now, beside a wait that counts the counters' return."""
    is_away = ticket["wait"] is not None and ticket["why_no_wait"] in ("paused", "no_counter")
    return (f"phone.wait.{ticket['why_no_wait']}", {}) if is_away else None


def kept_sentence(opens_on: date | None, today: date) -> Phrase:
    """What happens to a waiting visitor's place while the hall is closed: it ends with the day."""
    return ("phone.closed.keep" if opens_on == today else "phone.closed.only_today"), {}


def duration_sentence(minutes: int) -> Phrase:
    """Whole minutes as people say them: hours from one hour on."""
    hours, rest = divmod(minutes, _HOUR)
    if hours == 0:
        return "phone.duration.minutes", {"minutes": rest}
    if rest == 0:
        return "phone.duration.hours", {"hours": hours}
    return "phone.duration.hours_minutes", {"hours": hours, "minutes": f"{rest:02}"}


def alert_words(alert: ShownAlert | None, language: str, prepared: Prepared) -> list[tuple[str, str, str]]:
    """The words of an alert: language, title and text; none without an alert.

    The phone's language first, then French, then those of a custom alert. `prepared`: the screens' words, by
    language.
    """
    if alert is None:
        return []
    texts = alert["texts"] or {
        code: prepared[code]["kinds"][alert["kind"]] for code in (language, FRENCH) if code in prepared
    }
    ordered = sorted(texts, key=lambda code: (code != language, code != FRENCH, code))
    return [(code, texts[code]["title"], texts[code]["text"]) for code in ordered]


def alert_languages(language: str, read: Collection[str]) -> list[str]:
    """The languages of prepared words on a phone: its own if it is among those `read`, then French."""
    return [code for code in dict.fromkeys((language, FRENCH)) if code == FRENCH or code in read]
