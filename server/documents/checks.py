"""What a hall's document must respect beyond the form of its parts: references, numbers, neighbours."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from server.documents.hall import (
    LISTS,
    CounterPart,
    HallDocument,
    QueuePart,
    SeriesPart,
    ServicePart,
)
from server.documents.hall_parts import ProfilePart
from server.documents.installation import InstallationDocument
from server.documents.menu_checks import check_menu, named_elsewhere, services_named
from server.documents.problems import DocumentProblem, Path, problem, warning
from server.domain.printing.printers import PrinterNetworks
from server.domain.tickets import Series, may_collide


def check_alone(document: HallDocument) -> tuple[DocumentProblem, ...]:
    """The errors a document has whatever surrounds it."""
    of_visits = (_ids, check_menu, _queues, _series, _counters, _profiles)
    checks = (*of_visits, _kiosks, _backup_printers, _screens)
    return tuple(found for check in checks for found in check(document))


def check_against_installation(
    document: HallDocument, installation: InstallationDocument
) -> tuple[DocumentProblem, ...]:
    """The errors a document has in this installation: an unknown site or group, a language not spoken."""
    found = []
    if installation.site(document.site) is None:
        found.append(problem(("site",), "unknown_site", slug=document.site))
    for at, language in enumerate(document.languages):
        if language not in installation.languages:
            found.append(problem(("languages", at), "language_not_installed", language=language))
    return (*found, *_groups(document, installation))


def _groups(document: HallDocument, installation: InstallationDocument) -> Iterator[DocumentProblem]:
    """The groups that screens are in, and their site does not have."""
    site = installation.site(document.site)
    groups = [] if site is None else [group.id for group in site.screen_groups]
    for place, screen in enumerate(document.screens):
        for at, group in enumerate(screen.groups):
            if group not in groups:
                yield problem(("screens", place, "groups", at), "unknown_group", id=group)


def check_printers(document: HallDocument, networks: PrinterNetworks) -> tuple[DocumentProblem, ...]:
    """The printers of a document that are outside the networks of printers; a retired kiosk has none."""
    return tuple(
        _outside(("kiosks", at, "printer", "host"), kiosk.printer.host, networks.declared)
        for at, kiosk in enumerate(document.kiosks)
        if kiosk.printer is not None
        and not kiosk.is_retired
        and kiosk.printer.kind == "tcp"
        and kiosk.printer.host is not None
        and not networks.may_be_configured(kiosk.printer.host)
    )


def check_printers_left(document: HallDocument, networks: PrinterNetworks) -> tuple[DocumentProblem, ...]:
    """The errors of an installation that drops the network of a hall's printers."""
    return tuple(
        problem(("printer_networks",), "printer_left_out", host=each.values["host"], hall=document.name)
        for each in check_printers(document, networks)
    )


def printer_outside(host: str, network: str) -> DocumentProblem:
    """The error of a network declared for a printer that is not in it."""
    return _outside(("printer_networks",), host, (network,))


def _outside(path: Path, host: str, declared: Sequence[str]) -> DocumentProblem:
    if not declared:
        return problem(path, "no_printer_networks", host=host)
    return problem(path, "printer_outside_networks", host=host, networks=", ".join(declared))


def check_against_neighbours(
    document: HallDocument, halls: Iterable[HallDocument]
) -> tuple[DocumentProblem, ...]:
    """The prefixes a document shares with halls within earshot, whichever of the two declares it.

    `halls` are the published documents of the installation's halls; a declared neighbour that is not among
    them is a warning.
    """
    others = {other.hall: other for other in halls if other.hall != document.hall}
    found = [
        warning(("neighbours", at), "unknown_neighbour", slug=slug)
        for at, slug in enumerate(document.neighbours)
        if slug not in others
    ]
    for other in others.values():
        if other.hall in document.neighbours or document.hall in other.neighbours:
            found.extend(_shared_prefixes(document, other))
    there = {service.id for other in others.values() for _, service in other.services_in_use()}
    found += [
        warning(path, "unknown_elsewhere", id=named)
        for path, named in named_elsewhere(document)
        if named not in there
    ]
    return tuple(found)


