"""The plot of a count that is followed: by day, week or month, and of one day by hour."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.domain.quality.followed import LONGEST_MIN, STEP_MIN, Followed
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.usecases.quality.read_indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.changes import Words
from server.web.pages.quality.plots import Bar, Plot, arrivals_plot
from server.web.pages.quality.query import ExplorerQuery

NAME = "followed"
MOST_DAYS, MOST_WEEKS = 31, 140
"""A trend has a point a day up to so many days, a point a week up to so many, then a point a month."""


@dataclass(frozen=True, slots=True)
class PartOfDays:
    """A day, week or month of a period: its first day and its end in it, its names, its days with counts."""

    first: date
    end: date
    label: str
    name: str
    days: Collection[date]


def parts_of(found: HallDays, query: ExplorerQuery, words: Words) -> list[PartOfDays]:
    """The days, weeks or months of a query in order; of days only those with counts."""
    length = (query.ends_on - query.starts_on).days
    kind = PeriodKind.DAY if length <= MOST_DAYS else PeriodKind.WEEK
    kind = PeriodKind.MONTH if length > MOST_WEEKS else kind
    parts = []
    on = query.starts_on
    while on < query.ends_on:
        period = period_of(kind, on)
        first, end = max(period.starts_on, query.starts_on), min(period.ends_on, query.ends_on)
        days = [day for day in found.days if first <= day < end]
        if days or kind is not PeriodKind.DAY:
            name = wording.period_text(period, query.language)
            if (first, end) != (period.starts_on, period.ends_on):
                name = words("quality.plot.trend.part", name=name, count=len(days))
            parts.append(PartOfDays(first, end, wording.short_date(first, kind, query.language), name, days))
        on = end
    return parts


def hours_of(hours: Collection[int]) -> range:
    """Every hour from the first to the last with visits, at least six of them, within the day."""
    first, last = min(hours), max(hours)
    spare = max(0, 5 - (last - first))
    first = min(max(0, first - spare // 2), 18)
    return range(first, max(last, first + 5) + 1)


def links_of_hours(query: ExplorerQuery, hours: Collection[int]) -> dict[tuple[int, int], str]:
    """A link behind each hour of a table: the same selection in that hour, and its days one by one."""
    chosen = query.selection
    return {
        (row, 0): query.with_selection(replace(chosen, from_hour=hour, until_hour=hour + 1))
        for row, hour in enumerate(hours)
    }


def followed_name(followed: Followed, words: Words) -> str:
    """What is followed, in words."""
    match followed.kind:
        case "wait":
            first = int(followed.what)
            if first == LONGEST_MIN:
                return words("quality.followed.wait_longest", minutes=first)
            return words("quality.followed.wait", first=first, last=first + STEP_MIN)
        case "not_issued":
            return words("quality.followed.not_issued", reason=words(f"quality.not_issued.{followed.what}"))
        case "ended":
            return words(f"quality.not_served.{followed.what}")
        case "outcome":
            return words(f"quality.indicator.outcome_{followed.what}.label")


def followed_plot(found: HallDays, whole: Rollup, query: ExplorerQuery, words: Words) -> list[Plot]:
    """The plot of what the query follows; none where nothing is followed, or has no hours on the one day."""
    followed = query.followed
    if followed is None or (query.is_day and not (followed.has_hours and whole.cells)):
        return []
    if query.is_day:
        by_hour = whole.split(lambda key: key.half_hour // 2)
        hours = hours_of(by_hour)
        counts = [followed.count(by_hour.get(hour, Rollup())) for hour in hours]
        labels = names = [wording.hour_label(hour, query.language) for hour in hours]
        links: Mapping[tuple[int, int], str] = links_of_hours(query, hours)
    else:
        parts = parts_of(found, query, words)
        counts = [sum(followed.count(found.days[day]) for day in part.days) for part in parts]
        labels, names = [part.label for part in parts], [part.name for part in parts]
        links = {(row, 0): query.with_days(part.first, part.end) for row, part in enumerate(parts)}
    texts = [wording.number(count, query.language) for count in counts]
    bars = [Bar(label, count, text) for label, count, text in zip(labels, counts, texts, strict=True)]
    unit = words("quality.plot.followed.count")
    total, what = sum(counts), followed_name(followed, words)
    most = max(range(len(counts)), key=counts.__getitem__, default=0)
    values = {"what": what, "n": wording.number(total, query.language)}
    if total:
        values |= {"most": names[most], "count": texts[most]}
    sentence = words("quality.plot.followed.sentence" if total else "quality.plot.followed.none", **values)
    first = "quality.plot.waits_by_hour.first" if query.is_day else "quality.plot.trend.first"
    rows = [[name, text] for name, text in zip(names, texts, strict=True)]
    anchored = {place: f"{link}#{NAME}" for place, link in links.items()}
    return [Plot(NAME, arrivals_plot(bars, unit=unit), sentence, [words(first), unit], rows, anchored)]
