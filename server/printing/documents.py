"""Turn a print job into bytes: read its content, lay it out as the kiosk does, draw it for its printer.

The people ahead and the wait are those of the instant of issue, also on a reprint. Hours are local.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time

from hardware.document import PrintDocument
from hardware.escpos_printer import PROFILES, render
from kiosk.papers import (
    SheetContent,
    SheetLanguage,
    TrialContent,
    lay_out_sheet,
    lay_out_trial,
)
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from server.apart import CallApart
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.languages import FRENCH, text_in, texts_in
from server.domain.printing.printers import check_number
from server.domain.refusals import Refusal, existing
from server.language import direction_of, locale_of
from server.store.devices.print_jobs import IssuedTicket, OpenJob, issued_ticket
from server.store.transactions.database import Database
from server.usecases.appointments.arrivals import arrival_answer
from server.usecases.media.read_look import LogoAnswer, read_look
from server.usecases.tickets.ticket_page import follow_address

_CODE_PART = 4


@dataclass(frozen=True, slots=True)
class TicketPrinting:
    """What tickets are made of: sentences, the address for phones ("" for none), fonts and media."""

    translate: Callable[..., str]
    public_url: str
    fonts_dir: Path
    media_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document that is ready to be laid out; nothing more is read from the database."""

    content: TicketContent
    languages: tuple[TicketLanguage, ...]


@dataclass(frozen=True, slots=True)
class AppointmentSheet:
    """As `PreparedDocument`, for the sheet that says how to book a service."""

    content: SheetContent
    languages: tuple[SheetLanguage, ...]


type PaperContent = PreparedDocument | AppointmentSheet | TrialContent


def read_paper_content(database: Database, printing: TicketPrinting, job: OpenJob) -> PaperContent:
    """Reads the content of a print job's paper.

    Refusals: unknown_visit, unknown_service, unknown_document (a kind not printed).

    """
    request = job.document
    if request.get("kind") == "appointment_sheet":
        configuration = database.configuration(job.hall)
        return AppointmentSheet(
            languages=sheet_languages(configuration, request), content=sheet_content(configuration, request)
        )
    if request.get("kind") == "trial":
        return _trial(database, job)
    if request.get("kind") != "ticket":
        raise Refusal("unknown_document", kind=request.get("kind"))
    configuration = database.configuration(job.hall)
    with database.read() as rows:
        ticket = None if job.visit is None else issued_ticket(rows, job.visit)
        logo = read_look(rows, configuration.site.slug).logo
    if job.visit is None or ticket is None:
        raise Refusal("unknown_visit", visit=job.visit)
    token = database.ticket_tokens.remake(job.visit, digest=ticket.token_digest)
    languages = tuple(dict.fromkeys((FRENCH, str(request.get("language") or FRENCH))))
    return PreparedDocument(
        replace(
            _content(configuration, printing, request, ticket, token=token), logo=logo_file(printing, logo)
        ),
        tuple(_language(configuration, ticket, language) for language in languages),
    )


def _trial(database: Database, job: OpenJob) -> TrialContent:
    configuration = database.configuration(job.hall)
    kiosk = configuration.kiosks[job.printer]
    at = job.queued_at.astimezone(ZoneInfo(configuration.site.time_zone))
    return TrialContent(
        site=configuration.site.name,
        hall=configuration.name,
        kiosk=kiosk.label,
        printed_at=format_datetime(at, "full", locale=locale_of(FRENCH)),
        is_demonstration=configuration.is_demonstration,
        number=check_number(job.id) if job.document.get("has_number") else None,
    )


def sample_ticket(
    configuration: HallConfiguration, printing: TicketPrinting, logo: LogoAnswer | None, now: datetime
) -> PrintDocument:
    """A ticket that nobody took, with a logo."""
    at = now.astimezone(ZoneInfo(configuration.site.time_zone))
    content = TicketContent(
        site=configuration.site.name,
        hall=configuration.name,
        number="A042",
        people_ahead=4,
        wait_min=(10, 20),
        short_code="",
        logo=logo_file(printing, logo),
        is_demonstration=configuration.is_demonstration,
    )
    service = next(iter(configuration.services.values())).name(FRENCH)
    locale = locale_of(FRENCH)
    day, hour = format_date(at, "full", locale=locale), format_time(at, "HH:mm", locale=locale)
    spoken = TicketLanguage(language=FRENCH, service=service, date=day, hour=hour)
    return lay_out_ticket(content, (spoken,), translate=printing.translate)


def document_of(inputs: PaperContent, printing: TicketPrinting, *, width_dots: int) -> PrintDocument:
    """The ticket or the sheet, laid out for the width of its paper."""
    if isinstance(inputs, TrialContent):
        return lay_out_trial(inputs, translate=printing.translate, width_dots=width_dots)
    if isinstance(inputs, AppointmentSheet):
        return lay_out_sheet(
            inputs.content, inputs.languages, translate=printing.translate, width_dots=width_dots
        )
    return lay_out_ticket(
        inputs.content, inputs.languages, translate=printing.translate, width_dots=width_dots
    )


