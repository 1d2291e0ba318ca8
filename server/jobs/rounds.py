"""The rounds of a running server: days, timers of legs and alerts, forgotten counters, busy hours, purges.

Jobs that end a day run once per hall and day. Every worker makes its rounds; a claim in the database decides
which worker does a job, and a job done twice changes nothing. Rounds of their own watch for faults, take the
next step of incidents that nobody answers, and keep counts of past days stored.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import structlog

from hardware.speech import AudioFiles
from server.domain.alarms.signs import GRADED
from server.domain.author import SYSTEM
from server.domain.devices.connections import LOOK_EVERY_S
from server.domain.devices.device_state import KEPT as PANEL_RESTS_KEPT
from server.domain.hours.calendars import Calendar, business_day
from server.domain.notices.displays import INTERVALS_KEPT
from server.domain.quality.grades import Grades
from server.domain.refusals import Refusal
from server.language import Translate
from server.store.configuration.halls import HallRow, all_halls
from server.store.devices.paired_devices import ScreenPictures
from server.store.devices.sightings import Players, delete_checks, delete_panel_rests
from server.store.engine.statements import Rows
from server.store.halls_due import halls_due
from server.store.journal.chain import INSTALLATION, Anchors, JournalHead, anchor_of, head_of
from server.store.notices.displays import delete_intervals
from server.store.notices.media import MediaFiles
from server.store.operation.job_runs import EVERY_HALL, claim, claim_every, done_runs, has_run
from server.store.quality.stored_rollups import counting_version
from server.store.transactions.database import Database
from server.usecases.alarms.watch_alarms import KnownSightings, halls_to_watch, watch_alarms
from server.usecases.alerts.course import expire_alerts
from server.usecases.announced_before import grades_of_last
from server.usecases.counters.left_counters import give_back_forgotten
from server.usecases.devices.pairing import ask_renewal, renewals_due
from server.usecases.devices.presence import look_at_devices
from server.usecases.hours.hours_words import count_affluence
from server.usecases.hours.opening import close_day, days_to_close
from server.usecases.incidents.course import escalate_incidents
from server.usecases.journal.maintenance import purge
from server.usecases.media.uploads import sweep_media
from server.usecases.quality.counts import store_past_days
from server.usecases.visits.wait_again import return_parked

log = structlog.get_logger()

ROUND_S = 20.0
"""Seconds between two rounds."""
PURGE_EVERY_S = 3600
VOICES_KEPT_S = 7 * 86_400
"""How long a rendered voice is kept after its last use. The same numbers are called every day."""
LOOKS_KEPT = timedelta(days=92)
ANCHOR = "anchor"
AFFLUENCE = "affluence"
ALARM_ROUND_S = 5.0
"""Seconds between two checks: with a poll every ten seconds, a fault is reported within two polls."""
_TURN_S = 4
"""Seconds for which one worker checks for all workers."""
INCIDENT_ROUND_S = 1.0
"""Seconds between two rounds: an incident is escalated within 31 s. A round without one is a single read."""
PAUSE_S = 0.02
"""After each day, which takes about 7 ms for 77 visits."""
TURN_S = 10
"""Seconds for which one worker counts for all workers."""


class _Configured(NamedTuple):
    """A hall and the calendar of its configuration in force."""

    row: HallRow
    calendar: Calendar


def _add_configured(found: dict[str, _Configured], database: Database, rows: Rows, row: HallRow) -> None:
    found[row.id] = _Configured(row, database.configurations.of(rows, row).calendar)


@dataclass
class Rounds:
    """The jobs of one process.

    `breathe` lets other work through between two halls; `voices` are the rendered voices of this computer,
    `media` its prepared files, `pictures` those that screens sent of themselves; `players`: the last
    sightings of devices; `tell_renewal(kind, connection, told)`: one page of a device renews its token.
    """

    database: Database
    anchors: Anchors
    breathe: Callable[[], None] = lambda: None
    voices: AudioFiles | None = None
    media: MediaFiles | None = None
    pictures: ScreenPictures | None = None
    players: Players | None = None
    tell_renewal: Callable[[str, str, str], None] = lambda kind, connection, token: None
    failures: int = 0
    _looked_at_s: float = field(init=False)
    _owes_purge: bool = field(default=False, init=False)
    """Whether a purge of this process failed: no other worker makes it before the next hour."""

    def __post_init__(self) -> None:
        self._looked_at_s = self.database.clock.elapsed_s()

    def make(self) -> None:
        """One round over all halls; a job that fails is logged and tried again in the next round.

        What is due is read of all halls in the same few statements; only halls with something due cost more.
        """
        halls = self._configured()
        self._attempt(self.end_days, halls)
        self._attempt(self.of_halls_due, halls)
        self._attempt(self.daily, halls)
        self._attempt(self.look_at_devices, [each.row for each in halls.values()])
        self._attempt(self.anchor_installation)
        self._attempt(self.purge)

    def _configured(self) -> dict[str, _Configured]:
        """The halls whose configuration can be read, by id."""
        found: dict[str, _Configured] = {}
        with self.database.read() as rows:
            for row in all_halls(rows):
                if row.is_configured:
                    self._attempt(_add_configured, found, self.database, rows, row)
        return found

    def _attempt[*Values](self, job: Callable[[*Values], None], *values: *Values) -> None:
        try:
            job(*values)
        except Exception:
            self.failures += 1
            log.exception("job_failed", job=job.__name__)

    def end_days(self, halls: Mapping[str, _Configured]) -> None:
        """Closes the business days of halls whose end has passed."""
        for hall, day in days_to_close(self.database, {id_: each.calendar for id_, each in halls.items()}):
            self._attempt(self._end_day, halls[hall].row, day)
            self.breathe()

    def _end_day(self, hall: HallRow, day: date) -> None:
        closed = close_day(self.database, hall.id, day)
        if closed.legs or closed.sessions:
            log.info(
                "day_closed",
                hall=hall.slug,
                day=day.isoformat(),
                legs=closed.legs,
                sessions=closed.sessions,
            )

    def of_halls_due(self, halls: Mapping[str, _Configured]) -> None:
        """What is due by the minute, in the halls where somebody or something waits for it."""
        with self.database.read() as rows:
            due = halls_due(rows, self.database.clock.now())
        for job, of in (
            (self.return_parked, due.returning),
            (self.give_back_forgotten, due.calling),
            (self.expire_alerts, due.alerted),
        ):
            for hall in sorted(of & halls.keys()):
                self._attempt(job, halls[hall].row)
                self.breathe()

    def daily(self, halls: Mapping[str, _Configured]) -> None:
        """What is done once a business day, in the halls where it is not done yet."""
        now = self.database.clock.now()
        days = {id_: business_day(each.calendar, now).isoformat() for id_, each in halls.items()}
        for job, run in ((ANCHOR, self.anchor), (AFFLUENCE, self.count_affluence)):
            with self.database.read() as rows:
                done = done_runs(rows, job, set(days.values()))
            for hall, day in days.items():
                if (hall, day) not in done:
                    self._attempt(run, halls[hall].row, day)
                    self.breathe()

    def return_parked(self, hall: HallRow) -> None:
        """Returns parked visitors to their queue when their timer has ended."""
        returned = return_parked(self.database, hall.id)
        if returned:
            log.info("parked_returned", hall=hall.slug, legs=returned)

    def give_back_forgotten(self, hall: HallRow) -> None:
        """Pauses forgotten counters and returns the visitors called there to their queue."""
        given_back = give_back_forgotten(self.database, hall.id)
        if given_back:
            log.info("forgotten_given_back", hall=hall.slug, legs=given_back)

    def expire_alerts(self, hall: HallRow) -> None:
        """Ends the alerts whose stated time is over; evacuate and shelter never."""
        expired = expire_alerts(self.database, hall.id)
        if expired:
            log.info("alerts_expired", hall=hall.slug, alerts=expired)

    def anchor(self, hall: HallRow, day: str) -> None:
        """Anchors the hall's journal once a business day."""
        with self.database.read() as rows:
            head = head_of(rows, hall.id)
        self._anchor(hall.slug, hall.id, day, head)

    def count_affluence(self, hall: HallRow, day: str) -> None:
        """Counts once a business day when people come, for the notice on opening hours.

        Claims the day after it counted: two workers count the same, a day that failed is counted again.
        """
        count_affluence(self.database, hall.id)
        claim(self.database, AFFLUENCE, hall.id, day, now=self.database.clock.now())

    def look_at_devices(self, halls: Sequence[HallRow]) -> None:
        """Records every two minutes which devices are present, and asks those with an old token to renew it.

        After a start it waits, so that devices can connect again first.
        """
        elapsed_s = self.database.clock.elapsed_s()
        if self.players is None or elapsed_s - self._looked_at_s < LOOK_EVERY_S:
            return
        self._looked_at_s = elapsed_s
        now = self.database.clock.now()
        if not claim_every(self.database, "look_at_devices", now=now, every_s=LOOK_EVERY_S - int(ROUND_S)):
            return
        sightings = self.players.of_halls([hall.id for hall in halls])
        if self.players.is_away:
            return  # nobody knows who is present
        look_at_devices(self.database, halls, sightings)
        for device, connection in renewals_due(self.database, sightings):
            token = ask_renewal(self.database, SYSTEM, device.id)
            self.tell_renewal(device.kind, connection, token)

    def anchor_installation(self) -> None:
        """Anchors the installation's journal once a day (UTC)."""
        day = self.database.clock.now().date().isoformat()
        with self.database.read() as rows:
            if has_run(rows, ANCHOR, EVERY_HALL, day):
                return
            head = head_of(rows, None)
        self._anchor(INSTALLATION, EVERY_HALL, day, head)

    def _anchor(self, journal: str, hall: str, day: str, head: JournalHead) -> None:
        """Writes the anchor before the claim: two anchors do no harm, a missing one would."""
        now = self.database.clock.now()
        self.anchors.append(journal, anchor_of(head, now, "daily"))
        claim(self.database, ANCHOR, hall, day, now=now)

    def purge(self) -> None:
        """Erases expired values and unused voices once an hour.

        Claims the hour before it erases: of two purges at once, one would report what the other is erasing
        as left over time.
        """
        now = self.database.clock.now()
        if not self._owes_purge and not claim_every(self.database, "purge", now=now, every_s=PURGE_EVERY_S):
            return
        self._owes_purge = True
        counts = purge(self.database)
        if self.voices is not None:
            counts["voices"] = self.voices.purge(older_than_s=VOICES_KEPT_S, now_s=now.timestamp())
        if self.media is not None:
            counts["media_files"] = sweep_media(self.database, self.media)
        if self.pictures is not None:
            counts["screen_pictures"] = self.pictures.purge(now)
        with self.database.store.write() as rows:
            counts["device_presence"] = delete_checks(rows, now.date() - LOOKS_KEPT)
            counts["panel_rest"] = delete_panel_rests(rows, now - PANEL_RESTS_KEPT)
            counts["display_interval"] = delete_intervals(rows, now - INTERVALS_KEPT)
        self._owes_purge = False
        if any(counts.values()):
            log.info("purged", **{name: count for name, count in counts.items() if count})


