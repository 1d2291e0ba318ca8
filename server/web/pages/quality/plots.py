"""The plots of the explorer, each with its sentence and its table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from server.domain.quality.leg_records import NOT_SERVED
from server.domain.quality.rollup import Rollup, Tally, as_counts, quantile, waits_within
from server.domain.quality.selection import (
    LONGEST_MIN,
    STEP_MIN,
    STEPS,
    Followed,
    FollowedKind,
    Selection,
    is_shown_in_cell,
    reasons_not_issued,
    steps_of_waits,
)
from server.domain.visits.transitions import OUTCOMES
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.half_hours_plot import half_hours_plots
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import (
    Bar,
    HeatCell,
    Plot,
    WaitBar,
    WaitWords,
    arrivals_plot,
    distribution_plot,
    heat_plot,
    named_bars_plot,
    waits_plot,
)
from server.web.pages.quality.tables import selected_services
from server.web.pages.quality.trends import parts_of, trend_plots
from server.web.pages.quality.waits import curves_plots, departed_percent
from server.web.pages.quality.wording import shared_target_s
from server.web.rendering.viewer import Sentence

NAME = "followed"


def hours_of(hours: Collection[int]) -> range:
    """Every hour from the first to the last with visits, at least six of them, within the day."""
    first, last = min(hours), max(hours)
    spare = max(0, 5 - (last - first))
    first = min(max(0, first - spare // 2), 18)
    return range(first, max(last, first + 5) + 1)


def links_of_hours(query: ExplorerQuery, hours: Collection[int]) -> dict[tuple[int, int], str]:
    """A link behind each hour of a table: the same selection in that hour, and its days one by one."""
    return {(row, 0): query.in_hour(hour) for row, hour in enumerate(hours)}


def followed_name(followed: Followed, words: Sentence) -> str:
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


def followed_plot(
    found: HallDays, whole: Rollup, query: ExplorerQuery, words: Sentence, today: date
) -> list[Plot]:
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
        parts = parts_of(found, query, words, today)
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


NO_WAITS = "quality.plot.waits_none"
WORST = 3
"""How many hours are named as those with the longest waits."""


def plots_of(
    found: HallDays, whole: Rollup, query: ExplorerQuery, words: Sentence, today: date
) -> list[Plot]:
    """The plots of the days of all halls together, those that have something to show, in their order.

    `whole`: all these days added up. `today`: the local date, for days that are not over.
    """
    drawer = _Drawer(found, whole, query, words)
    total = whole.total()
    plots = [drawer.reasons()] if whole.not_issued or total.legs else []
    followed = followed_plot(found, whole, query, words, today)
    if not whole.cells:
        return [*followed, *plots]
    by_hour = whole.split(lambda key: key.half_hour // 2)
    hours = {hour: by_hour.get(hour, Rollup()) for hour in hours_of(by_hour)}
    named = {wording.hour_label(hour, query.language): part for hour, part in hours.items()}
    of_days = [] if query.is_day else [drawer.heat(list(hours)), *trend_plots(found, query, words, today)]
    of_hours = [
        *half_hours_plots(found, whole, query, words),
        drawer.waits(named, list(hours)),
        drawer.arrivals(named, list(hours)),
    ]
    outcomes = [drawer.outcomes(total)] if total.outcomes else []
    of_waits = [*curves_plots(whole, query, words), drawer.distribution(total)]
    return [*of_days, *followed, *of_waits, *of_hours, *plots, *outcomes]


class _Drawer:
    def __init__(self, found: HallDays, whole: Rollup, query: ExplorerQuery, words: Sentence) -> None:
        self.found, self.whole, self.query, self.words = found, whole, query, words
        self.language = query.language
        self.target_s = shared_target_s(selected_services(whole, query), found.targets)
        self.open_days = max(1, sum(bool(rollup.cells) for rollup in found.days.values()))

    def distribution(self, tally: Tally) -> Plot:
        """How many waited how long, in steps of five minutes; the steps within the threshold are dark."""
        steps = steps_of_waits(self.whole)
        total = sum(steps)
        labels = [f"{first}–{first + STEP_MIN}" for first in STEPS[:-1]]
        labels.append(self.words("quality.plot.from_minutes", minutes=LONGEST_MIN))
        shorts = [*(str(first) for first in STEPS[:-1]), f"{LONGEST_MIN}+"]
        bars = [Bar(short, count, self._number(count)) for short, count in zip(shorts, steps, strict=True)]
        within = self.query.within_min // STEP_MIN
        spec = distribution_plot(bars, within=within, unit=self.words("quality.plot.n"))
        share = waits_within(tally, self.query.within_s)
        sentence = self.words(NO_WAITS)
        if share.percent is not None:
            sentence = self.words(
                "quality.plot.distribution.sentence",
                minutes=self.query.within_min,
                share=wording.whole_percent(share.percent),
                n=self._number(share.n),
            )
        rows = [
            [label, self._number(count), self._number(100 * count / total, decimals=1) if total else ""]
            for label, count in zip(labels, steps, strict=True)
        ]
        columns = [self.words(f"quality.plot.distribution.{key}") for key in ("first", "count", "share")]
        links = self._followed("wait", [str(first) for first in STEPS])
        return Plot("distribution", spec, sentence, columns, rows, links)

    def heat(self, hours: Sequence[int]) -> Plot:
        """The median wait by weekday and hour; a cell of fewer than ten waits stays empty."""
        parts = self.whole.split(lambda key: (key.weekday, key.half_hour // 2))
        weekdays = range(max([4, *(weekday for weekday, _ in parts)]) + 1)
        days = {day: wording.weekday_name(day, self.language) for day in weekdays}
        cells, rows, links = [], [], {}
        for row, weekday in enumerate(weekdays):
            texts = [days[weekday]]
            links[row, 0] = self._narrowed(weekday, None)
            for column, hour in enumerate(hours, start=1):
                counts = as_counts(parts[weekday, hour].total().waits) if (weekday, hour) in parts else {}
                n, median = sum(counts.values()), quantile(counts, 0.5)
                if median is None or not is_shown_in_cell(n):
                    texts.append(self.words("quality.plot.heat.few") if n else "")
                    continue
                cells.append((median, n, weekday, hour))
                texts.append(self.words("quality.plot.heat.cell", minutes=wording.minutes(median), n=n))
                links[row, column] = self._narrowed(weekday, hour)
            rows.append(texts)
        labels = {hour: wording.hour_label(hour, self.language) for hour in hours}
        plotted = [HeatCell(days[day], labels[hour], wording.minutes(at)) for at, _, day, hour in cells]
        spec = heat_plot(plotted, days=list(days.values()), hours=list(labels.values()))
        sentence = self.words("quality.plot.heat.none")
        if cells:
            named = [
                self.words(
                    "quality.plot.heat.hour",
                    day=days[day],
                    hour=labels[hour],
                    minutes=wording.minutes(median),
                )
                for median, _, day, hour in sorted(cells, reverse=True)[:WORST]
            ]
            sentence = self.words("quality.plot.heat.sentence", hours=", ".join(named))
        columns = [self.words("quality.plot.heat.first"), *labels.values()]
        return Plot("heat", spec, sentence, columns, rows, links)

    def _narrowed(self, weekday: int, hour: int | None) -> str:
        chosen = self.query.selection
        hours = (chosen.from_hour, chosen.until_hour) if hour is None else (hour, hour + 1)
        return self.query.with_selection(
            Selection(chosen.services, chosen.classes, frozenset({weekday}), *hours)
        )

    def _followed(
        self, kind: FollowedKind, names: Iterable[str], *, after: int = 0
    ) -> dict[tuple[int, int], str]:
        """A link behind each row of a table, from the row `after` on: the same count day by day."""
        return {
            (row, 0): f"{self.query.following(Followed(kind, name)).address()}#{NAME}"
            for row, name in enumerate(names, start=after)
        }

    def arrivals(self, parts: Mapping[str, Rollup], hours: Sequence[int]) -> Plot:
        """Visits per hour: the mean of the open days, or the count of the one day."""
        is_day, days = self.query.is_day, self.open_days
        visits = {label: part.total().visits for label, part in parts.items()}
        means = {label: count / (1 if is_day else days) for label, count in visits.items()}
        texts = {label: self._number(mean, decimals=0 if is_day else 1) for label, mean in means.items()}
        unit = self.words("quality.plot.visits" if is_day else "quality.plot.visits_per_day")
        spec = arrivals_plot([Bar(label, means[label], texts[label]) for label in parts], unit=unit)
        columns = [self.words("quality.plot.arrivals_by_hour.first"), self.words("quality.plot.visits")]
        rows = [[label, self._number(visits[label])] for label in parts]
        if not is_day:
            columns.append(self.words("quality.plot.mean_per_day"))
            rows = [[*row, texts[row[0]]] for row in rows]
        busiest = max(means, key=means.__getitem__)
        key = "quality.plot.arrivals_by_hour.sentence" + ("_day" if is_day else "")
        sentence = self.words(key, busiest=busiest, count=visits[busiest], value=texts[busiest])
        return Plot("arrivals_by_hour", spec, sentence, columns, rows, links_of_hours(self.query, hours))

    def waits(self, parts: Mapping[str, Rollup], hours: Sequence[int]) -> Plot:
        """Median and 90th percentile of the waits per hour, in minutes."""
        counts = {label: as_counts(part.total().waits) for label, part in parts.items()}
        medians = {label: quantile(of, 0.5) for label, of in counts.items()}
        p90s = {label: quantile(of, 0.9) for label, of in counts.items()}
        bars = [WaitBar(label, _minutes(medians[label]), _minutes(p90s[label])) for label in parts]
        target_min = None if self.target_s is None else self.target_s / 60
        spec = waits_plot(bars, words=self._wait_words(), target_min=target_min)
        keys = ("waits_by_hour.first", "n", "median_min", "p90_min", "departed")
        texts = {label: (self._text(medians[label]), self._text(p90s[label])) for label in parts}
        rows = [
            [label, str(sum(counts[label].values())), *texts[label], departed_percent(part, self.language)]
            for label, part in parts.items()
        ]
        longest = max(p90s, key=lambda label: p90s[label] or -1)
        values = {"longest": longest, "median": texts[longest][0], "p90": texts[longest][1]}
        is_measured = p90s[longest] is not None
        sentence = self.words("quality.plot.waits_by_hour.sentence" if is_measured else NO_WAITS, **values)
        columns = [self.words(f"quality.plot.{key}") for key in keys]
        return Plot("waits_by_hour", spec, sentence, columns, rows, links_of_hours(self.query, hours))

    def reasons(self) -> Plot:
        """Why people were not received: tickets not issued by reason, and visits by their end."""
        not_issued = reasons_not_issued(self.whole)
        counts = {self.words(f"quality.not_issued.{reason}"): n for reason, n in not_issued.items()}
        ends = self.whole.total().visit_ends
        counts |= {self.words(f"quality.not_served.{end}"): ends[end] for end in NOT_SERVED}
        bars = [Bar(label, count, self._number(count)) for label, count in counts.items()]
        unit = self.words("quality.plot.reasons.unit")
        most = max(counts, key=counts.__getitem__)
        sentence = self.words("quality.plot.reasons.sentence", reason=most, n=self._number(counts[most]))
        if not counts[most]:
            sentence = self.words("quality.plot.reasons.none")
        columns = [self.words("quality.plot.reasons.first"), unit]
        rows = [[bar.label, bar.text] for bar in bars]
        links = self._followed("not_issued", not_issued)
        links |= self._followed("ended", NOT_SERVED, after=len(not_issued))
        return Plot("reasons", named_bars_plot(bars, unit=unit), sentence, columns, rows, links)

    def outcomes(self, tally: Tally) -> Plot:
        """How many services had each outcome, with its share; and how many had none."""
        total = tally.outcomes.total()
        labels = {code: self.words(f"quality.indicator.outcome_{code}.label") for code in OUTCOMES}
        counts = {labels[code]: tally.outcomes[code] for code in OUTCOMES}
        texts = {label: self._number(count) for label, count in counts.items()}
        shares = {label: wording.whole_percent(100 * count / total) for label, count in counts.items()}
        unit = self.words("quality.plot.outcomes.unit")
        spec = named_bars_plot([Bar(label, counts[label], texts[label]) for label in counts], unit=unit)
        columns = [self.words(f"quality.plot.outcomes.{key}") for key in ("first", "unit", "share")]
        rows = [[label, texts[label], self._number(shares[label])] for label in counts]
        most = max(counts, key=counts.__getitem__)
        values = {"outcome": most, "part": texts[most], "n": self._number(total)}
        sentence = self.words("quality.plot.outcomes.sentence", **values)
        if tally.outcome_optional:
            left = {"left": tally.outcome_left_out, "optional": tally.outcome_optional}
            numbers = {key: self._number(value) for key, value in left.items()}
            sentence += " " + self.words("quality.plot.outcomes.left_out", **numbers)
        return Plot("outcomes", spec, sentence, columns, rows, self._followed("outcome", OUTCOMES))

    def _wait_words(self) -> WaitWords:
        target = ""
        if self.target_s is not None:
            target = self.words("quality.plot.target", minutes=wording.minutes(self.target_s))
        median, p90, minutes = (self.words(f"quality.plot.{key}") for key in ("median", "p90", "minutes"))
        return WaitWords(median, p90, minutes, target)

    def _text(self, seconds: int | None) -> str:
        return "" if seconds is None else self._number(wording.minutes(seconds))

    def _number(self, value: float, *, decimals: int = 0) -> str:
        return wording.number(value, self.language, decimals=decimals)


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)
