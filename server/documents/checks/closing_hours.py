"""Hours with which a hall that people wait in opens no more on its business day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.documents.configuring import public_holidays_of
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.parts.opening import to_calendar
from server.documents.problems import DocumentProblem, Path, warning
from server.domain.hours.half_days import opens_no_more


@dataclass(frozen=True, slots=True)
class HoursOf:
    """A hall's document with the installation's, which has the hours of halls without their own."""

    hall: HallDocument
    installation: InstallationDocument

    def are_over(self, now: datetime) -> bool | None:
        """Whether the hall opens no more on the business day of an instant; None without its site."""
        site = self.installation.site(self.hall.site)
        if site is None:
            return None
        holidays = public_holidays_of(self.hall, self.installation, around=now.date())
        return opens_no_more(to_calendar(self.hall.calendar or site.calendar, site.time_zone, holidays), now)


def closing_with_people(
    path: Path, before: HoursOf, after: HoursOf, people: int, now: datetime
) -> Iterator[DocumentProblem]:
    """The warning, at a place of the document, that hours end this day for so many who wait."""
    if people and before.are_over(now) is False and after.are_over(now) is True:
        yield warning(path, "closes_with_people_waiting", hall=after.hall.name, people=people)