@dataclass
class AlarmRounds:
    """The alarm rounds of one process.

    `is_one_of_several`: other processes share the database. `breathe` as in `Rounds`.
    """

    database: Database
    players: Players
    translate: Translate
    is_one_of_several: bool = False
    breathe: Callable[[], None] = lambda: None
    failures: int = 0
    _graded: dict[str, tuple[datetime, Grades]] = field(default_factory=dict)

    def make(self) -> None:
        """Checks every hall once, in as many statements for many as for one.

        A hall that fails is logged and checked again in the next round.
        """
        if self.is_one_of_several:
            now = self.database.clock.now()
            if not claim_every(self.database, "alarms", now=now, every_s=_TURN_S):
                return
        with self.database.read() as rows:
            halls = [hall for hall in all_halls(rows) if hall.is_configured]
        sightings = self.players.of_halls([hall.id for hall in halls])
        devices: dict[str, KnownSightings] = {}
        for hall in halls:
            with self._noting_failure(hall):
                devices[hall.id] = KnownSightings(
                    sightings[hall.id], are_known=not self.players.is_away, waits=self._waits_of(hall.id)
                )
        watched = [hall for hall in halls if hall.id in devices]
        for hall in halls_to_watch(self.database, watched, devices):
            with self._noting_failure(hall):
                changed = watch_alarms(self.database, hall.id, devices[hall.id], self.translate)
                if changed:
                    log.info("alarms_changed", hall=hall.slug, facts=changed)
            self.breathe()

    @contextmanager
    def _noting_failure(self, hall: HallRow) -> Iterator[None]:
        """A hall that fails does not stop the watch of others."""
        try:
            yield
        except Refusal as refusal:
            self.failures += 1
            log.warning("alarms_not_watched", hall=hall.slug, code=refusal.code)
        except Exception:
            self.failures += 1
            log.exception("alarms_not_watched", hall=hall.slug)

    def _waits_of(self, hall: str) -> Grades:
        """The grades of a hall's last announced waits: read once an hour, a round costs nothing."""
        hour = self.database.clock.now().replace(minute=0, second=0, microsecond=0)
        known = self._graded.get(hall)
        if known is None or known[0] != hour:
            known = self._graded[hall] = (hour, grades_of_last(self.database, hall, GRADED))
        return known[1]


