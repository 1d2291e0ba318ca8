"""The visitor's phone: `/t/<token>` follows a ticket, `/suivi` shows one by its short code.

No account, no cookie.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from hardware.languages import Language
from server.domain.languages import FRENCH
from server.language import direction_of
from server.usecases.alerts.alert_answers import ShownAlert
from server.usecases.tickets.ticket_page import FollowedTicket
from server.web.access.requirements import Access, open_to
from server.web.rendering.viewer import page_language, page_sentences, speak_to_visitors
from signage.announcement import PreparedAlertTexts, alert_texts
from signage.pages import alert_signs

CODE_LENGTH = 8

type Prepared = Mapping[str, PreparedAlertTexts]
type Phrase = tuple[str, dict[str, object]]
"""A sentence's key and its values; a value may itself be a sentence."""
type FindTicket = Callable[[str, str], FollowedTicket | None]
"""The ticket of a token or of a short code, its words in a language.

None when it is unknown or from another day.
"""


_HOUR = 60
_WHY_NO_WAIT = ("held", "paused", "no_counter", "after_closing")
"""Of an open service; a closed one has its own part of the page."""


def phone_pages(
    *,
    translate: Callable[..., str],
    languages: Callable[[], Sequence[Language]],
    read_languages: Callable[[str], Collection[str]],
    ticket: FindTicket,
    ticket_of_code: FindTicket,
    has_notices: Callable[[str], bool],
    has_survey: Callable[[str], bool],
) -> Blueprint:
    """The routes of the phone.

    `languages` are those offered to visitors now; `read_languages`: the codes of those in which a hall (slug)
    shows alerts. `ticket_of_code` may raise a 429 of its own. `has_notices`: whether
    there is something to read about a hall (slug) now; `has_survey`: whether its tickets may answer a survey.
    """
    routes = Blueprint("phone", __name__, template_folder="templates")

    @routes.before_request
    def choose_language() -> None:
        speak_to_visitors(languages())

    def show(found: FollowedTicket, *, token: str | None, again: str) -> Response:
        language = page_language()
        read = read_languages(found["hall"]["slug"])
        prepared = alert_texts(translate, alert_languages(language, read))
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
                language_links=_links(languages()),
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
            return _uncached(render_template("phone/unknown.html", language_links=_links(languages())), 404)
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
        words = {"code": written, "is_unknown": bool(written), "language_links": _links(languages())}
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
    around_words = [around(code) for code in prepared]
    return {"alert": {"kind": alert["kind"], "words": words, "around": around_words}}


def _links(languages: Sequence[Language]) -> list[dict[str, str]]:
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    return [
        {"code": each.code, "name": each.name, "href": "?" + urlencode({**kept, "lang": each.code})}
        for each in languages
    ]


def _uncached(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
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
