"""What the menu of a hall’s document must respect: folders, exceptional reasons, what helps instead."""

from collections.abc import Iterator, Mapping, Sequence

from server.documents.hall import HallDocument, ReferralPart, ServicePart
from server.documents.problems import DocumentProblem, Path, problem


def check_menu(document: HallDocument) -> Iterator[DocumentProblem]:
    """The errors of the menu."""
    yield from _folders(document)
    yield from _exceptional(document)
    yield from _instead(document)


def _folders(document: HallDocument) -> Iterator[DocumentProblem]:
    """A folder holds services and referrals and nothing else: two presses at most."""
    folders = {folder.id for folder in document.folders}
    services = {service.id: service for service in document.services}
    entries: list[tuple[Path, ServicePart | ReferralPart]] = [
        *((("services", at), service) for at, service in enumerate(document.services)),
        *((("referrals", at), referral) for at, referral in enumerate(document.referrals)),
    ]
    for path, entry in entries:
        if entry.parent in services:
            name = services[entry.parent].names["fr"]
            yield problem((*path, "parent"), "too_many_presses", name=name)
        elif entry.parent is not None and entry.parent not in folders:
            yield problem((*path, "parent"), "unknown_folder", id=entry.parent)


def _exceptional(document: HallDocument) -> Iterator[DocumentProblem]:
    """Only services by appointment have exceptional reasons, and the service that receives such visitors
    needs no appointment.
    """
    services = {service.id: service for service in document.services}
    for at, service in document.services_in_use():
        if service.exceptional is None:
            continue
        path: Path = ("services", at, "exceptional")
        if service.mode != "appointment_only":
            yield problem(path, "exceptional_without_appointments", name=service.names["fr"])
        receiving = services.get(service.exceptional.received_by)
        if receiving is None:
            yield problem((*path, "received_by"), "unknown_service", id=service.exceptional.received_by)
        elif receiving.is_retired:
            yield problem((*path, "received_by"), "retired_service", name=receiving.names["fr"])
        elif receiving.mode == "appointment_only":
            yield problem((*path, "received_by"), "received_by_appointment", name=receiving.names["fr"])
        codes = [reason.id for reason in service.exceptional.reasons]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                yield problem((*path, "reasons", place, "id"), "slug_twice", slug=code)


def _instead(document: HallDocument) -> Iterator[DocumentProblem]:
    """What is offered instead of a service is another one, and kiosks show it."""
    services = {service.id: service for service in document.services}
    for at, service in document.services_in_use():
        named = service.instead.service if service.instead else None
        if named is None:
            continue
        path: Path = ("services", at, "instead", "service")
        found = services.get(named)
        if found is None:
            yield problem(path, "unknown_service", id=named)
        elif found is service or found.is_retired or not found.is_on_kiosk:
            yield problem(path, "instead_not_offered", name=found.names["fr"])


def services_named(
    path: Path, named: Sequence[str], services: Mapping[str, ServicePart]
) -> Iterator[DocumentProblem]:
    """A list of services names those of the hall that are in use, each once."""
    for place, slug in enumerate(named):
        if slug not in services:
            yield problem((*path, place), "unknown_service", id=slug)
        elif services[slug].is_retired:
            yield problem((*path, place), "retired_service", name=services[slug].names["fr"])
        elif slug in named[:place]:
            yield problem((*path, place), "slug_twice", slug=slug)


def named_elsewhere(document: HallDocument) -> Iterator[tuple[Path, str]]:
    """The services of other halls that a document names."""
    for at, service in document.services_in_use():
        if service.instead is not None and service.instead.elsewhere is not None:
            yield ("services", at, "instead", "elsewhere"), service.instead.elsewhere
    for at, referral in enumerate(document.referrals):
        if referral.elsewhere is not None and not referral.is_retired:
            yield ("referrals", at, "elsewhere"), referral.elsewhere
