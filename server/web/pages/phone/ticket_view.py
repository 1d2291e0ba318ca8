"""What a visitor's phone shows about a ticket: which part of the page, and which sentences.

The page's script decides the same (`phone_state.js`); one table of cases tests both.
"""

from collections.abc import Mapping
from datetime import date

from server.domain.languages import FRENCH
from server.usecases.alerts.alert_answers import ShownAlert
from server.usecases.tickets.ticket_page import FollowedTicket
from signage.announcement import PreparedAlertTexts

type Prepared = Mapping[str, PreparedAlertTexts]
type Phrase = tuple[str, dict[str, object]]
"""A sentence's key and its values; a value may itself be a sentence."""

_HOUR = 60
_WHY_NO_WAIT = ("held", "paused", "no_counter", "after_closing")
"""Of an open service; a closed one has its own part of the page."""


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
        code: prepared[code]["kinds"][alert["kind"]] for code in alert_languages(language) if code in prepared
    }
    ordered = sorted(texts, key=lambda code: (code != language, code != FRENCH, code))
    return [(code, texts[code]["title"], texts[code]["text"]) for code in ordered]


def alert_languages(language: str) -> list[str]:
    """The languages of prepared words on a phone: its own, then French."""
    return list(dict.fromkeys((language, FRENCH)))
