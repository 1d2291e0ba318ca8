"""Where in a hall somebody may call: at every counter, or at some counters and for some services.

The rule in words: `docs/rules/access.md`. Use cases find the reach at the author of a request.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from server.domain.refusals import Refusal


class PlacedLeg(Protocol):
    """A leg: its service, the counter it was called to last, the only one that it waits for (ids)."""

    @property
    def service(self) -> str: ...
    @property
    def counter(self) -> str | None: ...
    @property
    def for_counter(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class CallingReach:
    """The services (ids) that somebody may call at each counter (id) of a hall; None: all at all counters."""

    services_at: Mapping[str, frozenset[str]] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole hall."""
        return self.services_at is None

    def has_counter(self, counter: str) -> bool:
        """Whether one may call at a counter."""
        return self.services_at is None or counter in self.services_at

    def has_service(self, service: str) -> bool:
        """Whether one may call for a service, at some counter."""
        return self.services_at is None or any(service in each for each in self.services_at.values())

    def has_waiting(self, service: str, for_counter: str | None) -> bool:
        """Whether one may see who waits for a service, or for one counter alone, and call them."""
        return self.has_service(service) or (for_counter is not None and self.has_counter(for_counter))

    def has_leg(self, leg: PlacedLeg) -> bool:
        """Whether one may see a leg: it waits for a service or counter of one’s, or was called there."""
        if self.has_waiting(leg.service, leg.for_counter):
            return True
        return leg.counter is not None and self.has_counter(leg.counter)

    def services_of(self, counter: str, services: Iterable[str]) -> tuple[str, ...]:
        """Those of the services that one may call at a counter."""
        if self.services_at is None:
            return tuple(services)
        return tuple(each for each in services if each in self.services_at.get(counter, ()))

    def check_counter(self, counter: str) -> None:
        """Refusal: counter_not_allowed."""
        if not self.has_counter(counter):
            raise Refusal("counter_not_allowed", counter=counter)

    def check_duty(self, counter: str, services: Iterable[str]) -> None:
        """Refusals, for a counter session with these services: counter_not_allowed, service_not_allowed."""
        self.check_counter(counter)
        allowed = self.services_of(counter, services := tuple(services))
        for service in services:
            if service not in allowed:
                raise Refusal("service_not_allowed", service=service)

    def check_leg(self, leg: PlacedLeg) -> None:
        """Refusal: service_not_allowed."""
        if not self.has_leg(leg):
            raise Refusal("service_not_allowed", service=leg.service)


WHOLE_HALL = CallingReach()


def joined(reaches: Iterable[CallingReach]) -> CallingReach:
    """The reach of several roles of one person."""
    found: dict[str, frozenset[str]] = {}
    for reach in reaches:
        if reach.services_at is None:
            return WHOLE_HALL
        for counter, services in reach.services_at.items():
            found[counter] = found.get(counter, frozenset()) | services
    return CallingReach(found)
