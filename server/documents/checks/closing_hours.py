"""New hours that look like an oversight: a hall with waiting people would stay closed for the rest of its
business day, or a day of exception is over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from server.documents.configuring import public_holidays_of
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.parts.opening import CalendarPart, to_calendar
from server.documents.problems import DocumentProblem, Path, warning
from server.domain.hours.half_days import opens_no_more


@dataclass(frozen=True, slots=True)
class HoursOf:
    """A hall's document with the installation's, which has the hours of halls without their own."""

    hall: HallDocument
    installation: InstallationDocument

    def are_over(self, now: datetime) -> bool | None:
        """Whether the hall stays closed for the rest of an instant's business day; None without its site."""
        site = self.installation.site(self.hall.site)
        if site is None:
            return None
        holidays = public_holidays_of(self.hall, self.installation, around=now.date())
        return opens_no_more(to_calendar(self.hall.calendar or site.calendar, site.time_zone, holidays), now)


def closing_with_people(
    path: Path, before: HoursOf, after: HoursOf, people: int, now: datetime
) -> Iterator[DocumentProblem]:
    """The warning, at a path of the document, that the hours end the day of `people` who wait."""
    if people and before.are_over(now) is False and after.are_over(now) is True:
        yield warning(path, "closes_with_people_waiting", hall=after.hall.name, people=people)


def past_days(
    path: Path, before: CalendarPart | None, after: CalendarPart | None, today: date
) -> Iterator[DocumentProblem]:
    """The warnings, below the path of a calendar, of days of exception that are new and over already."""
    published = before.exceptions if before else ()
    for at, day in enumerate(after.exceptions if after else ()):
        if day.on < today and day not in published:
            yield warning((*path, "exceptions", at, "on"), "day_is_past", on=day.on.isoformat())
