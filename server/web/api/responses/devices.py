"""Shapes of devices: as supervision shows them, after one was paired or looked at, and to a device itself."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from hardware.status import PrinterState
from kiosk.mounting import Orientation
from server.domain.devices.device_state import PlayerSound, PlayerState, PlayerView
from server.domain.devices.panels import PanelAnswer, PanelCommand, PanelMethod
from server.domain.hall.devices import KioskPaper
from server.domain.hall.printer_kinds import PrinterKind
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, Pixels, Seconds

type Uptime = Annotated[float, Field(ge=0, le=1)] | None
"""The share of opening hours of the last 30 days in which it was there; null: not known yet."""


class DeviceConnectionAnswer(ExactShape):
    """A page of a device that is open now."""

    id: str
    address: str
    browser: str
    since: InstantText
    seen_at: InstantText


class NoticeShown(ExactShape):
    """The notice that a screen shows; `title` null: it has none, or left the programme."""

    id: str
    title: str | None


class KioskReportAnswer(ExactShape):
    """What a kiosk says of itself."""

    release: str
    clock_ms: int
    """Milliseconds its clock is ahead of the server's; negative: behind."""


class PanelReportAnswer(ExactShape):
    """What the computer of a screen did to its panel, and what the panel answered."""

    method: PanelMethod
    commanded: PanelCommand
    answered: PanelAnswer


class PanelMonthAnswer(ExactShape):
    """A local month of a screen's panel."""

    month: str
    """As `2026-11`."""
    off_h: float
    """Hours in which it was off on purpose."""
    saved_kwh: float | None
    """These hours times the declared watts; null where none are declared."""


class ScreenReportAnswer(KioskReportAnswer):
    """What a screen says of itself."""

    media: PlayerState
    view: PlayerView
    sound: PlayerSound
    revision: str
    """The revision of its programme; empty before it has one."""
    notice: NoticeShown | None
    width_px: Pixels
    height_px: Pixels
    panel: PanelReportAnswer | None
    """Null where no program commands the panel."""


class PictureOfScreen(ExactShape):
    """The last picture of a screen: when it was taken, and where it is."""

    taken_at: InstantText
    url: str


class DeviceAtPlace(ExactShape):
    """A place of a hall's document and the device that stands there."""

    id: str
    label: str
    is_paired: bool
    device: str | None
    token_at: InstantText | None
    """Since when the device has its token."""
    copied_at: InstantText | None
    """Since when two machines use that token; null: one does."""
    is_connected: bool
    since: InstantText | None
    """Since when it is there or away and tells the same; null: never seen."""
    seen_at: InstantText | None
    uptime: Uptime
    connections: list[DeviceConnectionAnswer]
    is_opened_twice: bool


class KioskAtPlace(DeviceAtPlace):
    """A kiosk of a hall."""

    kind: Literal["kiosk"]
    paper: KioskPaper
    """Where it prints: at its own printer, at that of another kiosk, nowhere on purpose, or undecided."""
    prints_at: str | None
    """The kiosk whose printer it uses, where that is another's."""
    report: KioskReportAnswer = LEFT_OUT
    """Left out before it told."""


class ScreenAtPlace(DeviceAtPlace):
    """A screen of a hall: what it shows, and whether that is what was published."""

    kind: Literal["screen"]
    state: PlayerState
    published: str
    """The revision of the programme it is to run."""
    report: ScreenReportAnswer | None
    picture: PictureOfScreen | None
    panel_months: list[PanelMonthAnswer]
    """Local months in which its panel was off on purpose, the newest first."""


class PaperLeftAnswer(ExactShape):
    """About how many tickets a roll still gives."""

    left: Count
    is_low: bool
    is_learnt: bool
    """Reckoned from the rolls before; false: from the length of a usual roll."""


class FetchingAnswer(ExactShape):
    """A printer that fetches its jobs."""

    has_secret: bool
    interval_s: int | None
    """Seconds between its questions; null: not known yet."""
    is_too_slow: bool
    """Visitors wait too long for their paper."""
    identity: str | None
    """Its network address, as it says itself; null: it never did, or it is a print gateway."""


class ProbeAnswer(ExactShape):
    """What a printer answered to `parvis devices probe`."""

    asked_at: InstantText
    state: PrinterState
    name: str
    """Its maker and its model; empty when it does not say them."""
    has_process_id: bool | None
    """Whether it confirms each paper by its number; null: it could not print then."""
    speed: int | None
    """Of its serial line, in bits a second; null: it is on none."""


