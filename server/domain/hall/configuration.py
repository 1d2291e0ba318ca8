"""A hall's configuration as the rules see it: whole, frozen, of one revision.

It is translated from the hall's document (`server/documents`), which also validates it; nothing is checked
here. Ids are readable slugs, unique over the installation and never reused. Mappings keep the document's
order, that of menus, screens and consoles. Texts map a language code to a sentence and contain French.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from server.domain.alarms.alarms import AlarmRules
from server.domain.alerts import AlertRules
from server.domain.calling.rules import DEFAULT_RULE, RuleName, WorkProfile
from server.domain.complaints import ComplaintRules
from server.domain.hall.devices import Kiosk, Screen, Sound, is_loop_in_order
from server.domain.hours.calendars import AtBreak, Calendar, LastTicket
from server.domain.hours.school_holidays import SchoolHolidays
from server.domain.incidents import IncidentRules
from server.domain.languages import FRENCH, Texts, text_in
from server.domain.people.roles import ROLES, WHOLE_HALL, CallingReach, Permission
from server.domain.tickets import Quota, Series
from server.domain.visits.told_before import ToldBefore
from server.domain.visits.verb_facts import Limits

type Mode = Literal["walk_in", "appointment_only", "both"]
type ResultDuty = Literal["optional", "mandatory"]
"""Whether an agent may or must say something when a service ends."""
type Confirmation = Literal["agent", "call"]
"""Who confirms that a called visitor has come: the agent, or the call itself."""


def mark_of(installation_revision: int, revision: int) -> str:
    """The installation's revision and the hall's, as devices name what they run: `3.12`."""
    return f"{installation_revision}.{revision}"


@dataclass(frozen=True, slots=True)
class Site:
    """A building: its address, its time zone (IANA name), and its decisions about alerts.

    `department`: whose vigilance of the weather is shown (its code); empty: of none. `uncounted`: what its
    figures do not count; empty: nothing to say. `has_public_page`: whether its halls have a page that anybody
    reads; `figures_licence`: the licence of its figures, empty: none was chosen. `incidents`: what people are
    told who are threatened. `complaints`: its register. `screen_groups`: their labels by id.
    `school_holidays`: by which figures compare days with a year before.
    """

    slug: str
    name: str
    address: str
    time_zone: str
    alerts: AlertRules = field(default_factory=AlertRules)
    department: str = ""
    uncounted: str = ""
    has_public_page: bool = False
    figures_licence: str = ""
    incidents: IncidentRules = field(default_factory=IncidentRules)
    complaints: ComplaintRules = field(default_factory=ComplaintRules)
    screen_groups: Mapping[str, str] = field(default_factory=dict)
    school_holidays: tuple[SchoolHolidays, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.time_zone)

    def local_day(self, instant: datetime) -> date:
        """The local date of an instant."""
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Folder:
    """A menu entry that opens a list of services: the first of the two presses."""

    id: str
    names: Texts
    subtitles: Texts = field(default_factory=dict)
    icon: str = "folder-open"


@dataclass(frozen=True, slots=True)
class Exceptional:
    """For which reasons a visitor without an appointment is received, for a service that needs one.

    `received_by` is the service that receives them; `reasons` are the exceptional reasons by code, with their
    names, in the order people see.
    """

    received_by: str
    reasons: Mapping[str, Texts]


@dataclass(frozen=True, slots=True)
class Instead:
    """What helps a visitor who gets no ticket of a service: another service of the hall (id), a page on line,
    the same thing in another hall (`elsewhere`: the id of a service there).
    """

    service: str | None = None
    web_address: str | None = None
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A menu entry that gives no ticket and says how: `instructions`, papers, a page on line, a service (id)
    of another hall. `parent` is a folder's id.
    """

    id: str
    names: Texts
    subtitles: Texts = field(default_factory=dict)
    icon: str = "info"
    parent: str | None = None
    instructions: Texts = field(default_factory=dict)
    bring: tuple[Texts, ...] = ()
    web_address: str | None = None
    elsewhere: str | None = None
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What a visitor comes for.

    Targets are waits in seconds, per class; `target_from_on`: the first day of the decided one in force, None
    where the document's own apply. `typed_mean_s`: the service time used until enough real ones are known.
    `calendar` None means the hall's hours. `parent` is a folder's id. `confirm_priority`: a declared priority
    counts only once an agent has seen the card. `early_window_s`: how long before its hour an appointment may
    check in at a kiosk; `late_grace_s`: how late it keeps its class. `outcome` and `note`: whether an agent
    must say what the service led to when it ends. `wrap_up_s`: seconds an agent has after it before the next
    call is expected; 0: none. `confirmation`: by the `call` the service begins with the call, without a
    question. `exceptional`: for which reasons a visitor without an appointment is received, and by which
    service; None: never. `quota`: tickets a half-day gives; `instead`: what helps then. `film`: a medium.
    """

    id: str
    names: Texts
    queue: str
    series: Series
    subtitles: Texts = field(default_factory=dict)
    bring: tuple[Texts, ...] = ()
    how_to_book: Texts = field(default_factory=dict)
    appointment_url: str | None = None
    icon: str = "ticket"
    mode: Mode = "walk_in"
    appointment_series: Series | None = None
    target_s: int = 900
    target_appointment_s: int = 600
    target_priority_s: int = 600
    target_from_on: date | None = None
    typed_mean_s: int = 600
    calendar: Calendar | None = None
    parent: str | None = None
    is_on_kiosk: bool = True
    is_retired: bool = False
    confirm_priority: bool = False
    early_window_s: int = 3600
    late_grace_s: int = 900
    outcome: ResultDuty = "optional"
    note: ResultDuty = "optional"
    confirmation: Confirmation = "agent"
    wrap_up_s: int = 0
    exceptional: Exceptional | None = None
    quota: Quota | None = None
    instead: Instead | None = None
    film: str | None = None

    def name(self, language: str) -> str:
        """The service's name in a language, in French where it is not translated."""
        return text_in(self.names, language)

    def subtitle(self, language: str) -> str:
        """The line under the name, in a language or in French; may be empty."""
        return text_in(self.subtitles, language)

    def target_for(self, visit_class: str) -> int:
        """The target wait for a class of visit, in seconds."""
        targets = {"priority": self.target_priority_s, "appointment": self.target_appointment_s}
        return targets.get(visit_class, self.target_s)

    @property
    def may_book(self) -> bool:
        """Whether visitors come by appointment."""
        return self.mode != "walk_in" and self.appointment_series is not None

    @property
    def may_walk_in(self) -> bool:
        """Whether a ticket is issued without an appointment."""
        return self.mode != "appointment_only"


