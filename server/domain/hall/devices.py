"""The kiosks, printers, screens and loudspeakers of a hall, as its configuration names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from server.domain.languages import Texts
from server.domain.printing.printers import PrinterReach
from server.domain.tickets import Series

type PrinterKind = Literal[
    "tcp", "usb_file", "usb_bus", "serial", "star_cloudprnt", "epson_direct", "gateway"
]
"""How a printer gets its jobs: the server pushes them over one of four transports, the printer fetches them
by one of two protocols over https, or the agent on the kiosk's computer fetches them for it.
"""
type PlaceField = Literal["host", "usb", "line"]
"""A field that says where a printer is."""


@dataclass(frozen=True, slots=True)
class PrinterFields:
    """The fields of a printer's configuration that matter for its kind; others are kept and change nothing.

    `place`: the one that says where it is; None: it fetches its jobs, or a kiosk agent does. `more`: the
    others. `is_plugged`: it is plugged into the server's machine. `may_be_simulated`: it is, without a place.
    """

    place: PlaceField | None
    more: tuple[str, ...] = ()
    is_plugged: bool = False
    may_be_simulated: bool = True


PRINTER_FIELDS: Mapping[PrinterKind, PrinterFields] = {
    "tcp": PrinterFields("host", ("port", "dialect")),
    "usb_file": PrinterFields("usb", ("dialect",), is_plugged=True),
    "usb_bus": PrinterFields("usb", ("dialect",), is_plugged=True, may_be_simulated=False),
    "serial": PrinterFields("line", ("speed", "dialect"), is_plugged=True),
    "star_cloudprnt": PrinterFields(None),
    "epson_direct": PrinterFields(None),
    "gateway": PrinterFields(None, ("dialect",)),
}
PULLED_KINDS = frozenset(kind for kind, fields in PRINTER_FIELDS.items() if fields.place is None)
"""The kinds of printers that fetch their jobs, or for which a kiosk agent does."""
PLUGGED_KINDS = frozenset(kind for kind, fields in PRINTER_FIELDS.items() if fields.is_plugged)
"""The kinds of printers that are plugged into the server's machine."""


def kinds_by_field() -> dict[str, tuple[PrinterKind, ...]]:
    """For each field that matters for some kinds only: those kinds."""
    found: dict[str, tuple[PrinterKind, ...]] = {}
    for kind, fields in PRINTER_FIELDS.items():
        for name in (fields.place, *fields.more):
            if name is not None:
                found[name] = (*found.get(name, ()), kind)
    return found


type ScreenLayout = Literal["hall", "corridor", "counter", "window", "calls", "door"]
"""What a screen is for; `signage.lettering` says how large its letters may be there."""
WITHOUT_NOTICES: tuple[ScreenLayout, ...] = ("counter", "calls", "door")
"""Screens of these layouts show no notices."""
type SoundOutput = Literal["loudspeaker", "loop"]
"""What the sound of a screen feeds: loudspeakers, or the amplifier of the induction loop."""

type Arrow = Literal["left", "right", "ahead", "back", "up", "down"]
"""Which way from a screen the counters are."""
type PrinterProfile = Literal["raster-80", "raster-58", "text-80"]
type PrinterDialect = Literal["epson", "custom"]
"""What a printer understands: ESC/POS as Epson has it, or with the status of Custom, which knows whether a
ticket is still in the outlet.
"""


@dataclass(frozen=True, slots=True)
class PrinterConnection:
    """How a kiosk's printer is reached and fed; paper width in mm.

    `host`, `port` and `reach` (the networks in which it may be found) are those of a printer on the network,
    `usb` is the name of one on USB (`04b8:0e15:J2XE012345`), `line` and `speed` (bits a second, None: found
    by asking) are those of one on a serial line. Without a host, a name or a line it is a simulated one.
    `backup`: the kiosk whose printer gets the jobs that this one refuses.
    """

    host: str | None
    port: int
    profile: PrinterProfile
    paper_mm: Literal[80, 58]
    reach: PrinterReach = field(default_factory=PrinterReach)
    kind: PrinterKind = "tcp"
    usb: str | None = None
    line: str | None = None
    speed: int | None = None
    dialect: PrinterDialect = "epson"
    backup: str | None = None

    @property
    def is_pulled(self) -> bool:
        """Whether the printer fetches its jobs: no loop pushes them to it."""
        return self.kind in PULLED_KINDS

    @property
    def place(self) -> str:
        """Where it is, in one line: what is known of a printer counts while it is at this place."""
        where = {"tcp": f"{self.host or ''}:{self.port}", "serial": self.line or ""}
        return f"{self.kind} {where.get(self.kind, self.usb or '')}"

    @property
    def is_simulated(self) -> bool:
        """Whether it exists on a page only."""
        fields = PRINTER_FIELDS[self.kind]
        return fields.place is not None and fields.may_be_simulated and getattr(self, fields.place) is None