def check_name(document: HallDocument, name: str) -> tuple[DocumentProblem, ...]:
    """The error of a document that is not that of the hall (slug) it is for."""
    if document.hall == name:
        return ()
    return (problem(("hall",), "other_hall", hall=document.hall, name=name),)


def check_ids(document: HallDocument, taken: Mapping[str, tuple[str, str]]) -> tuple[DocumentProblem, ...]:
    """Errors for ids that once named something else.

    `taken` says for each id of any published revision of any hall which hall and which list (`ids_of`)
    it was in.
    """
    found = []
    for name in LISTS:
        for at, item in enumerate(getattr(document, name)):
            hall, kind = taken.get(item.id, (document.hall, name))
            if (hall, kind) != (document.hall, name):
                found.append(problem((name, at, "id"), "id_taken", id=item.id, hall=hall))
    return tuple(found)


def check_films(document: HallDocument, is_film: Callable[[str], bool]) -> tuple[DocumentProblem, ...]:
    """Errors for films of services; `is_film`: whether a medium can be shown as one."""
    return tuple(
        problem(("services", at, "film"), "unknown_film", medium=service.film)
        for at, service in document.services_in_use()
        if service.film is not None and not is_film(service.film)
    )


def warnings_of(document: HallDocument) -> tuple[DocumentProblem, ...]:
    """Warnings: what is allowed but looks like an oversight."""
    return tuple(_unused(document))


def _ids(document: HallDocument) -> Iterator[DocumentProblem]:
    earlier: set[str] = set()
    for name in LISTS:
        for at, item in enumerate(getattr(document, name)):
            path: Path = (name, at, "id")
            if item.id in earlier:
                yield problem(path, "duplicate_id", id=item.id)
            if not item.id.startswith(document.hall + "-"):
                yield problem(path, "id_outside_hall", id=item.id, prefix=document.hall + "-")
            earlier.add(item.id)
    if document.hall in document.neighbours:
        yield problem(("neighbours",), "own_neighbour")


def _queues(document: HallDocument) -> Iterator[DocumentProblem]:
    queues = {queue.id for queue in document.queues}
    for at, service in enumerate(document.services):
        if service.queue not in queues:
            yield problem(("services", at, "queue"), "unknown_queue", id=service.queue)


def _series(document: HallDocument) -> Iterator[DocumentProblem]:
    """No two series give the same number; appointments have a series of their own."""
    earlier: list[tuple[SeriesPart, str]] = []
    for path, series, name in _series_in_use(document):
        for other, other_name in earlier:
            if may_collide(_as_series(series), _as_series(other)):
                yield _collision(path, series, other, other_name)
                break
        earlier.append((series, name))
    for at, service in document.services_in_use():
        if service.mode != "walk_in" and service.appointment_series is None:
            yield problem(("services", at, "appointment_series"), "appointment_series_missing")


def _collision(path: Path, series: SeriesPart, other: SeriesPart, name: str) -> DocumentProblem:
    if series.last is None or other.last is None:
        return problem((*path, "prefix"), "duplicate_prefix", prefix=series.prefix, name=name)
    mine, theirs = (f"{one.prefix}{one.first:03d}–{one.prefix}{one.last:03d}" for one in (series, other))
    return problem(path, "overlapping_numbers", mine=mine, theirs=theirs, name=name)


def _series_in_use(document: HallDocument) -> Iterator[tuple[Path, SeriesPart, str]]:
    for at, service in document.services_in_use():
        yield ("services", at, "series"), service.series, service.names["fr"]
        if service.appointment_series is not None:
            yield ("services", at, "appointment_series"), service.appointment_series, service.names["fr"]
    for at, kiosk in enumerate(document.kiosks):
        if kiosk.own_series is not None and not kiosk.is_retired:
            yield ("kiosks", at, "own_series"), kiosk.own_series, kiosk.label