@dataclass(frozen=True, slots=True)
class Queue:
    """Ordered waiting legs of one or several services.

    `most_waiting`: number of waiting people that raises an alarm; None: the hall's number.
    """

    id: str
    names: Texts
    services: tuple[str, ...]
    most_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """A place visitors are called to. `label` is what is shown and spoken in French, e.g. "guichet 3".

    `is_self_service`: visitors work at it by themselves, so that one agent receives people at several such
    places at once; else an agent who holds several counters receives one person at a time. Volunteers call
    there (docs/rules/access.md).
    """

    id: str
    label: str
    services: tuple[str, ...]
    labels: Texts = field(default_factory=dict)
    directions: Texts = field(default_factory=dict)
    is_step_free: bool = False
    has_hearing_loop: bool = False
    hearing_loop_tested_on: date | None = None
    is_confidential: bool = False
    is_self_service: bool = False
    is_retired: bool = False

    def shows_loop(self, today: date) -> bool:
        """Whether visitors may read of its induction loop: it has one, tested less than a year ago."""
        return self.has_hearing_loop and is_loop_in_order(self.hearing_loop_tested_on, today)

    def label_in(self, language: str) -> str:
        """The label in a language, the French one where it is not translated."""
        return self.labels.get(language) or self.label

    def every_label(self) -> Texts:
        """The label in each language that has one, French among them."""
        return {FRENCH: self.label, **self.labels}

    def direction(self, language: str) -> str:
        """How to get there from places people know, in a language or in French; may be empty."""
        return text_in(self.directions, language)


