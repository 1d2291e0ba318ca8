"""What « Écouter » says about the focused control: its words and, for a choice, its place.

The page names the control by its key; every word comes from the catalogue and the menu.
"""

from collections.abc import Collection
from datetime import datetime

from kiosk.reading import NEEDS, Need, NotInTheMenu, View, ViewReader
from kiosk.reading_menu import choices_of

_LABELS = {
    "access-contrast": "kiosk.access.contrast",
    "access-large": "kiosk.access.large",
    "access-listen": "kiosk.access.listen",
    "back": "kiosk.action.back",
    "code-done": "kiosk.appointment.done",
    "code-erase": "kiosk.appointment.erase",
    "escort-no": "kiosk.escort.no",
    "escort-yes": "kiosk.escort.yes",
    "film": "kiosk.film.show",
    "film-again": "kiosk.film.again",
    "film-pause": "kiosk.film.pause",
    "film-play": "kiosk.film.play",
    "have-number": "kiosk.action.have_number",
    "have-numbers": "kiosk.action.have_numbers",
    "have-ticket": "kiosk.action.have_ticket",
    "have-tickets": "kiosk.action.have_tickets",
    "mine": "kiosk.action.mine",
    "not-mine": "kiosk.action.not_mine",
    "home": "kiosk.action.home",
    "information": "kiosk.information.title",
    "information-back": "kiosk.information.back",
    "information-languages": "kiosk.languages.more",
    "more-languages": "kiosk.languages.more",
    "more_time": "kiosk.action.more_time",
    "needs": "kiosk.needs.ask",
    "needs-done": "kiosk.needs.done",
    "next": "kiosk.paging.next",
    "other-service": "kiosk.together.other",
    "pair": "kiosk.unpaired.pair",
    "paper-each": "kiosk.together.paper_each",
    "paper-one": "kiosk.together.paper_one",
    "previous": "kiosk.paging.previous",
    "print-sheet": "kiosk.appointment_sheet.print",
    "retry": "kiosk.action.retry",
    "several": "kiosk.together.several",
    "take": "kiosk.sheet.take",
    "take-with-card": "kiosk.sheet.take_with_card kiosk.sheet.take_with_card_note",
    "warning": "kiosk.warning.title kiosk.spoken.any_key",
    "without-code": "kiosk.appointment.without_code",
}

VOLUMES = "0123456"
"""The levels of the guidance's volume, as the page names them."""


def read_focus(
    reader: ViewReader, key: str, *, view: View, within: str | None = None, needs: Collection[Need] = ()
) -> list[str]:
    """The sentences of a control; none for a key that the kiosk does not know.

    `within`: the folder that is open, or the service of the view. Raises NotInTheMenu for a service or a
    reason that is not in the menu.
    """
    if key in _LABELS:
        return [reader.say(label) for label in _LABELS[key].split()]
    if key == "appointment":
        return _appointment(reader, view)
    kind, _, name = key.partition("-")
    match kind:
        case "service" | "referral":
            return _choice(reader, name, within)
        case "language" | "choice":
            names = [each["name"] for each in reader.menu["languages"] if each["code"] == name]
            is_own = names and name == reader.menu["language"]
            return [*names, reader.say("kiosk.spoken.language")] if is_own else names
        case "need":
            labels = {each: reader.say(f"kiosk.needs.{each}") for each in NEEDS if each == name}
            return [
                reader.say("kiosk.spoken.chosen", label=label) if each in needs else label
                for each, label in labels.items()
            ]
        case "volume" | "code" if len(name) == 1:
            return [name] if kind == "code" else _volume(reader, name)
        case "hour":
            return _hour(reader, name)
        case "reason":
            return _reason(reader, name, within)
    return _named(reader, kind, name)


def _named(reader: ViewReader, kind: str, name: str) -> list[str]:
    """A service that is named otherwise than as a choice of the menu, or a number of people."""
    match kind:
        case "convocation":
            return [reader.service_of(name)["name"]]
        case "instead":
            return [reader.say("kiosk.spoken.instead", label=reader.service_of(name)["name"])]
        case "people":
            return [reader.say("kiosk.together.people", count=int(name))] if name.isdecimal() else []
    return []


def _volume(reader: ViewReader, level: str) -> list[str]:
    if level not in VOLUMES:
        return []
    return [reader.say("kiosk.spoken.volume", level=VOLUMES.index(level) + 1, most=len(VOLUMES))]


def _appointment(reader: ViewReader, view: View) -> list[str]:
    if view != "start":
        return [reader.say("kiosk.appointment.already")]
    label = reader.say("kiosk.appointment.have")
    return [reader.choice(1, len(choices_of(reader, None)), label), reader.say("kiosk.appointment.have_note")]


def _choice(reader: ViewReader, choice_id: str, folder: str | None) -> list[str]:
    choices = choices_of(reader, folder)
    for place, choice in enumerate(choices, 1):
        if choice.id == choice_id:
            return [reader.choice(place, len(choices), choice.name), *filter(None, choice.more)]
    raise NotInTheMenu(choice_id)


def _hour(reader: ViewReader, text: str) -> list[str]:
    try:
        at = datetime.fromisoformat(text)
        return [reader.hour(at)] if at.tzinfo else []
    except (ValueError, OverflowError):  # no date, or none of the hall's time zone
        return []


def _reason(reader: ViewReader, code: str, service_id: str | None) -> list[str]:
    way = reader.service_of(service_id or "")["exceptional"]
    reasons = way["reasons"] if way else []
    return [
        reader.choice(place, len(reasons), each["name"])
        for place, each in enumerate(reasons, 1)
        if each["id"] == code
    ]
