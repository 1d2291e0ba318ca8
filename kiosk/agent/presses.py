"""A press at the kiosk: it is kept, then sent to the server, and gets a number here when no server answers.

A press that may have reached the server is not answered from here before 3 s have passed since it was made,
while the server is asked again. One that never left this computer is answered at once.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from kiosk.agent.hall_link import HallLink
from kiosk.agent.own_tickets import Provision, can_issue
from kiosk.agent.press_journal import MOST_WAITING_S, DiskRefused, NumbersUsedUp, Press
from kiosk.agent.server_line import Answer, NeverSent, ServerSilent

ANSWERED_WITHIN_S = 3.0
ASKED_AGAIN_S = 0.2
ASKED_ONCE_S = 1.0
"""The least time that the server gets for its answer."""
_TURNS = 16
_NO_ANSWER = (500, 502, 503, 504)

type Send = Callable[[float], Answer]
"""Sends the request of the page to the server, within so many seconds. Raises ServerSilent, NeverSent."""
type Reply = tuple[int, dict[str, Any]]

UNPLUGGED: Reply = (503, {"code": "unplugged"})


class Presses:
    """The presses of the page. `on_given` is called when a ticket was given here; `a_minute`: the most."""

    def __init__(self, link: HallLink, *, on_given: Callable[[], None], a_minute: int = 30) -> None:
        self._link, self._on_given = link, on_given
        self._kept, self._journal, self._clock = link.kept, link.journal, link.clock
        self._a_minute = a_minute
        self._turns = [threading.Lock() for _ in range(_TURNS)]

    def take(self, body: Mapping[str, Any], send: Send) -> Answer | Reply:
        """The answer of the server to a press, or the kiosk's own."""
        press = str(body["press_id"])
        with self._turns[hash(press) % _TURNS]:
            return self._take(press, body, send)

    def _take(self, name: str, body: Mapping[str, Any], send: Send) -> Answer | Reply:
        known = self._journal.find(name)
        if known is not None and known.number is not None:
            return self._answered(known)
        is_up = self._link.is_up
        now, moment = self._clock.now(), self._clock.moment()
        made = Press(name, dict(body), now.isoformat(), moment, "sent" if is_up else "new", was_sent=is_up)
        try:
            press = self._journal.begin(made)
            if is_up and known is not None:
                self._journal.note_sent(name)
        except DiskRefused:
            return self._sent_unkept(send) if is_up else UNPLUGGED
        was_sent = known is not None and known.was_sent
        if not is_up and not was_sent:
            return self._give(press, was_sent=False)
        return self._asked(press, send, was_sent=was_sent)

    def _asked(self, press: Press, send: Send, *, was_sent: bool) -> Answer | Reply:
        """Asks the server, at least once, until it answers; else what the kiosk says once it may."""
        while True:
            try:
                answer = send(max(self._left_s(press), ASKED_ONCE_S))
            except NeverSent:
                self._link.lose()
                if not was_sent:
                    break
            except ServerSilent:
                was_sent = True
                self._link.look()
            else:
                if answer.status not in _NO_ANSWER:
                    self._note_answered(press, answer.status)
                    return answer
                was_sent = True
            if self._left_s(press) <= 0:
                break
            time.sleep(min(ASKED_AGAIN_S, max(0.0, self._left_s(press))))
        if was_sent:
            self._link.lose()
        return self._give(press, was_sent=was_sent)

    def _left_s(self, press: Press) -> float:
        """Seconds until a press that was sent may be answered from here."""
        age_s = self._clock.age_s(press.moment)
        return 0.0 if age_s is None else ANSWERED_WITHIN_S - age_s

    def _note_answered(self, press: Press, status: int) -> None:
        if status in (200, 201):
            self._journal.note(press.id, state="answered")
            self._link.changed.set()  # its paper is ready
        else:
            self._journal.note(press.id, state="new", was_sent=False)  # refused: it has no ticket

    def _sent_unkept(self, send: Send) -> Answer | Reply:
        """The disk keeps nothing: the server alone may answer."""
        try:
            return send(ANSWERED_WITHIN_S)
        except ServerSilent:
            self._link.lose()
            return UNPLUGGED

    def _give(self, press: Press, *, was_sent: bool) -> Reply:
        """Gives a number of the kiosk's own series, where that is allowed now."""
        provision = can_issue(self._kept, self._clock)
        age_s = self._clock.age_s(press.moment)
        is_late = age_s is None or age_s > MOST_WAITING_S
        if provision is None or self._link.state == "twice" or press.state == "answered" or is_late:
            return UNPLUGGED
        refused = self._refusal(provision, press)
        if refused is not None:
            return refused
        on, series = provision.day_of(self._clock.now()), provision.series
        assert on is not None
        assert series is not None
        try:
            given = self._journal.issue(press.id, series, on, was_sent=was_sent)
        except NumbersUsedUp:
            return 409, {"code": "numbers_exhausted"}
        except DiskRefused:
            return UNPLUGGED
        self._on_given()
        return self._answered(given)

    def _refusal(self, provision: Provision, press: Press) -> Reply | None:
        state = provision.state_of(str(press.body["service"]), self._clock.now())
        if state == "unknown_service":
            return 404, {"code": state}
        if state not in ("open", "no_counter"):
            return 409, {"code": state}
        if 0 < self._a_minute <= self._journal.given_since(self._clock, 60.0):
            return 429, {"code": "too_many_tickets"}
        return None

    def _answered(self, press: Press) -> Reply:
        provision = can_issue(self._kept, self._clock)
        return UNPLUGGED if provision is None else (201, provision.answer(press))


def as_press(raw: bytes) -> Any:
    """The JSON of a request; None: it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