@dataclass(frozen=True, slots=True)
class HallConfiguration:
    """Everything a hall's rules need, of one revision. `hall` is its slug, `languages` begins with French.

    `neighbours` are slugs of halls within earshot: no prefix is used in both. `rule` and `has_priority_first`
    call for sessions without a profile. `at_break`: what happens to waiting visitors when nobody decides;
    `distribution_before_s`: how long before opening tickets may be given by hand, 0 never; `screen_margin_s`:
    how long before the first opening and after the last closing screens are on; `asks_needs`: whether the
    kiosk asks for needs; `priority_grounds`: other people who pass first here; `legal_share`: of the screens'
    time, for legal notices, 0 to 0.5. `offered_languages`: those of `languages` that visitors may choose;
    `read_languages`: those of them whose sentences somebody has read, so that alerts may speak them.
    """

    revision: int
    hall: str
    name: str
    site: Site
    languages: tuple[str, ...]
    calendar: Calendar
    services: Mapping[str, Service]
    queues: Mapping[str, Queue]
    counters: Mapping[str, Counter]
    folders: Mapping[str, Folder] = field(default_factory=dict)
    referrals: Mapping[str, Referral] = field(default_factory=dict)
    kiosks: Mapping[str, Kiosk] = field(default_factory=dict)
    screens: Mapping[str, Screen] = field(default_factory=dict)
    neighbours: tuple[str, ...] = ()
    is_demonstration: bool = False
    rule: RuleName = DEFAULT_RULE
    has_priority_first: bool = True
    legal_share: float = 0.2
    profiles: Mapping[str, WorkProfile] = field(default_factory=dict)
    profile_names: Mapping[str, Texts] = field(default_factory=dict)
    at_break: AtBreak = AtBreak.FINISH
    last_ticket: LastTicket = field(default_factory=LastTicket)
    distribution_before_s: int = 0
    screen_margin_s: int = 3600
    asks_needs: bool = True
    priority_grounds: Texts = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    sound: Sound = field(default_factory=Sound)
    alarms: AlarmRules = field(default_factory=AlarmRules)
    told_before: ToldBefore = field(default_factory=ToldBefore)
    installation_revision: int = 0
    offered_languages: tuple[str, ...] = (FRENCH,)
    read_languages: tuple[str, ...] = (FRENCH,)

    @property
    def mark(self) -> str:
        """The two revisions it is made of (`mark_of`)."""
        return mark_of(self.installation_revision, self.revision)

    @property
    def deferral_calls(self) -> int:
        """How many first calls of the queue a visitor lets pass who lets others pass."""
        return max(1, self.limits.postpone_after_calls)

    @property
    def has_loop_output(self) -> bool:
        """Whether some screen feeds the induction loop."""
        return any(each.output == "loop" and not each.is_retired for each in self.screens.values())

    def shows_loop(self, today: date) -> bool:
        """Whether visitors may read of the hall's induction loop: it has one, tested less than a year ago."""
        return self.sound.loop is not None and is_loop_in_order(self.sound.loop.tested_on, today)

    def printing_for(self, kiosk: str) -> Kiosk | None:
        """The kiosk whose printer prints what a kiosk gives: itself, or another; None: nothing is printed."""
        own = self.kiosks.get(kiosk)
        return own if own is not None and own.printer is not None else self.backup_of(kiosk)

    def backup_of(self, kiosk: str) -> Kiosk | None:
        """The other kiosk whose printer may print for a kiosk: the backup of its printer, or the one that it
        uses without a printer of its own; None: there is none in use.
        """
        own = self.kiosks.get(kiosk)
        if own is None:
            return None
        named = own.prints_at if own.printer is None else own.printer.backup
        backup = self.kiosks.get(named or "")
        is_none = backup is None or backup.printer is None or backup.is_retired or backup.id == kiosk
        return None if is_none else backup

    def services_served_by(self, counter: str) -> tuple[Service, ...]:
        """The services a counter may serve, without the retired ones."""
        listed = (self.services[service] for service in self.counters[counter].services)
        return tuple(service for service in listed if not service.is_retired)

    def counters_serving(self, service: str) -> tuple[Counter, ...]:
        """The counters that may serve a service, without the retired ones."""
        return tuple(c for c in self.counters.values() if service in c.services and not c.is_retired)

    def profiles_for(self, counter: str) -> tuple[str, ...]:
        """The work profiles under which a counter serves someone, in the hall's order."""
        queues = {service.queue for service in self.services_served_by(counter)}
        return tuple(
            each for each, profile in self.profiles.items() if not queues.isdisjoint(profile.called_queues)
        )

    def queues_of(self, services: Iterable[str]) -> tuple[Queue, ...]:
        """The queues in which the given services wait, each once, in the hall's order."""
        queue_ids = {self.services[service].queue for service in services}
        return tuple(queue for queue in self.queues.values() if queue.id in queue_ids)

    def services_on_kiosk(self) -> tuple[Service, ...]:
        """The services a kiosk shows, in the menu's order."""
        return tuple(s for s in self.services.values() if s.is_on_kiosk and not s.is_retired)

    def offers(self, kiosk: str | None, service: str) -> bool:
        """Whether a kiosk offers a service: one without services of its own, and no kiosk, offer them all."""
        found = None if kiosk is None else self.kiosks.get(kiosk)
        return found is None or not found.services or service in found.services

    def calendar_of(self, service: str) -> Calendar:
        """When a service receives visitors: its own hours, else the hall's."""
        return self.services[service].calendar or self.calendar


REACHING = frozenset({Permission.CALL, Permission.READ_QUEUE})
"""The permissions that a role may give for a part of a hall."""
AT_SELF_SERVICE = frozenset({"digital_helper"})
"""Roles that call at self-service places, unless their grant names counters or services."""
MAY_BE_LIMITED = frozenset(
    role
    for role, permissions in ROLES.items()
    if Permission.CALL in permissions and Permission.SUPERVISE not in permissions
)


def reach_of_role(role: str, limited_to: Iterable[str], configuration: HallConfiguration) -> CallingReach:
    """The reach of one role in a hall. `limited_to`: the counters and services (ids) that its grant names.

    Named counters alone: with all their services. Named services alone: at each counter that serves them.
    Both: these services at these counters. What another hall has counts there only.
    """
    named = frozenset(limited_to)
    if not named and role not in AT_SELF_SERVICE:
        return WHOLE_HALL
    counters = named & configuration.counters.keys()
    services = named & configuration.services.keys()
    if not named:
        counters = frozenset(each.id for each in configuration.counters.values() if each.is_self_service)
    if not counters and not services:
        return CallingReach({})
    found = {
        each.id: frozenset(each.services) & services if services else frozenset(each.services)
        for each in configuration.counters.values()
        if each.id in counters or not counters
    }
    return CallingReach({counter: served for counter, served in found.items() if served})
