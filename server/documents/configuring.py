"""From documents to the configuration the rules read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast

from hardware.languages import VISITOR_LANGUAGES
from server.documents.hall import HallDocument, KioskPart, ServicePart
from server.documents.hall_parts import to_profile
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem, DocumentRefused, Path, problem, warning
from server.documents.values import CalendarPart, Part, public_holidays, to_calendar, to_own_calendar
from server.domain.hall import configuration
from server.domain.hall.devices import Kiosk, Mounting, PrinterConnection, Screen
from server.domain.hours.calendars import AtBreak, Calendar, LastTicket, opens_no_more
from server.domain.printing.printers import PrinterNetworks
from server.domain.tickets import Quota, Series


def to_configuration(
    document: HallDocument,
    installation: InstallationDocument,
    *,
    revision: int,
    installation_revision: int = 0,
    holidays: Collection[date],
    is_demonstration: bool = False,
) -> configuration.HallConfiguration:
    """The configuration of a revision of a hall's document.

    `holidays` are the site's public holidays (`public_holidays_of`). Raises DocumentRefused when the
    installation does not know the hall's site.
    """
    part = installation.site(document.site)
    if part is None:
        raise DocumentRefused((problem(("site",), "unknown_site", slug=document.site),))
    networks = networks_of(installation, has_loopback=is_demonstration)
    calendar = to_calendar(document.calendar or part.calendar, part.time_zone, holidays)
    return _made(
        configuration.HallConfiguration,
        document,
        revision=revision,
        installation_revision=installation_revision,
        site=_made(
            configuration.Site,
            part,
            alerts=part.alerts.to_rules(),
            department=part.bulletins.department or "",
            uncounted=part.uncounted or "",
            figures_licence=part.figures_licence or "",
            incidents=part.incidents.to_rules(),
            screen_groups={group.id: group.label for group in part.screen_groups},
        ),
        calendar=calendar,
        services={service.id: _service(service, calendar) for service in document.services},
        queues=_queues(document),
        counters={
            each.id: _made(configuration.Counter, each, label=each.labels["fr"]) for each in document.counters
        },
        folders={folder.id: _made(configuration.Folder, folder) for folder in document.folders},
        referrals={each.id: _made(configuration.Referral, each) for each in document.referrals},
        kiosks={kiosk.id: _kiosk(kiosk, networks) for kiosk in document.kiosks},
        screens={screen.id: _made(Screen, screen) for screen in document.screens},
        is_demonstration=is_demonstration,
        offered_languages=_offered_languages(document, installation, is_demonstration=is_demonstration),
        read_languages=tuple(each for each in document.languages if _is_read(each, installation)),
        legal_share=document.legal_percent / 100,
        at_break=AtBreak(document.at_break),
        last_ticket=_made(LastTicket, document.last_ticket),
        profiles={profile.id: to_profile(profile) for profile in document.profiles},
        profile_names={profile.id: profile.names for profile in document.profiles},
        sound=document.sound.to_sound(),
    )


def _offered_languages(
    document: HallDocument, installation: InstallationDocument, *, is_demonstration: bool
) -> tuple[str, ...]:
    """The languages a hall's visitors may choose: read, or turned on by the site; all in a demonstration."""
    turned_on = {each.language for each in installation.offered_languages}
    return tuple(
        code
        for code in document.languages
        if code in VISITOR_LANGUAGES
        and (is_demonstration or code in turned_on or VISITOR_LANGUAGES[code].is_read)
    )


def _is_read(code: str, installation: InstallationDocument) -> bool:
    """Whether somebody has read our sentences in a language: before the product was shipped, or here."""
    here = {each.language for each in installation.offered_languages if each.is_read}
    return code in VISITOR_LANGUAGES and (VISITOR_LANGUAGES[code].is_read or code in here)


def _made[Made](kind: type[Made], part: Part, **other: object) -> Made:
    """A value of the rules: the fields that a part has under the same names, and those it has otherwise."""
    names = [each.name for each in fields(cast(Any, kind)) if each.name in type(part).model_fields]
    return kind(**{name: getattr(part, name) for name in names} | other)


def public_holidays_of(
    document: HallDocument, installation: InstallationDocument, *, around: date
) -> frozenset[date]:
    """The public holidays of a hall's site, from the year before a date to two years after it."""
    part = installation.site(document.site)
    return frozenset() if part is None else public_holidays(part.public_holidays, around)


def networks_of(installation: InstallationDocument, *, has_loopback: bool) -> PrinterNetworks:
    """Where the printers of an installation may be."""
    declared = tuple(part.network for part in installation.printer_networks)
    return PrinterNetworks(declared, has_loopback)


def _service(part: ServicePart, hall: Calendar) -> configuration.Service:
    return _made(
        configuration.Service,
        part,
        series=_made(Series, part.series),
        appointment_series=_made(Series, part.appointment_series) if part.appointment_series else None,
        calendar=to_own_calendar(part.hours, hall) if part.hours else None,
        exceptional=part.exceptional
        and configuration.Exceptional(
            part.exceptional.received_by, {each.id: each.names for each in part.exceptional.reasons}
        ),
        quota=_made(Quota, part.quota) if part.quota else None,
        instead=_made(configuration.Instead, part.instead) if part.instead else None,
    )


def _queues(document: HallDocument) -> dict[str, configuration.Queue]:
    """The queues, each with the services that name it, retired ones included: their legs may still wait."""
    services = {
        queue.id: tuple(service.id for service in document.services if service.queue == queue.id)
        for queue in document.queues
    }
    return {
        queue.id: configuration.Queue(queue.id, queue.names, services[queue.id], queue.most_waiting)
        for queue in document.queues
    }


def _kiosk(part: KioskPart, networks: PrinterNetworks) -> Kiosk:
    printer = part.printer
    return _made(
        Kiosk,
        part,
        printer=printer and _made(PrinterConnection, printer, reach=networks.reach_of(printer.host)),
        is_number_only=part.number_only,
        own_series=part.own_series and _made(Series, part.own_series),
        mounting=part.mounting and _made(Mounting, part.mounting),
    )


@dataclass(frozen=True, slots=True)
class HoursOf:
    """A hall's document with the installation's, which has the hours of halls without their own."""

    hall: HallDocument
    installation: InstallationDocument

    def are_over(self, now: datetime) -> bool | None:
        """Whether the hall stays closed for the rest of an instant's business day; None without its site."""
        site = self.installation.site(self.hall.site)
        if site is None:
            return None
        holidays = public_holidays_of(self.hall, self.installation, around=now.date())
        return opens_no_more(to_calendar(self.hall.calendar or site.calendar, site.time_zone, holidays), now)


def closing_with_people(
    path: Path, before: HoursOf, after: HoursOf, people: int, now: datetime
) -> Iterator[DocumentProblem]:
    """The warning, at a path of the document, that the hours end the day of `people` who wait."""
    if people and before.are_over(now) is False and after.are_over(now) is True:
        yield warning(path, "closes_with_people_waiting", hall=after.hall.name, people=people)


def past_days(
    path: Path, before: CalendarPart | None, after: CalendarPart | None, today: date
) -> Iterator[DocumentProblem]:
    """The warnings, below the path of a calendar, of days of exception that are new and over already."""
    published = before.exceptions if before else ()
    for at, day in enumerate(after.exceptions if after else ()):
        if day.on < today and day not in published:
            yield warning((*path, "exceptions", at, "on"), "day_is_past", on=day.on.isoformat())