def _as_series(part: SeriesPart) -> Series:
    return Series(part.prefix, part.first, part.last)


def _counters(document: HallDocument) -> Iterator[DocumentProblem]:
    services = {service.id: service for service in document.services}
    labels = set[str]()
    for at, counter in enumerate(document.counters):
        if counter.is_retired:
            continue
        yield from services_named(("counters", at, "services"), counter.services, services)
        label = counter.labels["fr"]
        if label in labels:
            yield problem(("counters", at, "labels", "fr"), "duplicate_label", label=label)
        labels.add(label)


def _kiosks(document: HallDocument) -> Iterator[DocumentProblem]:
    """A kiosk with services of its own shows at least one."""
    services = {service.id: service for service in document.services}
    on_kiosk = {service.id for _, service in document.services_in_use() if service.is_on_kiosk}
    for at, kiosk in enumerate(document.kiosks):
        if kiosk.is_retired or not kiosk.services:
            continue
        path: Path = ("kiosks", at, "services")
        yield from services_named(path, kiosk.services, services)
        if on_kiosk.isdisjoint(kiosk.services):
            yield problem(path, "kiosk_shows_no_service")


def _backup_printers(document: HallDocument) -> Iterator[DocumentProblem]:
    """A printer's backup, or the printer that a kiosk uses, is that of another kiosk that is in use."""
    kiosks = {kiosk.id: kiosk for kiosk in document.kiosks}
    for at, kiosk in enumerate(document.kiosks):
        named = kiosk.prints_at if kiosk.printer is None else kiosk.printer.backup
        if named is None or kiosk.is_retired:
            continue
        fields = ("prints_at",) if kiosk.printer is None else ("printer", "backup")
        backup, path = kiosks.get(named), ("kiosks", at, *fields)
        if backup is None:
            yield problem(path, "unknown_kiosk", id=named)
        elif backup is kiosk:
            yield problem(path, "backup_is_itself")
        elif backup.printer is None or backup.is_retired:
            yield problem(path, "backup_without_printer", name=backup.label)


def _profiles(document: HallDocument) -> Iterator[DocumentProblem]:
    """A profile names queues of the hall only, each once in its list."""
    queues = {queue.id for queue in document.queues}
    for at, profile in enumerate(document.profiles):
        for path, named in _queues_named(profile):
            if named not in queues:
                yield problem(("profiles", at, *path), "unknown_queue", id=named)
        for place, named in enumerate(profile.queues):
            if named in profile.queues[:place]:
                yield problem(("profiles", at, "queues", place), "slug_twice", slug=named)


def _screens(document: HallDocument) -> Iterator[DocumentProblem]:
    """One announcer a zone: two loudspeakers that are heard together would say each call twice.

    What feeds the induction loop is heard by nobody else; it needs the loop's level.
    """
    announcers: dict[tuple[str, str], str] = {}
    counters = {counter.id for counter in document.counters}
    for at, screen in enumerate(document.screens):
        if screen.counter is not None and screen.counter not in counters:
            yield problem(("screens", at, "counter"), "unknown_counter", id=screen.counter)
        if screen.is_retired or not screen.has_sound:
            continue
        if screen.output == "loop" and document.sound.loop is None:
            yield problem(("screens", at, "output"), "no_loop_in_hall")
        heard = screen.zone, screen.output
        if heard in announcers:
            values = {"zone": screen.zone, "label": announcers[heard]}
            yield problem(("screens", at, "has_sound"), "two_announcers", **values)
        announcers.setdefault(heard, screen.label)


def _queues_named(profile: ProfilePart) -> Iterator[tuple[Path, str]]:
    yield from ((("queues", place), named) for place, named in enumerate(profile.queues))
    yield from ((("weights", named), named) for named in profile.weights)
    for number, condition in enumerate(profile.conditions):
        yield ("conditions", number, "call"), condition.call
        for place, test in enumerate(condition.tests):
            named = getattr(test, "queue", None)
            if named is not None:
                yield ("conditions", number, "tests", place, "queue"), named


