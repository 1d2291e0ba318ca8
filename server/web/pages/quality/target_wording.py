"""Targets, their days and measured waits, in the words of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.quality.doubt import interval_of
from server.domain.quality.rollup import Within, waits_within
from server.domain.quality.targets import Target, TargetSpan, Withdrawal
from server.usecases.quality.targets import MeasuredMonth, ServiceTargets
from server.web.pages.quality.changes import ShownVerdict, called_within, interval_text, shown_verdict
from server.web.pages.quality.wording import minutes, number, period_text, short_day, whole_percent
from server.web.rendering.viewer import Sentence, instant_text

LADDER_S = tuple(60 * each for each in (5, 10, 15, 20, 30, 45, 60))
"""The waits, in minutes, for which the page shows the share of shorter waits."""
FEWEST_WAITS = 10
"""Below, a share says nothing and is not given (docs/rules/targets.md)."""


@dataclass(frozen=True, slots=True)
class MeasuredShare:
    """The share called within a wait in a month; in the target’s row its interval, and the verdict."""

    share: str
    between: str = ""
    verdict: ShownVerdict | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Months as columns (name, how many waited), and a row a wait: words, cells, whether it is the target."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[MeasuredShare], bool]]
    has_few: bool


NO_SHARE = MeasuredShare("–")


class Wording:
    """Writes for one page: `words(key, **values)` is a sentence in its language."""

    def __init__(self, words: Sentence, time_zone: str) -> None:
        self.words, self.language, self.zone = words, words.language, ZoneInfo(time_zone)

    def to_come(self, of: ServiceTargets) -> list[str]:
        """What applies next, and after that; the hall's document where a target was withdrawn."""
        found, last = [], of.now
        for each in [*of.to_come, None]:
            ends_on = None if last is None else last.ends_on
            starts_on = None if each is None else each.target.applies_from_on
            if ends_on is not None and (starts_on is None or ends_on + timedelta(days=1) < starts_on):
                found.append(self._from(self._own(of), ends_on + timedelta(days=1)))
            if each is not None:
                found.append(self._from(self.target(each), each.target.applies_from_on))
            last = each
        return found

    def _from(self, target: str, day: date) -> str:
        return self.words("waiting_targets.from", target=target, day=self.day(day))

    def _own(self, of: ServiceTargets) -> str:
        return self.words("waiting_targets.own_again", minutes=minutes(of.document_wait_s))

    def days(self, span: TargetSpan) -> str:
        """The days on which a target applies or did; a dash for one that never will."""
        if span.is_void:
            return "–"
        first = self.day(span.target.applies_from_on)
        if span.ends_on is None:
            return self.words("waiting_targets.from_day", day=first)
        return self.words("waiting_targets.days", first=first, last=self.day(span.ends_on))

    def withdrawn(self, services: Sequence[ServiceTargets], withdrawal: str) -> str:
        """The withdrawal with this id, and the target that applies instead; empty for an unknown id."""
        for of in services:
            for span in of.spans:
                for each in span.withdrawals:
                    if each.id == withdrawal:
                        return self._withdrawal_sentence(each, span, of)
        return ""

    def _withdrawal_sentence(self, withdrawal: Withdrawal, span: TargetSpan, of: ServiceTargets) -> str:
        name, day = of.service.name(self.language), self.day(withdrawal.from_on)
        said = self.words("waiting_targets.withdrawn", service=name, target=self.target(span), day=day)
        instead = next((each for each in of.spans if each.applies(withdrawal.from_on)), None)
        target = self._own(of) if instead is None else self.target(instead)
        return said + " " + self.words("waiting_targets.withdrawn.then", target=target)

    def decided(self, services: Sequence[ServiceTargets], target: str) -> str:
        """The target with this id, and the one it replaces; empty for an unknown id."""
        for each in services:
            found = next((span for span in each.spans if span.target.id == target), None)
            if found is not None:
                return self._decision_sentence(found, each)
        return ""

    def _decision_sentence(self, span: TargetSpan, of: ServiceTargets) -> str:
        first, name = span.target.applies_from_on, of.service.name(self.language)
        values = {"service": name, "target": self.target(span), "day": self.day(first)}
        said = self.words("waiting_targets.decided", **values)
        earlier = [e for e in of.spans if e.target.applies_from_on == first]
        before = earlier[: earlier.index(span)]
        if before:
            other = before[-1]
            values = {"target": self.target(other), "by": other.target.decided_by}
            said += " " + self.words("waiting_targets.replaces", **values)
        if span.is_replaced:
            said += " " + self.words("waiting_targets.replaced_since")
        return said

    def measured(self, months: Sequence[MeasuredMonth], of: ServiceTargets, typed: str) -> Measured:
        """The share within each wait of the ladder, the target's and the one typed, month by month."""
        target_s = of.service.target_s
        waits = {*LADDER_S, target_s}
        if typed.isascii() and typed.isdigit() and 0 < len(typed) < 4:
            waits.add(60 * int(typed))
        columns = []
        for month in months:
            name = period_text(month.period, self.language)
            n = waits_within(month.tally, 0).n
            label = self.words("waiting_targets.measured.running", month=name) if month.is_running else name
            columns.append((label, self.words("waiting_targets.measured.n", count=n)))
        rows = []
        for wait_s in sorted(waits - {0}):
            is_target = wait_s == target_s
            cells = [
                self._of_target(month, of) if is_target else self._share(waits_within(month.tally, wait_s))
                for month in months
            ]
            rows.append((self.words("waiting_targets.minutes", minutes=minutes(wait_s)), cells, is_target))
        few = any(waits_within(month.tally, 0).n < FEWEST_WAITS for month in months)
        return Measured(columns, rows, few)

    def _of_target(self, month: MeasuredMonth, of: ServiceTargets) -> MeasuredShare:
        cell = self._share(waits_within(month.tally, of.service.target_s))
        if cell == NO_SHARE:
            return cell
        interval = interval_of(called_within(of.service.target_s), month.days)
        if of.now is None:
            return replace(cell, between=interval_text(interval, "percent", self.words))
        target = of.now.target
        between = interval_text(interval, "percent", self.words, target=target.share_percent)
        verdict = shown_verdict(month.days, target, month.period.starts_on, self.words)
        return replace(cell, between=between, verdict=verdict)

    def _share(self, within: Within) -> MeasuredShare:
        if within.percent is None or within.n < FEWEST_WAITS:
            return NO_SHARE
        percent = number(whole_percent(within.percent), self.language)
        return MeasuredShare(self.words("waiting_targets.percent", percent=percent))

    def target(self, span: TargetSpan) -> str:
        """A target: which share within which time."""
        values = {"percent": span.target.share_percent, "minutes": minutes(span.target.wait_s)}
        return self.words("waiting_targets.target", **values)

    def day(self, day: date) -> str:
        """A local date."""
        return short_day(day, self.language)

    def instant(self, at: datetime) -> str:
        """A local date and time."""
        return instant_text(at, self.language, self.zone)


def state_of(span: TargetSpan, of: ServiceTargets) -> str:
    """The state of a target: now, to_come, over, replaced or withdrawn."""
    if span.is_replaced:
        return "replaced"
    if span.is_void:
        return "withdrawn"
    if span.applies(of.on):
        return "now"
    return "to_come" if span.target.applies_from_on > of.on else "over"


def history_of(
    services: Sequence[ServiceTargets],
) -> list[tuple[ServiceTargets, TargetSpan, Withdrawal | None]]:
    """Every target decided for some services, and each withdrawal of one, the last recorded first."""
    found = [(of, span, each) for of in services for span in of.spans for each in (None, *span.withdrawals)]
    return sorted(found, key=lambda row: _recorded(row[2] or row[1].target), reverse=True)


def _recorded(decision: Target | Withdrawal) -> tuple[datetime, str]:
    return decision.recorded_at, decision.id