def ticket_bytes(inputs: PaperContent, printing: TicketPrinting, profile: str, off_loop: CallApart) -> bytes:
    """The bytes that print the paper once; they are drawn by `off_loop(work, *values)`."""
    how = PROFILES[profile]
    document = document_of(inputs, printing, width_dots=how.width_dots)
    return off_loop(render, document, how, printing.fonts_dir)


def _content(
    configuration: HallConfiguration,
    printing: TicketPrinting,
    request: Json,
    ticket: IssuedTicket,
    *,
    token: str | None,
) -> TicketContent:
    base = printing.public_url.rstrip("/")
    may_follow = bool(base and ticket.short_code)
    language = request.get("language", FRENCH)
    arrival = arrival_answer(configuration, ticket.service, ticket.booked_at, ticket.arrived_at)
    return TicketContent(
        site=configuration.site.name,
        hall=configuration.name,
        number=ticket.number,
        people_ahead=_ahead(request, ticket),
        wait_min=wait_minutes(ticket.quoted_low_s, ticket.quoted_high_s),
        short_code=_readable(ticket.short_code or ""),
        follow_url=follow_address(base, token, language) if token else None,
        follow_address=f"{base.partition('://')[2]}/suivi" if may_follow else None,
        is_priority=ticket.priority in ("declared", "confirmed"),
        arrival=arrival["arrival"] if arrival else None,
        late_min=arrival["late_min"] if arrival else 0,
        is_reprint=bool(request.get("is_reprint")),
        is_demonstration=configuration.is_demonstration,
        is_after_closing=ticket.quoted_median_s is not None and ticket.quoted_high_s is None,
        numbers=tuple(request.get("numbers", ())),
    )


def logo_file(printing: TicketPrinting, logo: LogoAnswer | None) -> str | None:
    """The prepared picture of the logo in base64; None where there is none, or its file is gone."""
    if logo is None or printing.media_dir is None:
        return None
    try:
        return base64.b64encode((printing.media_dir / Path(logo["url"]).name).read_bytes()).decode()
    except OSError:
        return None


def _ahead(request: Json, ticket: IssuedTicket) -> int:
    """The people ahead at the issue: as the job has it, else as the fact of the ticket has it."""
    if request.get("ahead") is not None:
        return int(request["ahead"])
    return int(ticket.fact["ahead"]) if ticket.fact is not None else 0


def wait_minutes(low_s: int | None, high_s: int | None) -> tuple[int, int] | None:
    """The quoted range in minutes, whole steps of five as quoted; None without a quote or a wait."""
    if low_s is None or high_s is None or high_s <= 0:
        return None
    return low_s // 60, high_s // 60


def _readable(code: str) -> str:
    return "-".join(code[at : at + _CODE_PART] for at in range(0, len(code), _CODE_PART))


def _language(configuration: HallConfiguration, ticket: IssuedTicket, language: str) -> TicketLanguage:
    locale = locale_of(language)
    service = configuration.services.get(ticket.service)
    issued_at = ticket.issued_at.astimezone(ZoneInfo(configuration.site.time_zone))
    return TicketLanguage(
        language=language,
        service=service.name(language) if service is not None else ticket.service,
        date=format_date(issued_at.date(), "full", locale=locale),
        hour=format_time(issued_at, "HH:mm", tzinfo=ZoneInfo(configuration.site.time_zone), locale=locale),
        booked_hour=_booked_hour(configuration, ticket, locale),
        direction=direction_of(language),
    )


def _booked_hour(configuration: HallConfiguration, ticket: IssuedTicket, locale: Locale) -> str:
    if ticket.booked_at is None:
        return ""
    zone = ZoneInfo(configuration.site.time_zone)
    return format_time(ticket.booked_at, "HH:mm", tzinfo=zone, locale=locale)


def sheet_languages(configuration: HallConfiguration, request: Json) -> tuple[SheetLanguage, ...]:
    """The languages of a job's sheet, with its words.

    Refusal: unknown_service, when the hall has lost the service meanwhile.
    """
    service = existing(
        configuration.services.get(str(request.get("service"))),
        "unknown_service",
        service=request.get("service"),
    )
    languages = dict.fromkeys((FRENCH, str(request.get("language") or FRENCH)))
    return tuple(_sheet_language(service, language) for language in languages)


def sheet_content(configuration: HallConfiguration, request: Json) -> SheetContent:
    """The content of the sheet, its languages apart."""
    service = configuration.services[str(request["service"])]
    return SheetContent(
        site=configuration.site.name,
        hall=configuration.name,
        address=service.appointment_url,
        is_demonstration=configuration.is_demonstration,
    )


def _sheet_language(service: Service, language: str) -> SheetLanguage:
    return SheetLanguage(
        language=language,
        service=service.name(language),
        how=text_in(service.how_to_book, language),
        bring=texts_in(service.bring, language),
        direction=direction_of(language),
    )