class PrinterOfKiosk(ExactShape):
    """The printer of a kiosk, as its driver last found it."""

    kind: Literal["printer"]
    id: str
    """The id of its kiosk."""
    label: str
    transport: PrinterKind
    """How it gets its jobs."""
    host: str | None
    """Its address in the network; null: a simulated printer, or one that is not on the network."""
    usb: str | None
    """Its name on USB; null: a simulated printer, or one that is not on USB."""
    line: str | None
    """Its serial line; null: a simulated printer, or one that is not on a serial line."""
    speed: int | None
    """Of its serial line, in bits a second; null: found by asking the printer."""
    port: int = Field(ge=1, le=65_535)
    paper_mm: Literal[58, 80]
    state: PrinterState | Literal["unknown"]
    since: InstantText | None
    seen_at: InstantText | None
    paper: PaperLeftAnswer
    fetches: FetchingAnswer | None
    """How it asks for its jobs; null: it is sent them."""
    backup: str | None
    """The label of the kiosk whose printer gets the jobs that this one refuses; null: there is none."""
    probe: ProbeAnswer | None
    """What it answered where it is now; null: it was never probed there."""
    paper_read_at: InstantText | None
    """When somebody last read the number on a sheet of it, where it is now; null: never."""
    uptime: Uptime


class Releases(ExactShape):
    """The releases of the pages that this server has."""

    screen: str
    kiosk: str


class SupervisionAnswer(ExactShape):
    """The kiosks, screens and printers of a hall."""

    hall: str
    name: str
    site: str
    time_zone: str
    as_of: InstantText
    releases: Releases
    devices: list[KioskAtPlace | ScreenAtPlace]
    printers: list[PrinterOfKiosk]


class SupervisedHall(SupervisionAnswer):
    """The devices of a hall, and whether the caller may pair and revoke them."""

    may_configure: bool


class DevicesAnswer(ExactShape):
    """The devices of every hall that the caller oversees."""

    as_of: InstantText
    halls: list[SupervisedHall]


class AskingDeviceAnswer(ExactShape):
    """The device that shows a code."""

    code: str
    address: str
    browser: str
    width_px: Pixels
    height_px: Pixels
    asked_at: InstantText
    expires_at: InstantText


class PairedAnswer(ExactShape):
    """A device that was paired, and the place it took."""

    device: str
    kind: Literal["screen", "kiosk"]
    id: str


class RenewalAnswer(ExactShape):
    """A device that was asked to exchange its token."""

    device: str
    asked_at: InstantText


class PictureTakenAnswer(ExactShape):
    """A picture of a screen that was kept."""

    taken_at: InstantText


class PictureAskedAnswer(ExactShape):
    """A screen that was asked for a picture of itself: the one that is taken after `asked_at`."""

    asked_at: InstantText


class HallOfDevice(ExactShape):
    """The hall in which a device stands."""

    slug: str
    name: str


class PairedDevice(ExactShape):
    """A paired device, as it learns about itself."""

    device: str
    hall: HallOfDevice
    id: str
    """Its place in the hall's document."""
    label: str
    """How people call it; empty when the document has no such place any more."""
    configuration: str
    """The revisions that apply now: `3.12`, the installation's and the hall's."""


class LowBand(ExactShape):
    """The rows of a kiosk's screen that hands reach, as shares of its height from the top."""

    top: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)


class OwnKiosk(PairedDevice):
    """A kiosk, as it learns about itself."""

    kind: Literal["kiosk"]
    low_bands: dict[Orientation, LowBand] = LEFT_OUT
    """By how the screen is mounted; empty when that is not declared, left out when the place is gone."""
    prints: bool = LEFT_OUT
    """Whether it has a printer; left out when the place is gone."""


class OwnScreen(PairedDevice):
    """A screen, as it learns about itself."""

    kind: Literal["screen"]


class OwnDeviceAnswer(RootModel[OwnKiosk | OwnScreen]):
    """The device that asks, its hall and its place."""


class PairingCodeShown(ExactShape):
    """The code that an unpaired device shows."""

    state: Literal["waiting"]
    code: str
    expires_at: InstantText
    left_s: Seconds
    """How long the code is good still."""


class PairingConfirmed(ExactShape):
    """The place of a device that was paired just now; its cookie comes with the answer."""

    state: Literal["confirmed"]
    page: Literal["/kiosk", "/screen"]
    """The page it goes to."""
    label: str
    hall: str
    """The name of the hall."""


class PairingAnswer(RootModel[PairingCodeShown | PairingConfirmed]):
    """Where the pairing of a device stands."""
