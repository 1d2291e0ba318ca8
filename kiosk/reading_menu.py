"""What « Écouter » says of the menu of a kiosk: its choices, each with its place among all of them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from kiosk.menu_messages import ReferralOfMenu, ServiceOfMenu
from kiosk.reading import ViewReader, sentences

NOT_HERE = "not_here"
"""The folder « Pas ici ? »: no id of a document has such a name."""


class Choice(NamedTuple):
    """A choice of the start or of a folder: its id, its name, what is said of it."""

    id: str
    name: str
    more: Sequence[str] = ()


def read_start(reader: ViewReader, *, folder: str | None = None, shown: Collection[str] = ()) -> list[str]:
    """The menu or an open folder; `shown` are the choices of the page that is up (none: all).

    Each choice is read with its place among all choices, those of other pages included. Raises NotInTheMenu.
    """
    menu, say = reader.menu, reader.say
    read = _head(reader) if folder is None else [_name_of(reader, folder), say("kiosk.folder.lede")]
    choices = choices_of(reader, folder)
    with_id = [each for each in choices if each.id]
    listed = [each for each in with_id if not shown or each.id in shown]
    is_first_page = listed[:1] == with_id[:1]
    for place, choice in enumerate(choices, 1):
        if choice in listed or (not choice.id and is_first_page):
            read += [reader.choice(place, len(choices), choice.name), *choice.more]
    if listed and (folder is not None or menu["is_open"]):
        read.append(say("kiosk.spoken.choose"))
    if folder is None and menu["is_open"] and menu["priority_notice"]:
        read.append(say("kiosk.priority.notice"))
    return sentences(read)


def choices_of(reader: ViewReader, folder: str | None) -> list[Choice]:
    """The choices at the start or in a folder, in order; « J’ai un rendez-vous » has no id.

    Raises NotInTheMenu for a folder that is not in the menu.
    """
    menu, say = reader.menu, reader.say
    referrals = [
        Choice(each["id"], each["name"], (each["subtitle"] or "",))
        for each in menu["referrals"]
        if _place_of(each) == folder
    ]
    if folder == NOT_HERE:
        return referrals
    services = menu["services"] if folder is None else reader.service_of(folder)["children"]
    found = [_choice_of(reader, each) for each in services]
    if folder is not None:
        return found + referrals
    has_appointments = menu["is_open"] and menu["appointments"]
    appointment = [Choice("", say("kiosk.appointment.have"))] if has_appointments else []
    is_elsewhere = any(_place_of(each) == NOT_HERE for each in menu["referrals"])
    not_here = Choice(NOT_HERE, say("kiosk.not_here.title"), (say("kiosk.not_here.note"),))
    return [*appointment, *found, *referrals, *([not_here] if is_elsewhere else [])]


def _place_of(referral: ReferralOfMenu) -> str | None:
    """The folder in which a referral stands; None: at the start."""
    return referral["parent"] or (NOT_HERE if referral["elsewhere"] else None)


def _name_of(reader: ViewReader, folder: str) -> str:
    if folder == NOT_HERE:
        return reader.say("kiosk.not_here.title")
    return reader.service_of(folder)["name"]


def _head(reader: ViewReader) -> list[str]:
    menu, say = reader.menu, reader.say
    if not menu["services"]:
        return [say("kiosk.start.title"), say("kiosk.start.no_service")]
    if menu["is_open"]:
        return [say("kiosk.start.title")]
    return [
        say("kiosk.start.closed_title"),
        menu["why_closed"] or "",
        reader.opening_said(menu["next_opening"]),
        say(f"kiosk.start.{'keep_ticket' if menu['keeps_tickets'] else 'closed_lede'}"),
    ]


def _choice_of(reader: ViewReader, service: ServiceOfMenu) -> Choice:
    """The name of a service as its choice is read, then what is said of its wait."""
    state, wait, waiting, say = service["state"], service["wait"], service["waiting"], reader.say
    said: tuple[str, ...]
    if service["children"] and state not in CLOSED_FOLDER:
        said = ()
    elif state != "open":
        said = (
            say(f"kiosk.service.{state}"),
            service["why_stopped"] or "",
            reader.opening_said(service["next_opening"]),
        )
    elif wait is not None and "none" in wait:
        said = (say("kiosk.wait.none"),)
    elif service["why_no_wait"] is not None:
        said = (say("kiosk.wait.after_closing"),)
    else:
        ahead = say("kiosk.service.waiting", count=waiting) if waiting else ""
        said = (ahead, reader.wait_said(wait) if wait is not None else "")
    return Choice(service["id"], service["name"], said)


CLOSED_FOLDER = ("closed", "full", "too_late", "stopped")
"""States in which a folder says so itself: nothing in it gives a ticket."""
