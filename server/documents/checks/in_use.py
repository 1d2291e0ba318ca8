"""What a hall's document must keep while it is in use, so that no visitor and no agent loses a place."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from server.documents.hall import CounterPart, HallDocument, QueuePart, ServicePart
from server.documents.problems import DocumentProblem, Path, problem


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
