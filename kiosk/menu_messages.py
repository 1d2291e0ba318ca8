"""The menu of a kiosk as its page receives it (`GET /halls/{hall}/menu`), and how a wait is worded."""

import re
import unicodedata
from typing import Literal, TypedDict, final

from hardware.json_types import Count, InstantText, SaidWait, WaitWording

STEP_S = 300
"""Waits come in whole steps of five minutes (design rule 7): the estimate rounds them, once."""
LONG_S = 1_800
"""From here on the sure end of a wide range is its lower one: « plus de 30 min »."""

type State = Literal["open", "closed", "no_counter", "appointment_only", "full", "too_late", "stopped"]


@final
class NobodyWaits(TypedDict):
    """There is no wait."""

    none: Literal[True]


class NextOpening(TypedDict):
    """When the hall gives tickets next, as instant and in words."""

    at: InstantText
    text: str


class ExceptionalReasonOffered(TypedDict):
    """A reason for which somebody without an appointment is received: its code, and its words."""

    id: str
    name: str


class ExceptionalWayOffered(TypedDict):
    """How somebody without the appointment that a service needs is received all the same."""

    received_by: "ServiceOfMenu"
    reasons: list[ExceptionalReasonOffered]


class ElsewhereOfMenu(TypedDict):
    """A service that another hall of the installation gives: where, when, how long one waits there now."""

    service: str
    hall: str
    address: str
    state: State
    today: str | None
    """The hours that are left today, in words; null: none."""
    next_opening: NextOpening | None
    wait: SaidWait | NobodyWaits | None
    """The wait of who takes a ticket there now; null: nothing can be said."""
    why_no_wait: Literal["after_closing"] | None


class WaysOfMenu(TypedDict):
    """How something is done without a ticket of this hall: on line, in another hall."""

    web_address: str | None
    elsewhere: ElsewhereOfMenu | None


class InsteadOfMenu(WaysOfMenu):
    """What helps somebody who gets no ticket of a service; `service`: the id of another one in the menu."""

    service: str | None


class ReferralOfMenu(WaysOfMenu):
    """An entry of the menu that gives no ticket and says how.

    `parent`: the folder it stands in, null at the start; there, one with `elsewhere` is under « Pas ici ? ».
    """

    id: str
    name: str
    subtitle: str | None
    icon: str
    parent: str | None
    instructions: str | None
    bring: list[str]
    pictures: list[str]
    """The drawing of each paper to bring."""


class FilmOfMenu(TypedDict):
    """A film in sign language: its address, its first picture, its size in pixels, how long it is (ms)."""

    url: str
    poster: str | None
    width: Count
    height: Count
    ms: Count


class ServiceOfMenu(TypedDict):
    """A service, or a folder with its services in `children`, in the menu's language."""

    id: str
    name: str
    subtitle: str | None
    icon: str
    state: State
    next_opening: NextOpening | None
    why_stopped: str | None
    """Why its tickets are stopped for today, in words; null: they are not, or the reason is not told."""
    waiting: Count
    """How many people wait; 0 for a folder."""
    wait: SaidWait | NobodyWaits | None
    """The wait of who takes a ticket now; null: nothing can be said."""
    why_no_wait: Literal["after_closing"] | None
    bring: list[str]
    """Which papers to bring."""
    pictures: list[str]
    """The drawing of each paper to bring, for who does not read."""
    booking: str | None
    """How to book."""
    booking_address: str | None
    exceptional: "ExceptionalWayOffered | None"
    """How somebody without the appointment that it needs is received all the same."""
    instead: InsteadOfMenu | None
    """What helps somebody who gets no ticket; null: nothing was said, or it is a folder."""
    film: FilmOfMenu | None
    """What the service is, in sign language; null: no film was chosen, or it is not ready."""
    children: list["ServiceOfMenu"]


class HallOfMenu(TypedDict):
    """The hall of a menu, named in its language."""

    slug: str
    name: str


class LanguageOfMenu(TypedDict):
    """A language that the menu may be shown in: its code, its own name, its direction.

    `is_read`: somebody has read its sentences, and alerts are shown in it.
    """

    code: str
    name: str
    dir: Literal["ltr", "rtl"]
    is_read: bool


class MenuMessage(TypedDict):
    """What a kiosk offers now, in one language."""

    hall: HallOfMenu
    time_zone: str
    language: str
    languages: list[LanguageOfMenu]
    is_open: bool
    next_opening: NextOpening | None
    why_closed: str | None
    """The reason for unusual hours today; null: it is open, or no reason is given."""
    changes_at: InstantText | None
    """When hours alone change the menu next: it is read again then."""
    priority_notice: bool
    priority_grounds: str | None
    """People with priority here, the holders of the card apart."""
    appointments: bool
    """Somebody with an appointment may check in."""
    asks_needs: bool
    keeps_tickets: bool
    """A break runs, and waiting visitors are called after it."""
    hearing_loop: bool
    services: list[ServiceOfMenu]
    referrals: list[ReferralOfMenu]
    demonstration: bool
    now: InstantText


PAPER = "paper-"
"""How the name of a drawing of a paper begins."""
PICTURES = {
    "photo": "photo",
    "convocation": "convocation|rendez-vous",
    "address": "domicile|bail|loyer|facture|quittance",
    "permit": "sejour|recepisse",
    "driving": "permis|carte grise|immatriculation",
    "passport": "passeport",
    "identity": "identite|carte",
    "form": "formulaire|cerfa|imprime|demande",
    "stamp": "timbre|impot|avis",
    "payment": "paiement|reglement|cheque|especes",
    "phone": "telephone|courriel|adresse electronique",
    "work": "salaire|travail|employeur",
    "school": "diplome|scolarite|etudes",
    "family": "naissance|enfant|mariage|livret de famille",
    "letter": "courrier|lettre",
}
"""The drawings of papers (`kiosk/drawings`) by words of their French names, without accents; the first that
is found counts."""


def picture_of(paper: str) -> str:
    """The drawing of a paper to bring, by its French name; a sheet of paper for any other."""
    plain = unicodedata.normalize("NFD", paper.lower()).encode("ascii", "ignore").decode()
    return PAPER + next((name for name, words in PICTURES.items() if re.search(words, plain)), "paper")


def wording_of(low_s: float, high_s: float) -> WaitWording:
    """How a range of `low_s` to `high_s` seconds, both whole steps, is said; no wait is said as one step.

    A range is too wide when it is wider than half its middle, the step that rounding outwards adds left out
    of account. Too wide, it is « moins de … », or « plus de … » when even its lower end is long.
    """
    high_s = max(high_s, STEP_S)
    if low_s == high_s:
        return "about"
    if high_s - low_s - STEP_S <= (low_s + high_s) / 4 and low_s > 0:
        return "between"
    return "over" if low_s >= LONG_S else "under"