@dataclass
class IncidentRounds:
    """The incident rounds of one process."""

    database: Database

    def make(self) -> None:
        """Takes the steps that are due in every hall."""
        steps = escalate_incidents(self.database)
        if steps:
            log.info("incidents_escalated", steps=steps)


@dataclass
class PastDayRounds:
    """The rounds of one process. `pause` lets other work through after each day."""

    database: Database
    pause: Callable[[], None] = lambda: time.sleep(PAUSE_S)
    failures: int = 0

    def make(self) -> None:
        """Counts for one turn what is missing of the halls that are not done today by this version.

        A hall that fails is logged and tried again in the next round.
        """
        clock = self.database.clock
        now = clock.now()
        job = f"rollups {counting_version()}"
        with self.database.read() as rows:
            days = {
                hall: business_day(self.database.configurations.of(rows, hall).calendar, now).isoformat()
                for hall in all_halls(rows)
                if hall.is_configured
            }
            done = done_runs(rows, job, set(days.values()))
        pending = {hall: day for hall, day in days.items() if (hall.id, day) not in done}
        if not pending or not claim_every(self.database, "past_days", now=now, every_s=TURN_S):
            return
        until_s = clock.elapsed_s() + TURN_S
        for hall, day in pending.items():
            try:
                self._count(hall, (job, hall.id, day), until_s)
            except Exception:
                self.failures += 1
                log.exception("past_days_not_stored", hall=hall.slug)
            if clock.elapsed_s() >= until_s:
                return

    def _count(self, hall: HallRow, run: tuple[str, str, str], until_s: float) -> None:
        """`run`: the job, the hall and the business day; another version counts again on the same day."""
        for _ in store_past_days(self.database, hall.id):
            self.pause()
            if self.database.clock.elapsed_s() >= until_s:
                return
        claim(self.database, *run, now=self.database.clock.now())
