"""Enter a closure into the calendars of its halls, as the page of a hall’s document would."""

from functools import partial
from typing import Any, cast

from hardware.languages import base_of
from server.documents.content import NewContent
from server.documents.notice_checks import check_calendar
from server.documents.notices import ClosureNotice, parse_notice
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_hall
from server.documents.values import CalendarPart, ExceptionDay
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.store.configuration.documents import newest_of_halls
from server.store.engine.statements import Rows
from server.store.notices.notices import content_of
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.configuration.publication import edit_hall_document
from server.usecases.notices.notice_places import Reach, check_places, read_places, targets_of

LONGEST_WHY = 80
"""Characters of the reason of an exception; the title stands for a longer one."""


def enter_closure(
    database: Database, author: Author, reach: Reach, content: Json | None, version: tuple[str, int] = ("", 0)
) -> None:
    """Publishes the exceptions that a closure asks for, before its notice; nothing for other notices.

    `content` None: that of a `version` (notice, number). An exception that says the same is left as it is:
    pressed again, nothing is written twice. Raises DocumentRefused, beside its field, for a hall that the
    author may not configure, a day with another exception, too many days; as `check_places`.
    """
    with database.read() as rows:
        notice = content_of(rows, *version) if content is None else parse_notice(content)
        if not isinstance(notice, ClosureNotice) or not notice.in_calendar:
            return
        places = read_places(database, rows)
        check_places(notice, places, database.clock.now())
        if not reach.may_publish(places.sites_of(targets_of(notice))):
            return  # the publication refuses it
        calendars = [(hall, _calendar(rows, hall)) for hall in places.halls_of(targets_of(notice))]
    may = reach.configures
    problems = [
        each
        for hall, known in calendars
        for each in check_calendar(notice, hall.name, known, is_open=may is None or hall.site.slug in may)
    ]
    if problems:
        raise DocumentRefused(tuple(problems))
    for hall, known in calendars:
        new = _exceptions(notice, hall, known)
        if new:
            edit_hall_document(database, hall.hall, author, partial(_add, known, new))


def _exceptions(notice: ClosureNotice, hall: HallConfiguration, known: CalendarPart) -> list[ExceptionDay]:
    """The exceptions that the calendar of a hall lacks, with the reason in all its languages or without."""
    there = {day.on for day in known.exceptions}
    fits = all(len(text) <= LONGEST_WHY for text in notice.reasons.values())
    texts = notice.reasons if fits else notice.titles
    is_whole = all({language, base_of(language)} & texts.keys() for language in hall.languages)
    why = {language: text for language, text in texts.items() if is_whole and language in hall.languages}
    return [ExceptionDay(on=on, spans=notice.opens, why=why) for on in notice.days if on not in there]


def _calendar(rows: Rows, hall: HallConfiguration) -> CalendarPart:
    """The calendar of a hall, that of its site where it has none of its own."""
    own = parse_hall(newest_of_halls(rows)[hall.hall].content).calendar
    site = installation_document(rows).site(hall.site.slug)
    found = own or (None if site is None else site.calendar)
    assert found is not None  # a configured hall has a site
    return found


def _add(known: CalendarPart, days: list[ExceptionDay], content: NewContent) -> None:
    own = cast(dict[str, Any] | None, content.get("calendar"))
    calendar = known.model_dump(mode="json") if own is None else own
    new = [day.model_dump(mode="json") for day in days]
    content["calendar"] = calendar | {"exceptions": [*calendar.get("exceptions", ()), *new]}