@dataclass(frozen=True, slots=True)
class Mounting:
    """How a kiosk's screen is fixed.

    `lower_edge_cm` is the height of the picture's lower edge above the floor, the pixels are those of the
    picture as it is mounted.
    """

    lower_edge_cm: int
    diagonal_cm: int
    width_px: int
    height_px: int


type KioskPaper = Literal["own", "other", "none", "undecided"]
"""A kiosk prints at its own printer, at another kiosk's, nowhere on purpose, or nobody decided yet."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A self-service ticket machine; without a printer it shows the number and its code only.

    `services` are those it offers, empty: all of the hall's. `mounting` None: the usual heights are assumed.
    `prints_at`: the kiosk whose printer it uses; `is_number_only`: it prints nothing on purpose.
    `own_series`: the numbers that its agent gives while the server is away; None: it gives none then.
    `keys_at`: where its keys are, as the spoken guidance says it; empty: not declared.
    """

    id: str
    label: str
    services: tuple[str, ...] = ()
    printer: PrinterConnection | None = None
    mounting: Mounting | None = None
    is_retired: bool = False
    prints_at: str | None = None
    is_number_only: bool = False
    own_series: Series | None = None
    keys_at: Texts = field(default_factory=dict)

    @property
    def prints(self) -> bool:
        """Whether it is in use and has a printer of its own."""
        return self.printer is not None and not self.is_retired

    @property
    def paper(self) -> KioskPaper:
        """Where its tickets are printed."""
        if self.printer is not None:
            return "own"
        if self.prints_at is not None:
            return "other"
        return "none" if self.is_number_only else "undecided"


@dataclass(frozen=True, slots=True)
class Screen:
    """A hall display: board and notices; `diagonal_cm` and `viewing_m` size its characters.

    `zone`: where its loudspeaker is heard; one screen of a zone has sound. `output`: what its sound feeds.
    `layout`: what it is for; `counter`: whose screen it is. `panel_watts`: watts its panel draws lit,
    less those it draws off; None: not declared. `groups`: ids of groups of its site.
    """

    id: str
    label: str
    has_sound: bool = True
    diagonal_cm: int = 140
    viewing_m: int = 6
    zone: str = "hall"
    output: SoundOutput = "loudspeaker"
    layout: ScreenLayout = "hall"
    arrow: Arrow | None = None
    counter: str | None = None
    is_retired: bool = False
    panel_watts: int | None = None
    groups: tuple[str, ...] = ()


LONGEST_QUIET_MINUTES = 120
"""A silenced voice is turned on again by itself after this time."""

LOOP_TEST_HOLDS = timedelta(days=366)
"""A loop whose last test is older than this is not shown: a visitor who relies on the sign and hears nothing
misses the call.
"""


def is_loop_in_order(tested_on: date | None, today: date) -> bool:
    """Whether an induction loop may be shown: tested, not in the future, within a year.

    How a loop is tested is EN 60118-4; how often is left to the house: a year is our choice.
    """
    return tested_on is not None and tested_on <= today <= tested_on + LOOP_TEST_HOLDS


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """From an hour to another of the local day, so loud: percent of what the loudspeaker gives, 0 to 100."""

    opens: time
    closes: time
    percent: int


@dataclass(frozen=True, slots=True)
class HearingLoop:
    """A hall's induction loop: how loud its amplifier is fed, percent, and the day of its last test."""

    percent: int = 100
    tested_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """The hall's loudspeakers: never above `most_percent`, which is also the level outside `levels`.

    `heard_on` and `heard_by`: when somebody in the last seat of a full hall understood a call, and who
    confirmed it. `loop`: the induction loop, None where there is none. `says_visitor_language`: a call is
    said in French, then in the language of its ticket.
    """

    most_percent: int = 100
    levels: Sequence[SoundLevel] = field(default_factory=tuple)
    heard_on: date | None = None
    heard_by: str = ""
    loop: HearingLoop | None = None
    says_visitor_language: bool = False
