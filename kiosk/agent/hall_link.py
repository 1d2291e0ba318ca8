"""The agent's link with the server: its sign of life, tickets given without it, the provision.

After the server was away the order is fixed: sign of life, tickets until none is left, then papers of the
server and the page. So a press that got a number here never gets the server's paper as well.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.own_tickets import provision_in
from kiosk.agent.press_journal import Press, PressJournal
from kiosk.agent.server_line import Answer, ServerLine, ServerRefused, ServerSilent

BEAT_S = 5.0
AWAY_BEAT_S = 1.0
BEAT_WITHIN_S = 3.0
MERGED_AT_ONCE = 50
VERSION = "0.1.0"
DEVICE_COOKIE = "parvis_device"
TWICE, TOO_OFTEN, VOID = 409, 429, (401, 403)

type LinkState = Literal["unpaired", "away", "up", "twice"]
"""Nobody has paired the kiosk; no server answers; one does; another agent acts for this kiosk."""


def incarnation_of(kept: KeptFiles, clock: AgentClock) -> str:
    """The name of this disk in this boot: a copy of it has another; a program that starts again does not."""
    known = kept.read("incarnation")
    if known is None or known["boot"] != clock.boot:
        known = {"boot": clock.boot, "name": secrets.token_hex(16)}
        kept.keep("incarnation", known)
    return str(known["name"])


def cookies_of(token: str | None, pairing: str | None = None) -> dict[str, str]:
    """The cookies that a browser of this kiosk would send, by https and without."""
    named = {DEVICE_COOKIE: token, "parvis_pairing": pairing}
    pairs = [
        f"{prefix}{name}={value}" for name, value in named.items() if value for prefix in ("", "__Host-")
    ]
    return {"Cookie": "; ".join(pairs)} if pairs else {}


class HallLink:
    """What the agent knows of the server. `changed` is set when the printing loop should look again."""

    def __init__(
        self,
        line: ServerLine,
        kept: KeptFiles,
        journal: PressJournal,
        clock: AgentClock,
        *,
        incarnation: str,
        report: Callable[..., None] = lambda *_, **__: None,
    ) -> None:
        self.kept, self.journal, self.clock = kept, journal, clock
        self.incarnation = incarnation
        self.state: LinkState = "unpaired"
        self.changed = threading.Event()
        self._line = line
        self._report = report
        self._lock = threading.Lock()
        self._ends_of_tunnels: set[Callable[[], None]] = set()
        self._wake = threading.Event()

    @property
    def is_up(self) -> bool:
        """Whether requests go to the server."""
        return self.state in ("up", "unpaired")

    @property
    def token(self) -> str | None:
        """The kiosk's token; None: it is not paired."""
        found = self.kept.read("token")
        return found if isinstance(found, str) else None

    @property
    def place(self) -> tuple[str, str] | None:
        """The slug of the kiosk's hall and its id there; None: not known yet."""
        found = self.kept.read("device")
        return None if found is None else (found["hall"]["slug"], found["id"])

    def run(self, stopping: threading.Event) -> None:
        """Keeps the link until the program ends."""
        while not stopping.is_set():
            self._wake.wait(self.step())
            self._wake.clear()
        self.leave()

    def step(self) -> float:
        """One sign of life and what follows from its answer; the seconds until the next."""
        token = self.token
        if token is None:
            self._become("unpaired")
            return AWAY_BEAT_S
        try:
            self._beat(token)
        except ServerSilent as silent:
            self._become("away", why=str(silent))
        except ServerRefused as refused:
            if refused.status == TOO_OFTEN:
                return BEAT_S
            found: LinkState = "unpaired" if refused.status in VOID else "away"
            if refused.status in VOID:  # it may stand elsewhere by now
                self.kept.keep("device", None)
            self._become("twice" if refused.status == TWICE else found, why=str(refused))
            return AWAY_BEAT_S if refused.is_for_now else BEAT_S
        except (KeyError, TypeError, ValueError) as error:  # no server of ours
            self._become("away", why=repr(error))
        else:
            return BEAT_S
        return AWAY_BEAT_S

    def lose(self) -> None:
        """A request found the server away: the sign of life finds out how long."""
        if self.state == "up":
            self._become("away", why="")
        self.look()

    def look(self) -> None:
        """Has the next sign of life come at once."""
        self._wake.set()

    def hold(self, end: Callable[[], None]) -> bool:
        """Keeps what ends a socket of the page when the server is lost; False: it is away."""
        with self._lock:
            if not self.is_up:
                return False
            self._ends_of_tunnels.add(end)
            return True

    def drop(self, end: Callable[[], None]) -> None:
        """Forgets a socket that has ended."""
        with self._lock:
            self._ends_of_tunnels.discard(end)

    def leave(self) -> None:
        """Lets another run of the program begin at once."""
        token = self.token
        if token is not None and self.place is not None and self.state == "up":
            with suppress(ServerSilent, ServerRefused):  # it finds out by the silence
                self._sign(token, leaves=True)
        self._line.close()

    def _beat(self, token: str) -> None:
        if self.place is None:
            self._learn_place(token)
        try:
            answer = self._sign(token)
        except ServerRefused as refused:
            if refused.status != 404:
                raise
            self._become("up")  # a server of a release that knows no agents
            return
        known = provision_in(self.kept)
        if known is None or known.mark != answer["provision"]:
            self.kept.keep("provision", self._get(token, "provision").json())
        self._see_rank(answer["next_rank"])
        self._merge(token)
        while not self._become("up"):  # somebody pressed meanwhile
            self._merge(token)

    def _sign(self, token: str, *, leaves: bool = False) -> dict[str, Any]:
        now = self.clock.now().isoformat()
        said = {"incarnation": self.incarnation, "program": VERSION, "now": now, "leaves": leaves}
        asked_at_s = self.clock.moment().elapsed_s
        answer = self._write(token, "PUT", "agent", said).expect(200).json()
        self.journal.see_offset(self.clock.hear(datetime.fromisoformat(answer["now"]), asked_at_s))
        return answer

    def _see_rank(self, next_rank: int | None) -> None:
        provision = provision_in(self.kept)
        on = None if provision is None else provision.day_of(self.clock.now())
        if on is not None and next_rank is not None:
            self.journal.see_rank(on, next_rank - 1)

    def _merge(self, token: str) -> None:
        """Tells the server of tickets that were given without it; one that it refuses is told alone."""
        waiting = self.journal.to_merge()[:MERGED_AT_ONCE]
        if not waiting:
            return
        try:
            self._tell(token, waiting)
        except ServerRefused as refused:
            if refused.is_for_now or refused.status in (TWICE, *VOID):
                raise
            for press in waiting:
                self._tell_alone(token, press)

    def _tell_alone(self, token: str, press: Press) -> None:
        try:
            self._tell(token, [press])
        except ServerRefused as refused:
            if refused.is_for_now or refused.status in (TWICE, *VOID):
                raise
            self._refuse(press, refused.status)

    def _tell(self, token: str, presses: list[Press]) -> None:
        now = self.clock.now().isoformat()
        said = {
            "incarnation": self.incarnation,
            "now": now,
            "presses": [self._told(each) for each in presses],
        }
        self._write(token, "POST", "presses", said).expect(200, 201)
        for press in presses:
            self.journal.note(press.id, state="merged")

    def _told(self, press: Press) -> dict[str, Any]:
        age_s = self.clock.age_s(press.moment)
        return {
            "press_id": press.id,
            **{name: press.body[name] for name in ("service", "language", "priority", "needs")},
            "number": press.number,
            "rank": press.rank,
            "pressed_at": press.pressed_at,
            "age_s": None if age_s is None else round(age_s, 3),
            "verdict": "unknown" if press.verdict in ("printing", "cleared") else press.verdict,
        }

    def _learn_place(self, token: str) -> None:
        """Asks which kiosk this is. Of another one than before, nothing that was kept counts."""
        answer = self._line.send("GET", "/device/me", cookies_of(token), within_s=BEAT_WITHIN_S)
        device = answer.expect(200).json()
        known = provision_in(self.kept)
        if known is not None and known.kiosk != device["id"]:
            self.kept.keep("provision", None)
            for press in self.journal.to_merge():
                self._refuse(press, "")
        self.kept.keep("device", device)

    def _refuse(self, press: Press, status: object) -> None:
        self._report("kiosk_agent.press_refused", number=press.number, status=status)
        self.journal.note(press.id, state="refused")

    def _get(self, token: str, what: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return self._line.send("GET", self._path(what), headers, within_s=BEAT_WITHIN_S).expect(200)

    def _write(self, token: str, method: str, what: str, said: Mapping[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps(said).encode()
        return self._line.send(method, self._path(what), headers, body, within_s=BEAT_WITHIN_S)

    def _path(self, what: str) -> str:
        assert self.place is not None
        return f"/api/v1/kiosks/{quote(self.place[1])}/{what}"

    def _become(self, state: LinkState, *, why: str = "") -> bool:
        """Takes a state; False: the server is not to be used before it knows every ticket."""
        with self._lock:
            if state == "up" and self.journal.to_merge():
                return False
            before, self.state = self.state, state
            lost = [] if self.is_up else list(self._ends_of_tunnels)
        if before != state:
            self._report(f"kiosk_agent.link.{state}", why=why)
            self.changed.set()
        for end in lost:
            end()
        return True
