"""The selection of the explorer as its address says it, with a refusal for each field that is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.quality.periods import Period, PeriodKind, period_of, period_of_days
from server.domain.quality.selection import FOLLOWED, Followed, Selection
from server.usecases.quality.indicators import LONGEST, Before

CLASSES = ("walk_in", "appointment", "priority")
WITHOUT = "sans"
"""Of alerts: figures leave out the visits present during one."""
FIRST_WITHIN_MIN, LONGEST_WITHIN_MIN = 15, 480

type Against = Literal["avant", "annee", ""]
"""Compared with the period before, with the same weekdays a year before, or with nothing."""


@dataclass(frozen=True, slots=True)
class ExplorerQuery:
    """Halls, days (the end excluded), what is selected of them, the threshold in minutes, the comparison.

    `followed`: the count that is shown day by day.
    `problems`: by field, the key of the sentence that says why what was given is not used.
    """

    halls: Sequence[HallConfiguration]
    starts_on: date
    ends_on: date
    language: str
    selection: Selection = field(default_factory=Selection)
    against: Against = "avant"
    within_min: int = FIRST_WITHIN_MIN
    with_alerts: bool = True
    followed: Followed | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def hall(self) -> HallConfiguration:
        """The first of its halls."""
        return self.halls[0]

    @property
    def is_day(self) -> bool:
        """Whether it is about one day."""
        return self.ends_on - self.starts_on == timedelta(days=1)

    @property
    def last_on(self) -> date:
        """Its last day (included)."""
        return self.ends_on - timedelta(days=1)

    @property
    def within_s(self) -> int:
        """The threshold in seconds."""
        return self.within_min * 60

    @property
    def service(self) -> str | None:
        """The only selected service."""
        return next(iter(self.selection.services)) if len(self.selection.services) == 1 else None

    @property
    def services(self) -> Mapping[str, Service]:
        """The services of all its halls, by id."""
        return {name: each for hall in self.halls for name, each in hall.services.items()}

    @property
    def before(self) -> Before:
        """What its days are compared with."""
        if not self.against:
            return None
        if self.against == "annee":
            return "year"
        if (period := period_of_days(self.starts_on, self.ends_on)) is not None:
            return period.previous().starts_on, period.previous().ends_on
        return self.starts_on - (self.ends_on - self.starts_on), self.starts_on

    def address(self) -> str:
        """Its query string: the link that gives the same view again."""
        chosen = self.selection
        fields: dict[str, object] = {
            "hall": [hall.hall for hall in self.halls],
            "du": self.starts_on.isoformat(),
            "au": self.last_on.isoformat(),
            "demarche": sorted(chosen.services),
            "classe": sorted(chosen.classes),
            "semaine": [day + 1 for day in sorted(chosen.weekdays)],
        }
        if (chosen.from_hour, chosen.until_hour) != (0, 24):
            fields |= {"de": chosen.from_hour, "a": chosen.until_hour}
        if self.against != "avant":
            fields["contre"] = self.against
        if self.within_min != FIRST_WITHIN_MIN:
            fields["minutes"] = self.within_min
        if not self.with_alerts:
            fields["alertes"] = WITHOUT
        if self.followed is not None:
            fields["suivi"] = self.followed.code
        return urlencode(fields, doseq=True)

    def with_days(self, starts_on: date, ends_on: date) -> str:
        """The query string of the same for other days."""
        return replace(self, starts_on=starts_on, ends_on=ends_on).address()

    def following(self, followed: Followed | None) -> "ExplorerQuery":
        """The same, with another count day by day; None: with none."""
        return replace(self, followed=followed)

    def with_selection(self, selection: Selection) -> str:
        """The query string of another selection of the same days."""
        return replace(self, selection=selection).address()

    def in_hour(self, hour: int) -> str:
        """The query string of the same in one hour."""
        return self.with_selection(replace(self.selection, from_hour=hour, until_hour=hour + 1))


def read_query(
    given: MultiDict[str, str], halls: Sequence[HallConfiguration], today: date, language: str
) -> ExplorerQuery:
    """The query of an address: `du` and `au` (both included), or `duree` around `jour`; else this month.

    A wrong field keeps its usual value and has its problem. `halls`: those that were asked for.
    """
    problems: dict[str, str] = {}
    starts_on, ends_on = _days(given, today, problems)
    services = {name for hall in halls for name in hall.services}
    chosen_services = [name for name in given.getlist("demarche") if name]
    if any(name not in services for name in chosen_services):
        problems["demarche"] = "quality.refused.service"
    classes = given.getlist("classe")
    if any(name not in CLASSES for name in classes):
        problems["classe"] = "quality.refused.class"
    weekdays = _numbers(given.getlist("semaine"), 1, 7)
    if weekdays is None:
        problems["semaine"] = "quality.refused.weekday"
    from_hour, until_hour = _hours(given, problems)
    against = given.get("contre", "avant")
    if against not in ("avant", "annee", ""):
        problems["contre"] = "quality.refused.against"
    within = _numbers([given.get("minutes") or str(FIRST_WITHIN_MIN)], 1, LONGEST_WITHIN_MIN)
    if within is None:
        problems["minutes"] = "quality.refused.minutes"
    alerts = given.get("alertes", "")
    if alerts not in ("", WITHOUT):
        problems["alertes"] = "quality.refused.alerts"
    followed = given.get("suivi", "")
    if followed and followed not in FOLLOWED:
        problems["suivi"] = "quality.refused.followed"
    selection = Selection(
        frozenset(services & set(chosen_services)),
        frozenset(set(CLASSES) & set(classes)),
        frozenset(day - 1 for day in weekdays or ()),
        from_hour,
        until_hour,
    )
    return ExplorerQuery(
        halls,
        starts_on,
        ends_on,
        language,
        selection,
        "annee" if against == "annee" else "" if against == "" else "avant",
        within[0] if within else FIRST_WITHIN_MIN,
        alerts != WITHOUT,
        FOLLOWED.get(followed),
        problems,
    )


def _days(given: Mapping[str, str], today: date, problems: dict[str, str]) -> tuple[date, date]:
    this_month = period_of(PeriodKind.MONTH, today)
    usual = (this_month.starts_on, this_month.ends_on)
    if not given.get("du") and not given.get("au"):
        kind = given.get("duree") or PeriodKind.MONTH
        on = day_near(given.get("jour") or today.isoformat(), today)
        if kind not in tuple(PeriodKind) or on is None:
            problems["du"] = "quality.refused.day"
            return usual
        period = period_of(PeriodKind(kind), on)
        return period.starts_on, period.ends_on
    first, last = (day_near(given.get(name, ""), today) for name in ("du", "au"))
    if first is None or last is None:
        problems["du" if first is None else "au"] = "quality.refused.day"
        return usual
    if last < first:
        problems["au"] = "quality.refused.reversed"
        return usual
    if last - first >= LONGEST:
        problems["au"] = "quality.refused.too_long"
        return usual
    return first, last + timedelta(days=1)


def day_near(text: str, today: date) -> date | None:
    """A typed day, from 1990 to ten years ahead; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= today.year + 10 else None


def _hours(given: Mapping[str, str], problems: dict[str, str]) -> tuple[int, int]:
    first, last = _numbers([given.get("de") or "0", given.get("a") or "24"], 0, 24) or (0, 0)
    if first >= last:
        problems["de"] = "quality.refused.hours"
        return 0, 24
    return first, last


def _numbers(texts: Iterable[str], least: int, most: int) -> list[int] | None:
    found = []
    for text in texts:
        if not (text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most):
            return None
        found.append(int(text))
    return found


def period_around(du: str, au: str) -> Period | None:
    """The shortest period that holds two days of an address (both included); None where they are no days.

    The year of the first day where none holds both.
    """
    try:
        first, last = date.fromisoformat(du), date.fromisoformat(au)
    except ValueError:
        return None
    for kind in PeriodKind:
        period = period_of(kind, first)
        if first <= last < period.ends_on:
            return period
    return period_of(PeriodKind.YEAR, first)
