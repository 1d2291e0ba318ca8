"""The installation's document: organisation, brand, languages, sites."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from server.documents.brand import Brand
from server.documents.problems import broken_rule
from server.documents.values import (
    PART,
    PUBLIC_HOLIDAYS,
    CalendarPart,
    IfAny,
    IfSet,
    Language,
    Languages,
    Line,
    NotEmpty,
    Part,
    Slug,
    TimeZone,
    web_address,
)
from server.domain.alerts import AlertRules
from server.domain.bulletins.proposals import ProposalKind, SiteBulletins
from server.domain.complaints import ComplaintRules
from server.domain.hours.school_holidays import SchoolHolidays
from server.domain.incidents import USUAL_PHONE, IncidentRules
from server.domain.printing.printers import may_have_printers, network_text

LONGEST_SOURCE = 500
DEPARTMENT = r"^([0-9]{2}|2[AB])$"
POSITION = r"-?[0-9]{1,2}(\.[0-9]{1,6})?, ?-?[0-9]{1,3}(\.[0-9]{1,6})?"


def _position(text: str) -> str:
    """A latitude and a longitude in degrees, like `49.564, 3.62`."""
    if not re.fullmatch(POSITION, text):
        raise broken_rule("wrong_position", text=text)
    latitude, longitude = map(float, text.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise broken_rule("wrong_position", text=text)
    return text


class BulletinSourcePart(Part):
    """The address of one bulletin (CAP 1.2), or of an Atom feed of them."""

    url: Annotated[str, Field(max_length=LONGEST_SOURCE), AfterValidator(web_address)]


class AreaCodePart(Part):
    """A code of the site’s own area, as bulletins name it: `INSEE` and `02408`, `NUTS3` and `FRE21`."""

    scheme: Line
    code: Line


class BulletinsPart(Part):
    """What a site takes of bulletins: none without a code or a position that says where it is.

    `position`: latitude and longitude in degrees, like `49.564, 3.62`.
    `department`: whose vigilance of the weather is shown, like `02`; None: of none.
    `automatic`: the kinds that screens show without a person.
    """

    sources: Annotated[tuple[BulletinSourcePart, ...], Field(max_length=5)] = ()
    codes: Annotated[tuple[AreaCodePart, ...], Field(max_length=40)] = ()
    position: Annotated[str, Field(max_length=40), AfterValidator(_position)] | None = None
    department: Annotated[str, Field(pattern=DEPARTMENT)] | None = None
    automatic: Annotated[tuple[Literal["alert", "notice"], ...], Field(max_length=2)] = ()

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.sources or self.automatic) and not self.codes and self.position is None:
            raise broken_rule("bulletins_nowhere")
        return self

    def to_rules(self) -> SiteBulletins:
        """The rules they make."""
        position = None
        if self.position is not None:
            latitude, longitude = map(float, self.position.split(","))
            position = (latitude, longitude)
        codes = frozenset((each.scheme, each.code) for each in self.codes)
        return SiteBulletins(codes, position, frozenset(map(ProposalKind, self.automatic)))


@dataclass(frozen=True, slots=True)
class ComplaintsPart(ComplaintRules):
    """The register of a site: off unless turned on.

    `answer_days`: within how many days a suggestion or complaint is answered; `contact_days`: how many days
    after the answer the contact of its author is erased.
    """

    __pydantic_config__ = PART


def _public_holidays(code: str) -> str:
    if code not in PUBLIC_HOLIDAYS:
        raise broken_rule("unknown_public_holidays", text=code, choices=", ".join(PUBLIC_HOLIDAYS))
    return code


LONGEST_SCHOOL_HOLIDAYS = 70
"""Days: no summer of an académie is longer."""


@dataclass(frozen=True, slots=True)
class SchoolHolidaysPart(SchoolHolidays):
    """School holidays of the site’s zone, from the first day without class to the last, both included."""

    __pydantic_config__ = PART

    def __post_init__(self) -> None:
        first, last, days = self.starts_on, self.last_on, (self.last_on - self.starts_on).days + 1
        if days < 1:
            raise broken_rule("school_holidays_end_before_start", name=self.name, first=first, last=last)
        if days > (limit := LONGEST_SCHOOL_HOLIDAYS):
            raise broken_rule("school_holidays_too_long", name=self.name, days=days, limit=limit)
        if not 1990 <= first.year < 2100:
            raise broken_rule("school_holidays_far_away", name=self.name, on=first)


def _apart(holidays: tuple[SchoolHolidaysPart, ...]) -> tuple[SchoolHolidaysPart, ...]:
    """The school holidays in order, refused when two have a day in common."""
    ordered = tuple(sorted(holidays, key=lambda each: each.starts_on))
    for earlier, later in pairwise(ordered):
        if (on := later.starts_on) <= earlier.last_on:
            raise broken_rule("school_holidays_overlap", name=earlier.name, other=later.name, on=on)
    return ordered


def _slugs_once(sites: "tuple[SitePart, ...]") -> "tuple[SitePart, ...]":
    earlier: set[str] = set()
    for site in sites:
        if site.slug in earlier:
            raise broken_rule("duplicate_site", slug=site.slug)
        earlier.add(site.slug)
    return sites


class AgreementPart(Part):
    """That the site's fire-safety officer agrees to a sound for evacuations: who said so, and when."""

    by: Line
    on: date


