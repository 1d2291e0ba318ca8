"""Exceptional visits by reason, in the words of the page and the sheet."""

from collections.abc import Iterator, Mapping

from server.domain.hall.configuration import Service
from server.domain.languages import text_in
from server.domain.quality.rollup import Rollup


def by_reason(
    rollup: Rollup, services: Mapping[str, Service], language: str
) -> Iterator[tuple[str, str, int]]:
    """A service's id, a reason's name, how many; in the order of `services`, the most frequent first.

    A reason that the document no longer has is shown by its code.
    """
    place = {service: at for at, service in enumerate(services)}
    counted = rollup.exceptional.items()
    for (service, code), count in sorted(
        counted, key=lambda each: (place.get(each[0][0], len(place)), -each[1], each[0])
    ):
        yield service, _reason_name(services, service, code, language), count


def _reason_name(services: Mapping[str, Service], service: str, code: str, language: str) -> str:
    described = services.get(service)
    names = described.exceptional.reasons.get(code) if described and described.exceptional else None
    return text_in(names, language) if names else code
