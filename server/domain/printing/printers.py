"""A printer: its last state, the networks where it may be, and the paper that is left in it. Pure.

A state is one of `hardware.status.PrinterState`, the worst that applies; `unknown` without a recent answer.

A printer's name is looked up when a connection is made, and the address found then is checked: a name cannot
lead elsewhere later. Link-local addresses are refused where connections are made.

The number of papers left is learnt from former rolls (docs/rules/supervision.md). A paper is the paper of one
print job. A roll lasts from one change of paper to the next. Earlier rolls teach how many papers a roll
gives, and how many are left when the printer reports that it is nearly out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from statistics import median_low
from typing import Literal
from uuid import UUID

UNKNOWN = "unknown"
PRINTING = frozenset({"ready", "near_end", "not_taken"})
"""The states in which a printer prints."""
ASKED_WITHIN = timedelta(seconds=60)
"""The driver asks an idle printer every 10 s, and one that holds a ticket more often."""


@dataclass(frozen=True, slots=True)
class PrinterSighting:
    """The last state of a printer, the instant it began, and the instant of the last question."""

    state: str
    since: datetime
    seen_at: datetime


def state_now(sighting: PrinterSighting | None, now: datetime) -> str:
    """The state of a printer, `unknown` when it was never asked, or not lately."""
    if sighting is None or now - sighting.seen_at > ASKED_WITHIN:
        return UNKNOWN
    return sighting.state


def may_print(sighting: PrinterSighting | None, now: datetime) -> bool:
    """Whether a printer is known to print."""
    return state_now(sighting, now) in PRINTING


LOOPBACK = ("127.0.0.0/8", "::1/128")
WIDEST_BITS = {4: 8, 6: 32}
"""By version: a network with a shorter prefix declares nothing."""
PROPOSED_BITS = {4: 24, 6: 64}
_NEVER = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "::ffff:0:0/96", "fe80::/10", "ff00::/8"),
    )
)
"""This machine, its neighbours by cable, everybody at once: no printer is declared there."""


@dataclass(frozen=True, slots=True)
class PrinterReach:
    """The networks in which a printer may be found; none: it is not reached."""

    networks: tuple[str, ...] = ()

    def holds(self, address: str) -> bool:
        """Whether an address is in one of them; an IPv4 address written as IPv6 is that address."""
        found = _address(address)
        return found is not None and any(found in ip_network(each) for each in self.networks)


@dataclass(frozen=True, slots=True)
class PrinterNetworks:
    """What decides where printers may be.

    `declared` by the installation; `has_loopback`: in a demonstration, whose printers are on this machine.
    """

    declared: tuple[str, ...] = ()
    has_loopback: bool = False

    def may_be_configured(self, host: str) -> bool:
        """Whether a printer may be configured there; what a name means is checked at the connection."""
        reach = self.reach_of(host)
        return reach.holds(host) if _address(host) is not None else bool(reach.networks)

    def reach_of(self, host: str | None) -> PrinterReach:
        """Where a printer may be found. `host` None: a simulated one, on this machine."""
        if host is None:
            return PrinterReach(LOOPBACK)
        return PrinterReach((*self.declared, *(LOOPBACK if self.has_loopback else ())))


def network_text(text: str) -> str:
    """A network in its stored form: `192.0.2.7/24` is `192.0.2.0/24`. ValueError for other texts."""
    return str(ip_network(text.strip(), strict=False))


def may_have_printers(network: str) -> bool:
    """Whether a network may be declared: not too wide, none of it on this machine or link-local."""
    found = ip_network(network)
    is_free = not any(found.overlaps(each) for each in _NEVER)
    return is_free and found.prefixlen >= WIDEST_BITS[found.version]


def network_around(host: str) -> str | None:
    """The network proposed for a printer: the /24 of its IPv4 address, the /64 of an IPv6 one.

    None for a name, and for an address where no printer may be.
    """
    found = _address(host)
    if found is None:
        return None
    network = str(ip_network((found, PROPOSED_BITS[found.version]), strict=False))
    return network if may_have_printers(network) else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


LEARNT_FROM = 5
"""Number of former rolls used: a change of roll length is learnt within a few rolls."""
FEWEST_PAPERS = 20
"""A roll that ended after fewer papers was re-inserted or torn: nothing is learnt from it."""
USUAL_PAPERS = {80: 590, 58: 215}
"""Papers of a roll by the width of the paper in mm, before one is learnt: 80 m and 30 m, 134 to 138 mm each
(reference: printing)."""
USUAL_RESERVE = 20
"""Papers after the sign of the near end, before they are learnt."""

type RollEnd = Literal["out", "changed"]
"""Why a roll ended: the printer said that it was out, or paper was changed before."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll in a printer: the papers it gave, and how many of them before the printer first reported its
    near end.

    `is_out`: the printer reported it; `was_opened`: the cover was opened since the near end.
    """

    papers: int = 0
    low_at: int | None = None
    is_out: bool = False
    was_opened: bool = False


@dataclass(frozen=True, slots=True)
class EndedRoll:
    """A former roll: how many papers it gave, and how it ended."""

    papers: int
    low_at: int | None
    end: RollEnd


@dataclass(frozen=True, slots=True)
class RollCapacity:
    """How many papers a printer's roll gives: in all, and after the sign of the near end.

    `is_learnt`: from its own rolls, else a usual length; `has_sensor`: it has reported a near end before.
    """

    papers: int
    reserve: int
    is_learnt: bool
    has_sensor: bool


@dataclass(frozen=True, slots=True)
class PaperLeft:
    """The estimated number of papers left. `is_low`: the printer reports its roll as nearly out, or out."""

    papers: int
    is_low: bool
    is_learnt: bool


def roll_after(roll: Roll, state: str) -> tuple[Roll, RollEnd | None]:
    """The roll after the printer reported a state, and how the former roll ended if this is another one.

    Paper that is there again after it was out is another roll; so is paper without a near end, once the cover
    was opened after one. A near end that comes and goes alone is an effect of the sensor.
    """
    if state == "paper_out":
        return replace(roll, is_out=True), None
    if state == "cover_open":
        return replace(roll, was_opened=roll.was_opened or roll.low_at is not None), None
    if state not in ("ready", "near_end"):  # a ticket in the outlet says nothing of the roll
        return roll, None
    if roll.is_out:
        return _begun(state), "out"
    if state == "near_end":
        return replace(roll, low_at=roll.papers if roll.low_at is None else roll.low_at), None
    if roll.was_opened:
        return _begun(state), "changed"
    return roll, None


def _begun(state: str) -> Roll:
    return Roll(low_at=0 if state == "near_end" else None)


def learnt(ended: Sequence[EndedRoll], *, paper_mm: int) -> RollCapacity:
    """How many papers a roll gives, learnt from the former rolls, the newest first.

    Only used-up rolls count. One changed before its end says only that it had at least the papers it gave:
    it counts while none was used up, and only if that is more than usual.
    """
    recent = ended[:LEARNT_FROM]
    whole = [roll for roll in recent if roll.end == "out" and roll.papers >= FEWEST_PAPERS]
    if whole:
        papers = median_low([roll.papers for roll in whole])
    else:
        papers = max([USUAL_PAPERS[paper_mm], *(roll.papers for roll in recent if roll.end == "changed")])
    reserves = [roll.papers - roll.low_at for roll in whole if roll.low_at is not None and roll.low_at > 0]
    return RollCapacity(
        papers,
        min(median_low(reserves) if reserves else USUAL_RESERVE, papers),
        is_learnt=bool(whole),
        has_sensor=any(roll.low_at is not None for roll in recent),
    )


def paper_left(roll: Roll, capacity: RollCapacity) -> PaperLeft:
    """About how many papers are left: none only when the printer says so.

    Once the near end was reported, it is counted from there; before, a printer that reports it has its
    reserve.
    """
    if roll.is_out:
        return PaperLeft(0, is_low=True, is_learnt=capacity.is_learnt)
    if roll.low_at is not None:
        left = capacity.reserve - (roll.papers - roll.low_at)
    else:
        left = max(capacity.papers - roll.papers, capacity.reserve if capacity.has_sensor else 0)
    return PaperLeft(max(1, left), is_low=roll.low_at is not None, is_learnt=capacity.is_learnt)


type PrintJobState = Literal["queued", "sending", "done", "cancelled"]
"""`done`: with a final verdict; `cancelled`: given up before it was printed."""

_FEWEST, _HOW_MANY = 100, 900


def check_number(job: str) -> str:
    """The three digits of a print job, computed from its id (a UUID): no row holds them."""
    return str(_FEWEST + UUID(job).int % _HOW_MANY)


def is_read(job: str, typed: str) -> bool:
    """Whether somebody read the number of this job, blanks left out."""
    return "".join(typed.split()) == check_number(job)


TRIAL = "trial"
"""The kind of paper that says whether its own printer works."""


@dataclass(frozen=True, slots=True)
class UndeliveredJob:
    """A job that has not ended, as the rule of the backup printer sees it.

    `verdict`: None before the first try. `paper`: the kind of its document.
    """

    state: PrintJobState
    verdict: str | None
    paper: str
    was_handed_on: bool


def may_be_handed_on(job: UndeliveredJob, backup: PrinterSighting | None, now: datetime) -> bool:
    """Whether a job goes to the backup printer; `backup`: the state in which that printer was last.

    Only a job that its printer refused and that is `queued`: of it nothing was sent, or the printer itself
    said that it got nothing. Once at most, and only to a printer that is known to print. A trial never.
    """
    is_undelivered = job.state == "queued" and job.verdict == "refused"
    is_fit = job.paper != TRIAL and not job.was_handed_on
    return is_undelivered and is_fit and may_print(backup, now)
