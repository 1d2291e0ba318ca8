"""The plots of the explorer, each with its sentence and its table."""

from collections.abc import Iterable, Mapping, Sequence

from server.domain.quality.figures import legs_ended
from server.domain.quality.rollup import Rollup, Tally, as_counts, quantile
from server.domain.quality.selection import (
    LONGEST_MIN,
    NOT_SERVED,
    STEP_MIN,
    STEPS,
    Followed,
    FollowedKind,
    Selection,
    ShareInterval,
    is_shown_in_cell,
    reasons_not_issued,
    share_within,
    steps_of_waits,
)
from server.domain.quality.targets import Target
from server.domain.visits.transitions import OUTCOMES
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.explorer_specs import (
    HeatCell,
    TrendPoint,
    distribution_plot,
    heat_plot,
    trend_plot,
)
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import NAME as FOLLOWED_PLOT
from server.web.pages.quality.specs import (
    Bar,
    Plot,
    WaitBar,
    WaitWords,
    arrivals_plot,
    followed_plot,
    hours_of,
    links_of_hours,
    named_bars_plot,
    parts_of,
    waits_plot,
)
from server.web.pages.quality.tables import selected_services
from server.web.pages.quality.wording import FEWEST, Words, shared_target_s

NO_WAITS = "quality.plot.waits_none"
WORST = 3
"""How many hours are named as those with the longest waits."""


