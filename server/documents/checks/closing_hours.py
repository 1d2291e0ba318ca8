"""New hours that would keep a hall with waiting people closed for the rest of its business day."""

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
