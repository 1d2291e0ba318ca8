"""Read alerts: for screens and phones, for pages of people at work, and for the key that raised one."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from server.domain.alerts import (
    ANSWERED_WITHIN,
    TAKEN_BACK_SHOWN_FOR,
    TAKEN_BACK_WITHIN,
    Alert,
    AlertEndReason,
    AlertKind,
    has_voice,
    in_force,
    is_before,
    screen_reached,
)
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.instants import text_or_none, to_text
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store import alerts
from server.store.alerts import AlertRow, AlertWords
from server.store.engine.statements import Rows
from server.store.people.accounts import allowed_by
from server.store.people.pseudonyms import account_behind, name_of
from server.store.people.sign_ins import active_people, note_active
from server.store.transactions.database import Database
from server.usecases.alerts import alert_answers

log = structlog.get_logger()

WRITTEN_EVERY_S = 10.0
"""Each session is noted at most once in this time, so what others read may be this old."""
MOST_REMEMBERED = 1_000


@dataclass
class Activity:
    """Notes in the database when people act, for all workers; each process has one."""

    database: Database
    _written: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acted(self, digest: str) -> None:
        """Notes that somebody who may end alerts has acted, in the session with this digest.

        When the database cannot note it, their own act succeeds all the same.
        """
        now_s = self.database.clock.elapsed_s()
        with self._lock:
            last = self._written.get(digest)
            if last is not None and now_s - last < WRITTEN_EVERY_S:
                return
            if len(self._written) >= MOST_REMEMBERED:
                self._written.clear()
            self._written[digest] = now_s
        try:
            with self.database.store.write() as rows:
                note_active(rows, digest, now=self.database.clock.now())
        except Refusal as refusal:
            log.warning("activity_not_noted", code=refusal.code)


def has_other_to_answer(rows: Rows, alert: Alert, site: Site, now: datetime) -> bool:
    """Whether a second person is present who may end an alert at a site, once a first one asked for its end.

    Present: signed in, and active since two minutes before the end was asked for.
    """
    if alert.end_asked_at is None:
        return False
    since = alert.end_asked_at - ANSWERED_WITHIN
    first = account_behind(rows, alert.end_asked_by or "")
    return any(
        account != first and allowed_by([grant], Permission.END_ALERT, site.slug)
        for account, grant in active_people(rows, since=since, now=now)
    )


LOOKED_BACK = timedelta(hours=24)
"""How long an alert is listed after its end."""
LANGUAGES_IN_MESSAGE = 2
"""Languages of a custom alert's words in a message; a page that shows more reads them apart."""
MOST_OVER = 50
"""How many alerts that are over are listed for each hall. All alerts in force are listed."""


def board_alert(
    rows: Rows,
    hall: str,
    configuration: HallConfiguration,
    now: datetime,
    *,
    has_every_language: bool = False,
) -> alert_answers.ShownAlert | None:
    """The alert that a hall (id) shows now, None without one.

    A message is small: screens know the words of other kinds since they were loaded, and a custom alert has
    its words in LANGUAGES_IN_MESSAGE languages only, unless `has_every_language`.
    """
    holding = in_force(alerts.open_alerts(rows, hall), now)
    if not holding:
        return None
    first = holding[0]
    words = alerts.words_of(rows, first.words)
    return {
        "alert": first.id,
        "kind": first.kind,
        "drill": first.is_drill,
        "raised_at": to_text(first.raised_at),
        "until": text_or_none(first.expires_at),
        "texts": words if has_every_language else dict(list(words.items())[:LANGUAGES_IN_MESSAGE]),
        "has_voice": has_voice(first.kind, configuration.site.alerts),
    }


def alert_part(
    rows: Rows,
    hall: str,
    configuration: HallConfiguration,
    now: datetime,
    *,
    has_every_language: bool = False,
) -> alert_answers.AlertPart:
    """The part of an answer or message about the alert of a hall (id): `alert`, as `board_alert`.

    For a minute after an alert was taken back there is `alert_taken_back` too, in the form of an alert of
    the kind `taken_back`: it says that nobody has to obey any more.
    """
    alert = board_alert(rows, hall, configuration, now, has_every_language=has_every_language)
    if alert is not None:
        return {"alert": alert}
    over = alerts.ended_since(rows, hall, now - TAKEN_BACK_SHOWN_FOR, most=1)
    taken_back_at = over[0].ended_at if over else None
    if taken_back_at is None or over[0].end_reason != AlertEndReason.TAKEN_BACK:
        return {"alert": None}
    back: alert_answers.ShownAlert = {
        "alert": over[0].alert,
        "kind": AlertEndReason.TAKEN_BACK,
        "drill": over[0].is_drill,
        "raised_at": to_text(taken_back_at),
        "until": to_text(taken_back_at + TAKEN_BACK_SHOWN_FOR),
        "texts": {},
        "has_voice": has_voice(AlertKind(over[0].kind), configuration.site.alerts),
    }
    return {"alert": None, "alert_taken_back": back}


