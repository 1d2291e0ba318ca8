"""From documents to the configuration the rules read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.documents.hall import (
    CounterPart,
    ExceptionalPart,
    HallDocument,
    KioskPart,
    SeriesPart,
    ServicePart,
)
from server.documents.hall_parts import PrinterPart, to_profile
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem, DocumentRefused, Path, problem, warning
from server.documents.values import CalendarPart, Texts, public_holidays, to_calendar, to_own_calendar
from server.domain.hall.configuration import (
    Counter,
    Exceptional,
    Folder,
    HallConfiguration,
    Queue,
    Service,
    Site,
)
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
) -> HallConfiguration:
    """The configuration of a revision of a hall's document.

    `holidays` are the site's public holidays (`public_holidays_of`). Raises DocumentRefused when the
    installation does not know the hall's site.
    """
    part = installation.site(document.site)
    if part is None:
        raise DocumentRefused((problem(("site",), "unknown_site", slug=document.site),))
    networks = networks_of(installation, has_loopback=is_demonstration)
    calendar = to_calendar(document.calendar or part.calendar, part.time_zone, holidays)
    return HallConfiguration(
        revision=revision,
        installation_revision=installation_revision,
        hall=document.hall,
        name=document.name,
        site=Site(
            part.slug,
            part.name,
            part.address,
            part.time_zone,
            part.alerts.to_rules(),
            part.bulletins.department or "",
            part.uncounted or "",
            part.has_public_page,
            part.figures_licence or "",
            part.incidents.to_rules(),
            part.complaints,
        ),
        languages=document.languages,
        calendar=calendar,
        services={service.id: _service(service, calendar) for service in document.services},
        queues=_queues(document),
        counters={counter.id: _counter(counter) for counter in document.counters},
        folders={folder.id: Folder(**folder.model_dump()) for folder in document.folders},
        kiosks={kiosk.id: _kiosk(kiosk, networks) for kiosk in document.kiosks},
        screens={screen.id: Screen(**screen.model_dump()) for screen in document.screens},
        neighbours=document.neighbours,
        is_demonstration=is_demonstration,
        rule=document.rule,
        has_priority_first=document.has_priority_first,
        legal_share=document.legal_percent / 100,
        at_break=AtBreak(document.at_break),
        last_ticket=LastTicket(**document.last_ticket.model_dump()),
        distribution_before_s=document.distribution_before_s,
        screen_margin_s=document.screen_margin_s,
        asks_needs=document.asks_needs,
        priority_grounds=document.priority_grounds,
        profiles={profile.id: to_profile(profile) for profile in document.profiles},
        profile_names={profile.id: profile.names for profile in document.profiles},
        limits=document.limits,
        sound=document.sound.to_sound(),
        alarms=document.alarms,
    )


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


def _service(part: ServicePart, hall: Calendar) -> Service:
    return Service(
        id=part.id,
        names=part.names,
        subtitles=part.subtitles,
        bring=_papers(part.bring),
        icon=part.icon,
        mode=part.mode,
        series=_series(part.series),
        appointment_series=_series(part.appointment_series) if part.appointment_series else None,
        queue=part.queue,
        target_s=part.target_s,
        target_appointment_s=part.target_appointment_s,
        target_priority_s=part.target_priority_s,
        typed_mean_s=part.typed_mean_s,
        calendar=to_own_calendar(part.hours, hall) if part.hours else None,
        parent=part.parent,
        how_to_book=part.how_to_book,
        appointment_url=part.appointment_url,
        is_on_kiosk=part.is_on_kiosk,
        is_retired=part.is_retired,
        confirm_priority=part.confirm_priority,
        early_window_s=part.early_window_s,
        late_grace_s=part.late_grace_s,
        outcome=part.outcome,
        note=part.note,
        confirmation=part.confirmation,
        wrap_up_s=part.wrap_up_s,
        exceptional=_exceptional(part.exceptional) if part.exceptional else None,
        quota=Quota(part.quota.morning, part.quota.afternoon) if part.quota else None,
    )


def _exceptional(part: ExceptionalPart) -> Exceptional:
    return Exceptional(part.received_by, {reason.id: reason.names for reason in part.reasons})


def _papers(papers: tuple[Texts, ...]) -> Mapping[str, tuple[str, ...]]:
    """What to bring, turned from papers with languages to languages with papers."""
    languages = papers[0] if papers else ()
    return {language: tuple(paper[language] for paper in papers) for language in languages}


def _series(part: SeriesPart) -> Series:
    return Series(part.prefix, part.first, part.last)


def _queues(document: HallDocument) -> dict[str, Queue]:
    """The queues, each with the services that name it, retired ones included: their legs may still wait."""
    services = {
        queue.id: tuple(service.id for service in document.services if service.queue == queue.id)
        for queue in document.queues
    }
    return {
        queue.id: Queue(queue.id, queue.names, services[queue.id], queue.most_waiting)
        for queue in document.queues
    }


def _counter(part: CounterPart) -> Counter:
    return Counter(
        id=part.id,
        label=part.labels["fr"],
        labels=part.labels,
        directions=part.directions,
        services=part.services,
        is_step_free=part.is_step_free,
        has_hearing_loop=part.has_hearing_loop,
        hearing_loop_tested_on=part.hearing_loop_tested_on,
        is_confidential=part.is_confidential,
        is_self_service=part.is_self_service,
        is_retired=part.is_retired,
    )


def _kiosk(part: KioskPart, networks: PrinterNetworks) -> Kiosk:
    printer = _printer(part.printer, networks) if part.printer else None
    mounting = Mounting(**part.mounting.model_dump()) if part.mounting else None
    return Kiosk(
        id=part.id,
        label=part.label,
        services=part.services,
        printer=printer,
        prints_at=part.prints_at,
        is_number_only=part.number_only,
        mounting=mounting,
        is_retired=part.is_retired,
    )


def _printer(part: PrinterPart, networks: PrinterNetworks) -> PrinterConnection:
    return PrinterConnection(**part.model_dump(), reach=networks.reach_of(part.host))


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