def plots_of(found: HallDays, whole: Rollup, query: ExplorerQuery, words: Words) -> list[Plot]:
    """The plots of the days of all halls together, those that have something to show, in their order.

    `whole`: all these days added up.
    """
    drawer = _Drawer(found, whole, query, words)
    total = whole.total()
    plots = [drawer.reasons()] if whole.not_issued or total.legs else []
    followed = followed_plot(found, whole, query, words)
    if not whole.cells:
        return [*followed, *plots]
    by_hour = whole.split(lambda key: key.half_hour // 2)
    hours = {hour: by_hour.get(hour, Rollup()) for hour in hours_of(by_hour)}
    named = {wording.hour_label(hour, query.language): part for hour, part in hours.items()}
    trend = [] if query.is_day else [drawer.trend()]
    heat = [] if query.is_day else [drawer.heat(list(hours))]
    outcomes = [drawer.outcomes(total)] if total.outcomes else []
    return [
        *heat,
        *trend,
        *followed,
        drawer.distribution(total),
        drawer.waits(named, list(hours)),
        drawer.arrivals(named, list(hours)),
        *plots,
        *outcomes,
    ]


class _Drawer:
    def __init__(self, found: HallDays, whole: Rollup, query: ExplorerQuery, words: Words) -> None:
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
        share = share_within(tally, self.query.within_min * 60)
        sentence = self.words(NO_WAITS)
        if share is not None:
            sentence = self.words(
                "quality.plot.distribution.sentence",
                minutes=self.query.within_min,
                share=wording.whole_percent(share.percent),
                n=self._number(share.n),
            )
        shares = [
            wording.number(100 * count / total, self.language, decimals=1) if total else "" for count in steps
        ]
        rows = [
            [label, self._number(count), part]
            for label, count, part in zip(labels, steps, shares, strict=True)
        ]
        columns = [self.words(f"quality.plot.distribution.{key}") for key in ("first", "count", "share")]
        links = self._followed("wait", [str(first) for first in STEPS])
        return Plot("distribution", spec, sentence, columns, rows, links)

    def heat(self, hours: Sequence[int]) -> Plot:
        """The median wait by weekday and hour; a cell of fewer than ten waits stays empty."""
        parts = self.whole.split(lambda key: (key.weekday, key.half_hour // 2))
        weekdays = range(max([4, *(weekday for weekday, _ in parts)]) + 1)
        cells, rows, links = [], [], {}
        for row, weekday in enumerate(weekdays):
            texts = [wording.weekday_name(weekday, self.language)]
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
        labels = [wording.hour_label(hour, self.language) for hour in hours]
        plotted = [
            HeatCell(
                wording.weekday_name(day, self.language),
                wording.hour_label(hour, self.language),
                wording.minutes(median),
            )
            for median, _, day, hour in cells
        ]
        spec = heat_plot(
            plotted, days=[wording.weekday_name(day, self.language) for day in weekdays], hours=labels
        )
        worst = sorted(cells, reverse=True)[:WORST]
        sentence = self.words("quality.plot.heat.none")
        if worst:
            named = [
                self.words(
                    "quality.plot.heat.hour",
                    day=wording.weekday_name(day, self.language),
                    hour=wording.hour_label(hour, self.language),
                    minutes=wording.minutes(median),
                )
                for median, _, day, hour in worst
            ]
            sentence = self.words("quality.plot.heat.sentence", hours=", ".join(named))
        columns = [self.words("quality.plot.heat.first"), *labels]
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
            (row, 0): f"{self.query.following(Followed(kind, name)).address()}#{FOLLOWED_PLOT}"
            for row, name in enumerate(names, start=after)
        }

    def trend(self) -> Plot:
        """The share within the threshold a day, week or month, with its interval and the decided target."""
        within_s = self.query.within_min * 60
        points, rows, links = [], [], {}
        for row, part in enumerate(parts_of(self.found, self.query, self.words)):
            tally = Tally()
            for cell in (cell for day in part.days for cell in self.found.days[day].cells.values()):
                tally.add(cell)
            share, median = share_within(tally, within_s), quantile(as_counts(tally.waits), 0.5)
            points.append(_point(part.label, share))
            texts = ["", "", ""] if share is None else self._interval(share)
            minutes = "" if median is None else self._number(wording.minutes(median))
            rows.append([part.name, self._number(tally.visits), minutes, *texts])
            links[row, 0] = self.query.with_days(part.first, part.end)
        target = self._target()
        line = None
        if target is not None:
            name = self.words("quality.plot.trend.target", percent=target.share_percent)
            line = (float(target.share_percent), name)
        spec = trend_plot(points, unit="%", target=line)
        columns = [
            self.words(f"quality.plot.trend.{key}")
            for key in ("first", "visits", "median", "share", "interval", "n")
        ]
        key = (
            "quality.plot.trend.sentence" if any(point.percent is not None for point in points) else NO_WAITS
        )
        measured = [point for point in points if point.percent is not None and not point.is_small] or [
            point for point in points if point.percent is not None
        ]
        values: dict[str, object] = {"minutes": self.query.within_min}
        if measured:
            low, high = (
                wording.whole_percent(way(point.percent or 0 for point in measured)) for way in (min, max)
            )
            values |= {"low": low, "high": high}
        return Plot("trend", spec, self.words(key, **values), columns, rows, links)

    def _interval(self, share: ShareInterval) -> list[str]:
        low, high = wording.whole_percent(share.low), wording.whole_percent(share.high)
        n = self._number(share.n)
        if share.n < FEWEST:
            n = self.words("quality.plot.small_n", n=n)
        interval = self.words("quality.plot.trend.between", low=low, high=high)
        return [self._number(wording.whole_percent(share.percent)), interval, n]

    def _target(self) -> Target | None:
        """The decided target whose wait is the threshold, where one service is chosen."""
        target = self.found.targets.get(self.query.service or "")
        return target if target is not None and target.wait_s == self.query.within_min * 60 else None

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
        key = "quality.plot.arrivals_by_hour.sentence"
        if is_day:
            sentence = self.words(f"{key}_day", busiest=busiest, count=visits[busiest])
        else:
            sentence = self.words(key, busiest=busiest, value=texts[busiest])
        return Plot("arrivals_by_hour", spec, sentence, columns, rows, links_of_hours(self.query, hours))

    def waits(self, parts: Mapping[str, Rollup], hours: Sequence[int]) -> Plot:
        """Median and 90th percentile of the waits per hour, in minutes."""
        counts = {label: as_counts(part.total().waits) for label, part in parts.items()}
        medians = {label: quantile(of, 0.5) for label, of in counts.items()}
        p90s = {label: quantile(of, 0.9) for label, of in counts.items()}
        bars = [WaitBar(label, _minutes(medians[label]), _minutes(p90s[label])) for label in parts]
        target_min = None if self.target_s is None else self.target_s / 60
        spec = waits_plot(bars, words=self._wait_words(), target_min=target_min)
        keys = ("waits_by_hour.first", "n", "median_min", "p90_min")
        rows = [
            [label, str(sum(counts[label].values())), self._text(medians[label]), self._text(p90s[label])]
            for label in parts
        ]
        longest = max(p90s, key=lambda label: p90s[label] or -1)
        values = {
            "longest": longest,
            "median": self._text(medians[longest]),
            "p90": self._text(p90s[longest]),
        }
        is_measured = p90s[longest] is not None
        sentence = self.words("quality.plot.waits_by_hour.sentence" if is_measured else NO_WAITS, **values)
        columns = [self.words(f"quality.plot.{key}") for key in keys]
        return Plot("waits_by_hour", spec, sentence, columns, rows, links_of_hours(self.query, hours))

    def reasons(self) -> Plot:
        """Why visitors were not served: tickets not issued by reason, and waits without a service."""
        counts: dict[str, int] = {}
        not_issued = reasons_not_issued(self.whole)
        for reason, count in not_issued.items():
            counts[self.words(f"quality.not_issued.{reason}")] = count
        for reason in NOT_SERVED:
            counts[self.words(f"quality.not_served.{reason}")] = legs_ended(self.whole, reason)
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


def _point(label: str, share: ShareInterval | None) -> TrendPoint:
    if share is None:
        return TrendPoint(label, None)
    return TrendPoint(label, share.percent, share.low, share.high, share.n < FEWEST)


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)
