"""Find a service, counter or kiosk of a hall by its id, unless it is retired."""

from server.domain.hall.configuration import Counter, HallConfiguration, Service
from server.domain.hall.devices import Kiosk
from server.domain.refusals import Refusal


def find_service(configuration: HallConfiguration, service: str) -> Service:
    """A service that is in use, by its id. Refusal: unknown_service."""
    found = configuration.services.get(service)
    if found is None or found.is_retired:
        raise Refusal("unknown_service", service=service)
    return found


def find_counter(configuration: HallConfiguration, counter: str) -> Counter:
    """A counter that is in use, by its id. Refusal: unknown_counter."""
    found = configuration.counters.get(counter)
    if found is None or found.is_retired:
        raise Refusal("unknown_counter", counter=counter)
    return found


def find_kiosk(configuration: HallConfiguration, kiosk: str) -> Kiosk:
    """A kiosk that is in use, by its id. Refusal: unknown_kiosk."""
    found = configuration.kiosks.get(kiosk)
    if found is None or found.is_retired:
        raise Refusal("unknown_kiosk", name=kiosk)
    return found
