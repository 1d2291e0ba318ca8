"""The content of the sheet that says how to book an appointment, in French and a chosen language."""

from kiosk.papers import SheetContent, SheetLanguage
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.languages import FRENCH, text_in
from server.domain.refusals import Refusal
from server.language import direction_of


def sheet_languages(configuration: HallConfiguration, request: Json) -> tuple[SheetLanguage, ...]:
    """The languages of a job's sheet, with its words.

    Refusal: unknown_service, when the hall has lost the service meanwhile.
    """
    service = configuration.services.get(str(request.get("service")))
    if service is None:
        raise Refusal("unknown_service", service=request.get("service"))
    languages = dict.fromkeys((FRENCH, str(request.get("language") or FRENCH)))
    return tuple(_language(service, language) for language in languages)


def sheet_content(configuration: HallConfiguration, request: Json) -> SheetContent:
    """The content of the sheet, its languages apart."""
    service = configuration.services[str(request["service"])]
    return SheetContent(
        site=configuration.site.name,
        hall=configuration.name,
        address=service.appointment_url,
        is_demonstration=configuration.is_demonstration,
    )


def _language(service: Service, language: str) -> SheetLanguage:
    return SheetLanguage(
        language=language,
        service=service.name(language),
        how=text_in(service.how_to_book, language),
        bring=service.papers(language),
        direction=direction_of(language),
    )
