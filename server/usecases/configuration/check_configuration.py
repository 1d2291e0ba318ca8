"""Check a document against the other documents of the installation, and what people need just now."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.documents import checks
from server.documents.checks import IdsInUse
from server.documents.configuring import HoursOf, closing_with_people, networks_of, past_days
from server.documents.content import Content
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument, SitePart
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import DocumentSource, parse_hall, parse_installation
from server.documents.texts import check_characters, texts_with_control
from server.domain.printing.printers import PrinterNetworks
from server.domain.refusals import existing
from server.store.configuration.documents import document_texts, hall_documents, newest, taken_ids
from server.store.configuration.halls import HALL, INSTALLATION, hall_id_of, open_legs, people_waiting
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.installation import is_demonstration
from server.usecases.media.read_look import problems_of_look
from server.usecases.notices.contents import film_of

type Document = HallDocument | InstallationDocument


def read_document(kind: str, content: DocumentSource) -> Document:
    """The document of a kind that a JSON text or its content says. Raises DocumentRefused."""
    return parse_installation(content) if kind == INSTALLATION else parse_hall(content)


def installation_document(rows: Rows) -> InstallationDocument:
    """The installation's document as it is published. Refusal: not_configured."""
    found = existing(newest(rows, INSTALLATION, INSTALLATION), "not_configured", hall=INSTALLATION)
    return parse_installation(found.content)


def problems_around(rows: Rows, document: Document, now: datetime) -> tuple[DocumentProblem, ...]:
    """The errors and warnings of a valid document in this installation, at an instant.

    Refusal: not_configured, for a hall before the installation has a document.
    """
    if isinstance(document, InstallationDocument):
        return (*_characters(rows, document), *_of_installation(rows, document, now))
    return (*_characters(rows, document), *_of_hall(rows, document, now))


def _characters(rows: Rows, document: Document) -> tuple[DocumentProblem, ...]:
    """The errors of new control characters; those that an earlier revision had are accepted."""
    if not check_characters(document, ()):
        return ()
    earlier: set[str] = set()
    for text in document_texts(rows, getattr(document, "hall", INSTALLATION)):
        earlier |= texts_with_control(json.loads(text))
    return check_characters(document, earlier)


def problems_of(rows: Rows, name: str, content: Content, now: datetime) -> tuple[DocumentProblem, ...]:
    """Every error and warning of the content of a document (`installation` or a hall's slug)."""
    kind = INSTALLATION if name == INSTALLATION else HALL
    try:
        document = read_document(kind, content)
    except DocumentRefused as refused:
        return refused.problems
    if isinstance(document, InstallationDocument):
        return problems_around(rows, document, now)
    return checks.check_name(document, name) or problems_around(rows, document, now)


def refuse_unfit_draft(name: str, content: Content) -> None:
    """Refuses a hall's draft that nobody may publish under its name (slug), whatever the other documents say.

    Raises DocumentRefused for an invalid one and for another hall's.
    """
    document = parse_hall(content)
    problems = checks.check_name(document, name)
    if problems:
        raise DocumentRefused(problems)


def _of_installation(
    rows: Rows, document: InstallationDocument, now: datetime
) -> tuple[DocumentProblem, ...]:
    halls = hall_documents(rows)
    found = [each for hall in halls for each in checks.check_against_installation(hall, document)]
    networks = printer_networks(rows, document)
    found += [each for hall in halls for each in checks.check_printers_left(hall, networks)]
    published = newest(rows, INSTALLATION, INSTALLATION)
    if published is not None:
        before = parse_installation(published.content)
        places = {site.slug: ("sites", at, "calendar") for at, site in enumerate(document.sites)}
        for hall in halls:
            hours = HoursOf(hall, before), HoursOf(hall, document)
            path = places.get(hall.site, ("sites",))
            found.extend(closing_with_people(path, *hours, people_waiting(rows, hall.hall), now))
        for at, site in enumerate(document.sites):
            earlier = before.site(site.slug)
            calendar = None if earlier is None else earlier.calendar
            path = ("sites", at, "calendar")
            found.extend(past_days(path, calendar, site.calendar, _today(site, now)))
    return (*found, *problems_of_look(rows, document))


def _of_hall(rows: Rows, document: HallDocument, now: datetime) -> tuple[DocumentProblem, ...]:
    installation = installation_document(rows)
    published = _published(rows, document.hall)
    before = document if published is None else published[1]
    hours = HoursOf(before, installation), HoursOf(document, installation)
    return (
        *checks.check_against_installation(document, installation),
        *checks.check_printers(document, printer_networks(rows, installation)),
        *checks.check_against_neighbours(document, hall_documents(rows)),
        *checks.check_ids(document, taken_ids(rows)),
        *problems_of_use(rows, document),
        *checks.check_films(document, lambda medium: film_of(rows, medium) is not None),
        *closing_with_people(("calendar",), *hours, people_waiting(rows, document.hall), now),
        *_past_days(published, document, installation.site(document.site), now),
        *checks.warnings_of(document),
    )


def _past_days(
    published: tuple[str, HallDocument] | None, document: HallDocument, site: SitePart | None, now: datetime
) -> Iterator[DocumentProblem]:
    if site is not None:
        own = None if published is None else published[1].calendar
        yield from past_days(("calendar",), own or site.calendar, document.calendar, _today(site, now))


def _today(site: SitePart, now: datetime) -> date:
    return now.astimezone(ZoneInfo(site.time_zone)).date()


def printer_networks(rows: Rows, installation: InstallationDocument) -> PrinterNetworks:
    """Where the printers of an installation with this document may be."""
    return networks_of(installation, has_loopback=is_demonstration(rows))


def problems_of_use(rows: Rows, document: HallDocument) -> tuple[DocumentProblem, ...]:
    """The errors of a hall's document that removes or retires something which somebody needs just now."""
    published = _published(rows, document.hall)
    if published is None:
        return ()
    hall, before = published
    legs, places = open_legs(rows, hall), open_places(rows, hall)
    at_counters = {leg.counter for leg in legs if leg.counter is not None}
    in_use = IdsInUse(
        services=frozenset(service for leg in legs for service in leg.services),
        queues=frozenset(leg.queue for leg in legs),
        counters=frozenset(at_counters | {place.counter for place in places}),
    )
    return checks.check_in_use(before, document, in_use)


def _published(rows: Rows, slug: str) -> tuple[str, HallDocument] | None:
    """The id of a hall (slug) and its published document; None before there is one."""
    hall = hall_id_of(rows, slug)
    if hall is None:
        return None
    found = newest(rows, HALL, hall)
    return None if found is None else (hall, parse_hall(found.content))