class AlertsPart(Part):
    """What a site has decided of its alerts.

    A sound for evacuations needs the recorded agreement of its fire-safety officer.
    """

    needs_second_person: bool = False
    has_sound_for_evacuation: bool = False
    agreement: AgreementPart | None = None

    @model_validator(mode="after")
    def _sound_is_agreed(self) -> Self:
        if self.has_sound_for_evacuation and self.agreement is None:
            raise broken_rule("sound_without_agreement")
        return self

    def to_rules(self) -> AlertRules:
        """The rules they make."""
        return AlertRules(self.needs_second_person, self.has_sound_for_evacuation)


class IncidentsPart(Part):
    """What a site tells people who are insulted or threatened.

    `phone`: the number to telephone, digits and spaces. `reflex_sheet`: what to do, one line each; None: the
    sheet that comes with Parvis.
    """

    phone: Annotated[str, Field(pattern=r"^[0-9+][0-9 ]{1,19}$")] = USUAL_PHONE
    reflex_sheet: Annotated[str, Field(min_length=1, max_length=2000)] | None = None

    def to_rules(self) -> IncidentRules:
        """The rules they make."""
        return IncidentRules(self.phone, self.reflex_sheet or "")


class ScreenGroupPart(Part):
    """A group of screens that notices name, like « Entrée »: which screens are in it, halls say."""

    id: Slug
    label: Annotated[str, Field(min_length=1, max_length=40)]


def _groups_once(groups: tuple[ScreenGroupPart, ...]) -> tuple[ScreenGroupPart, ...]:
    labels = [group.label.casefold() for group in groups]
    for at, group in enumerate(groups):
        if labels.index(labels[at]) != at or group.id in [each.id for each in groups[:at]]:
            raise broken_rule("duplicate_group", label=group.label)
    return groups


class SitePart(Part):
    """A building: address, IANA time zone, hours its halls take unless they have their own; its alerts.

    `bulletins`: the warnings of authorities that concern it. `uncounted`: what its figures do not count, like
    « file extérieure, contrôle d’accès »; pages of figures say so. `has_public_page`: whether anybody reads
    hours, busy hours and waits of its halls on line; `figures_licence`: under which licence they may use
    its figures. `incidents`: what it tells people who are threatened. `complaints`: the register of
    suggestions and complaints. `brand`: its own look; None: the organisation’s. `school_holidays`: by which
    figures compare days with a year before.
    """

    slug: Slug
    name: Line
    address: Annotated[str, Field(min_length=1, max_length=160)]
    time_zone: TimeZone = "Europe/Paris"
    public_holidays: Annotated[str, AfterValidator(_public_holidays)] = "FR"
    calendar: CalendarPart
    school_holidays: IfAny[
        Annotated[tuple[SchoolHolidaysPart, ...], Field(max_length=60), AfterValidator(_apart)]
    ] = ()
    alerts: AlertsPart = AlertsPart()
    bulletins: Annotated[BulletinsPart, Field(exclude_if=BulletinsPart().__eq__)] = BulletinsPart()
    uncounted: IfSet[Annotated[str, Field(min_length=1, max_length=160)]] = None
    has_public_page: IfAny[bool] = False
    figures_licence: IfSet[Annotated[str, Field(min_length=1, max_length=160)]] = None
    incidents: Annotated[IncidentsPart, Field(exclude_if=IncidentsPart().__eq__)] = IncidentsPart()
    complaints: Annotated[ComplaintsPart, Field(exclude_if=ComplaintsPart().__eq__)] = ComplaintsPart()
    screen_groups: IfAny[
        Annotated[tuple[ScreenGroupPart, ...], Field(max_length=20), AfterValidator(_groups_once)]
    ] = ()
    brand: IfSet[Brand] = None


def _network(text: str) -> str:
    try:
        network = network_text(text)
    except ValueError:
        raise broken_rule("wrong_network", text=text) from None
    if not may_have_printers(network):
        raise broken_rule("network_without_printers", text=network)
    return network


class PrinterNetworkPart(Part):
    """A network in which printers may be, like `192.0.2.0/24`."""

    network: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_network)]


class OfferedLanguagePart(Part):
    """A language that visitors are offered though the product does not say that its sentences were read.

    `read_by` and `read_on`: who has read them here (a service or a function), and when; null: nobody yet.
    """

    language: Language
    read_by: Line | None = None
    read_on: date | None = None

    @property
    def is_read(self) -> bool:
        """Whether somebody has read all its sentences."""
        return self.read_by is not None and self.read_on is not None


class InstallationDocument(Part):
    """What all halls of an installation share. `printer_networks`: where printers may be.

    `offered_languages`: those of `languages` that the site turned on before the product calls them read.
    """

    format: Literal["parvis-installation-1"]
    organisation: Line
    brand: Brand
    languages: Languages
    sites: Annotated[tuple[SitePart, ...], Field(max_length=60), *NotEmpty, AfterValidator(_slugs_once)]
    printer_networks: IfAny[Annotated[tuple[PrinterNetworkPart, ...], Field(max_length=60)]] = ()
    offered_languages: IfAny[Annotated[tuple[OfferedLanguagePart, ...], Field(max_length=40)]] = ()

    def site(self, slug: str) -> SitePart | None:
        """The site of that slug, None when there is none."""
        return next((site for site in self.sites if site.slug == slug), None)

    def brands(self) -> Iterator[tuple[str | None, tuple[str | int, ...], Brand]]:
        """Each look with whose it is (slug of a site; None: the organisation’s) and its place."""
        yield None, ("brand",), self.brand
        for at, site in enumerate(self.sites):
            if site.brand is not None:
                yield site.slug, ("sites", at, "brand"), site.brand

    def brand_of(self, site: str | None) -> Brand:
        """The look that a site (slug) has: its own, else the organisation’s."""
        found = None if site is None else self.site(site)
        return (found and found.brand) or self.brand