def _shared_prefixes(document: HallDocument, other: HallDocument) -> Iterator[DocumentProblem]:
    theirs = {series.prefix for _, series, _ in _series_in_use(other)}
    for path, series, _ in _series_in_use(document):
        if series.prefix in theirs:
            values = {"prefix": series.prefix, "hall": other.name}
            yield problem((*path, "prefix"), "prefix_of_neighbour", **values)


def _unused(document: HallDocument) -> Iterator[DocumentProblem]:
    served = {slug for counter in document.counters if not counter.is_retired for slug in counter.services}
    queued = {service.queue for _, service in document.services_in_use()}
    parents = {service.parent for _, service in document.services_in_use()}
    for at, service in document.services_in_use():
        if service.id not in served:
            yield warning(("services", at), "service_without_counter", name=service.names["fr"])
        if service.mode == "appointment_only" and not service.how_to_book:
            yield warning(("services", at, "how_to_book"), "how_to_book_missing", name=service.names["fr"])
    yield from _at_no_kiosk(document)
    for at, queue in enumerate(document.queues):
        if queue.id not in queued:
            yield warning(("queues", at), "queue_without_service", name=queue.names["fr"])
    for at, folder in enumerate(document.folders):
        if folder.id not in parents:
            yield warning(("folders", at), "empty_folder", name=folder.names["fr"])


def _at_no_kiosk(document: HallDocument) -> Iterator[DocumentProblem]:
    """The services for which one may come without an appointment and that every kiosk leaves out."""
    lists = [kiosk.services for kiosk in document.kiosks if not kiosk.is_retired]
    if not lists or not all(lists):
        return
    offered = {slug for listed in lists for slug in listed}
    for at, service in document.services_in_use():
        if service.is_on_kiosk and service.mode != "appointment_only" and service.id not in offered:
            yield warning(("services", at), "service_at_no_kiosk", name=service.names["fr"])


@dataclass(frozen=True, slots=True)
class IdsInUse:
    """Ids of a hall: services and queues of open legs, counters with a session or a visitor."""

    services: Collection[str] = field(default=frozenset())
    queues: Collection[str] = field(default=frozenset())
    counters: Collection[str] = field(default=frozenset())


def check_in_use(old: HallDocument, new: HallDocument, in_use: IdsInUse) -> tuple[DocumentProblem, ...]:
    """Errors for what `old` has, is in use, and `new` drops or retires.

    Told where it is retired, else of its list.
    """
    found: list[DocumentProblem] = []
    for path, service in _gone(old.services, new.services, in_use.services):
        names = {"id": service.id, "name": service.names["fr"]}
        found.append(problem(("services", *path), "service_has_open_legs", **names))
    for path, queue in _gone(old.queues, new.queues, in_use.queues):
        found.append(problem(("queues", *path), "queue_has_open_legs", id=queue.id, name=queue.names["fr"]))
    for path, counter in _gone(old.counters, new.counters, in_use.counters):
        names = {"id": counter.id, "name": counter.labels["fr"]}
        found.append(problem(("counters", *path), "counter_in_use", **names))
    return tuple(found)


def _gone[Item: (ServicePart, QueuePart, CounterPart)](
    old: Sequence[Item], new: Sequence[Item], needed: Collection[str]
) -> Iterator[tuple[Path, Item]]:
    """What is needed and in use in `old` and not in `new`, with its place there inside the list."""
    places = {item.id: at for at, item in enumerate(new)}
    for item in old:
        if item.id not in needed or getattr(item, "is_retired", False):
            continue
        if item.id not in places:
            yield (), item
        elif getattr(new[places[item.id]], "is_retired", False):
            yield (places[item.id], "is_retired"), item