def screen_words(rows: Rows, hall: str, now: datetime) -> dict[str, AlertWords]:
    """The words of each custom alert in force in a hall (id), in all their languages, by alert."""
    holding = in_force(alerts.open_alerts(rows, hall), now)
    return {alert.id: alerts.words_of(rows, alert.words) for alert in holding if alert.words is not None}


def in_message(alert: alert_answers.ShownAlert | None, language: str) -> alert_answers.ShownAlert | None:
    """An alert for a message to a phone: with its words in French and in the language of the phone only."""
    if alert is None:
        return None
    kept = {code: words for code, words in alert["texts"].items() if code in (FRENCH, language)}
    return {**alert, "texts": kept}


def read_hall_alerts(database: Database, hall: str, *, names_people: bool) -> alert_answers.HallAlertsAnswer:
    """The alerts in force in a hall (id), the shown one first. `names_people`: with the names of authors."""
    now = database.clock.now()
    configuration = database.configuration(hall)
    with database.read() as rows:
        holding = in_force(alerts.open_alerts(rows, hall), now)
        found: list[alert_answers.AlertOfHall] = [
            {
                "alert": alert.id,
                "kind": alert.kind,
                "drill": alert.is_drill,
                "raised_at": to_text(alert.raised_at),
                "until": text_or_none(alert.expires_at),
                "texts": alerts.words_of(rows, alert.words),
                "raised_by": author_name(rows, alert.raised_by) if names_people else None,
            }
            for alert in holding
        ]
    return {"hall": configuration.hall, "as_of": to_text(now), "alerts": found}


def read_alert(
    database: Database,
    alert: str,
    halls: Iterable[str] | None = None,
    *,
    only_by: Author | None = None,
    reader: Author | None = None,
) -> alert_answers.AlertAnswer:
    """An alert in its halls, or in those with some ids: who raised it, its screens, its end.

    `only_by`: only what that author raised, and without names. `reader`: for whom the answer says what they
    themselves did and may do. Refusal: unknown_alert.
    """
    now = database.clock.now()
    with database.read() as rows:
        found = alerts.rows_of_alert(rows, alert)
        if halls is not None:
            among = set(halls)
            found = [row for row in found if row.hall in among]
        if only_by is not None:
            found = [row for row in found if only_by.is_same(row.raised_by)]
        if not found:
            raise Refusal("unknown_alert", alert=alert)
        first = min(found, key=lambda row: row.raised_at)
        in_halls = [_in_hall(database, rows, row, now, reader) for row in found]
        return {
            "alert": alert,
            "kind": AlertKind(first.kind),
            "drill": first.is_drill,
            "texts": alerts.words_of(rows, first.texts),
            "raised_at": to_text(first.raised_at),
            "raised_by": None if only_by else author_name(rows, first.raised_by),
            "until": text_or_none(first.expires_at),
            "may_take_back_until": _taken_back_until(found, reader, now),
            "halls": in_halls if only_by is None else [_without_names(each) for each in in_halls],
            "as_of": to_text(now),
        }


def _taken_back_until(found: Iterable[AlertRow], reader: Author | None, now: datetime) -> str | None:
    """The last instant at which the reader may take an alert back; None: not theirs, over, or too late."""
    theirs = [row for row in found if reader and reader.is_same(row.raised_by) and row.ended_at is None]
    until = [row.raised_at + TAKEN_BACK_WITHIN for row in theirs]
    return to_text(max(until)) if until and max(until) > now else None


def _end_asked(rows: Rows, alert: Alert, site: Site, now: datetime) -> alert_answers.EndOfAlert:
    """Who confirmed the end a first time, when, and from when they may end it without a second person.

    `end_alone_at` is None where the site always needs two people.
    """
    if alert.end_asked_at is None:
        return {"end_asked_by": None, "end_asked_at": None, "end_alone_at": None}
    is_awaited = has_other_to_answer(rows, alert, site, now)
    alone_at = alert.end_asked_at + ANSWERED_WITHIN if is_awaited else alert.end_asked_at
    return {
        "end_asked_by": author_name(rows, alert.end_asked_by),
        "end_asked_at": to_text(alert.end_asked_at),
        "end_alone_at": None if site.alerts.needs_second_person else to_text(alone_at),
    }


def _without_names(answer: alert_answers.AlertInHall) -> alert_answers.AlertInHall:
    """What an API key reads of an alert in a hall."""
    return {**answer, "end_asked_by": None, "ended_by": None, "is_end_asked_by_reader": False}


def _in_hall(
    database: Database, rows: Rows, row: AlertRow, now: datetime, reader: Author | None
) -> alert_answers.AlertInHall:
    configuration, alert = database.configuration(row.hall), alerts.as_alert(row)
    shown_at = alerts.screens_showing(rows, alert.id, row.hall)
    holds = row.ended_at is None and not alert.has_expired(now)
    is_covered = holds and in_force(alerts.open_alerts(rows, row.hall), now)[0].id != alert.id
    uncovered_at = _uncovered_at(rows, row.hall, alert, now)
    is_end_asked = holds and alert.end_is_asked(now)
    with_end_asked = alert if is_end_asked else replace(alert, end_asked_at=None, end_asked_by=None)
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.name,
        "raised_at": to_text(alert.raised_at),
        "is_in_force": holds,
        **_end_asked(rows, with_end_asked, configuration.site, now),
        "is_end_asked_by_reader": is_end_asked and reader is not None and reader.is_same(alert.end_asked_by),
        "needs_second_person": configuration.site.alerts.needs_second_person,
        "ended_at": text_or_none(row.ended_at),
        "ended_by": author_name(rows, row.ended_by),
        "end_reason": None if row.end_reason is None else AlertEndReason(row.end_reason),
        "screens": [
            {
                "screen": screen.id,
                "label": screen.label,
                "state": screen_reached(shown_at.get(screen.id), uncovered_at, now, is_covered=is_covered),
                "shown_at": text_or_none(shown_at.get(screen.id)),
            }
            for screen in configuration.screens.values()
            if not screen.is_retired
        ],
    }


def _uncovered_at(rows: Rows, hall: str, alert: Alert, now: datetime) -> datetime:
    """Since when screens of a hall (id) can show an alert: it was raised, and no other covers it any more."""
    expired = [row for row in alerts.open_rows(rows, hall) if alerts.as_alert(row).has_expired(now)]
    over = [*alerts.ended_since(rows, hall, alert.raised_at, most=MOST_OVER), *expired]
    covering = [row for row in over if row.alert != alert.id and is_before(alerts.as_alert(row), alert)]
    ends = [row.ended_at or row.expires_at for row in covering]
    return max([alert.raised_at, *(end for end in ends if end is not None)])


def read_ends_asked(
    database: Database, halls: Iterable[str], reader: Author
) -> alert_answers.EndsAskedAnswer:
    """The alerts of halls (ids) whose end another person than the reader confirmed first."""
    now = database.clock.now()
    found: dict[str, alert_answers.EndAsked] = {}
    with database.read() as rows:
        for hall in halls:
            for alert in in_force(alerts.open_alerts(rows, hall), now):
                if alert.end_asked_at is None or not alert.end_is_asked(now):
                    continue
                if reader.is_same(alert.end_asked_by):
                    continue
                configuration = database.configuration(hall)
                entry = found.setdefault(
                    alert.id,
                    {
                        "alert": alert.id,
                        "kind": alert.kind,
                        "drill": alert.is_drill,
                        "texts": alerts.words_of(rows, alert.words),
                        "asked_by": author_name(rows, alert.end_asked_by),
                        "asked_at": to_text(alert.end_asked_at),
                        "halls": [],
                    },
                )
                entry["halls"].append({"hall": configuration.hall, "name": configuration.name})
    return {"asked": list(found.values()), "as_of": to_text(now)}


def read_alerts(
    database: Database, halls: Iterable[str], *, only_by: Author | None = None, reader: Author | None = None
) -> alert_answers.AlertsAnswer:
    """All alerts in force in halls (ids), then those that ended in the last day, the latest raised first.

    Of those that ended, the last MOST_OVER of each hall. `only_by`, `reader`: as in `read_alert`.
    """
    now = database.clock.now()
    hall_ids = list(halls)
    listed: dict[str, tuple[bool, timedelta]] = {}
    with database.read() as rows:
        for hall in hall_ids:
            over = alerts.ended_since(rows, hall, now - LOOKED_BACK, most=MOST_OVER)
            for row in [*over, *alerts.open_rows(rows, hall)]:
                if only_by is None or only_by.is_same(row.raised_by):
                    place = (row.ended_at is not None, now - row.raised_at)
                    listed[row.alert] = min(place, listed.get(row.alert, place))
    ordered = sorted(listed, key=lambda alert: listed[alert])
    found = [read_alert(database, alert, hall_ids, only_by=only_by, reader=reader) for alert in ordered]
    return {"alerts": found, "as_of": to_text(now)}


def author_name(rows: Rows, author: str | None) -> str | None:
    """The name of an author for people at work: of a person or an API key; None for any other."""
    return None if author is None else name_of(rows, author)
