"""Words and drawings of a hall's screen days, in a language and in the hall's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.numbers import format_percent

from server.domain.hours.windows import Window, Windows, within
from server.domain.notices.displays import INTERVALS_KEPT, Clash
from server.language import locale_of
from server.usecases.notices.read_displays import NEARBY, ShownAtAnswer, ShownInterval
from server.usecases.screen_days import DayOfHall, NoticeOfDay, ScreensOfDay
from server.web.rendering.viewer import Sentence

HOUR = timedelta(hours=1)
CELL = 60
"""The width of an hour in a drawing: a unit is a minute."""

BUILT_IN = ("waits", "priority", "vigilance")
"""How the ids of notices begin that the product makes itself."""


class Bar(NamedTuple):
    """A part of an hour's cell: where it begins and how wide it is, in minutes."""

    x: int
    width: int


class HourCell(NamedTuple):
    """An hour of a row: the opening hours in it, its bars, and its bars in words (empty: nothing)."""

    ground: list[Bar]
    bars: list[Bar]
    words: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Writes a day of a hall in a language and in the hall's time zone."""

    say: Sentence
    language: str
    zone: ZoneInfo

    def day(self, on: date) -> str:
        """A date in words, with its weekday."""
        return format_date(on, "full", locale=locale_of(self.language))

    def month(self, on: date) -> str:
        """The month of a date in words."""
        return str(format_skeleton("yMMMM", on, locale=self.language))

    def clock(self, at: datetime) -> str:
        """A local time: "14:05"."""
        return at.astimezone(self.zone).strftime("%H:%M")

    def span(self, window: Window) -> str:
        """A window in local times; the midnight after it is 24:00."""
        return self.say("screen_days.span", starts=self.clock(window[0]), ends=self.end(window))

    def end(self, window: Window) -> str:
        """The local time at which a window ends; the midnight after it is 24:00."""
        said = self.clock(window[1])
        is_later = window[1].astimezone(self.zone).date() > window[0].astimezone(self.zone).date()
        return "24:00" if is_later and said == "00:00" else said

    def spans(self, windows: Windows, whole: Window) -> str:
        """Windows in local times, or « toute la journée »."""
        if list(windows) == [whole]:
            return self.say("screen_days.all_day")
        return ", ".join(self.span(each) for each in windows)

    def lasting(self, time: timedelta) -> str:
        """A duration, to the minute from two minutes on."""
        seconds = round(time.total_seconds())
        if seconds < 120:
            return self.say("screen_days.seconds", seconds=seconds)
        if seconds < 7200:
            return self.say("screen_days.minutes", minutes=round(seconds / 60))
        hours, minutes = divmod(round(seconds / 60), 60)
        return self.say("screen_days.hours", hours=hours, minutes=f"{minutes:02}")

    def lasting_ms(self, milliseconds: int) -> str:
        """A duration of so many milliseconds."""
        return self.lasting(timedelta(milliseconds=milliseconds))

    def hours_of(self, day: DayOfHall) -> list[Window]:
        """The whole hours in which a screen is on or something is planned there; of a closed day: all."""
        lit = day.lit or [day.whole]
        first = max(lit[0][0], day.whole[0]).astimezone(self.zone).replace(minute=0, second=0)
        at = first.astimezone(day.whole[0].tzinfo)
        count = ceil((min(lit[-1][1], day.whole[1]) - at) / HOUR)
        return [(at + HOUR * ahead, at + HOUR * (ahead + 1)) for ahead in range(count)]

    def cells(self, windows: Windows, day: DayOfHall, hours: Sequence[Window]) -> list[HourCell]:
        """A row of the timeline."""
        return [self._cell(within(windows, hour), within(day.opening, hour), hour) for hour in hours]

    def _cell(self, parts: Windows, ground: Windows, hour: Window) -> HourCell:
        if not parts:
            words = ""
        elif list(parts) == [hour]:
            words = self.say("screen_days.shown")
        else:
            words = ", ".join(self.span(each) for each in parts)
        return HourCell(_bars(ground, hour), _bars(parts, hour), words)

    def about(self, notice: NoticeOfDay, day: DayOfHall) -> list[str]:
        """What is to be said of a planned notice: its hours, how often it comes, what limits it."""
        planned = notice.planned
        if planned is None:
            return [self.say("screen_days.not_planned")]
        said = [self.spans(planned.windows, day.whole)]
        if notice.every is not None:
            said.append(self.say("screen_days.every", every=self.lasting(notice.every)))
        if planned.is_built_in:
            said.append(self.say("screen_days.built_in"))
        if planned.is_legal:
            said.append(self.say("screen_days.legal"))
        if planned.is_conditional:
            said.append(self.say("screen_days.conditional"))
        return said

    def proof(self, notice: NoticeOfDay) -> str:
        """What screens reported of a notice; a sentence where they reported nothing."""
        if not (notice.shown_s or notice.completed or notice.cut or notice.failed):
            return self.say("screen_days.proof.none")
        return self.say(
            "screen_days.proof",
            time=self.lasting(timedelta(seconds=notice.shown_s)),
            share=format_percent(notice.whole_share, locale=locale_of(self.language)),
            completed=notice.completed,
            cut=notice.cut,
            failed=notice.failed,
        )

    def warnings(self, group: ScreensOfDay) -> list[str]:
        """The gaps and the clashes of some screens, in words."""
        gaps = [
            self.say("screen_days.gap", starts=self.clock(gap[0]), ends=self.end(gap))
            for gap in group.plan.gaps
        ]
        titles = {each.id: each.title for each in group.notices}
        return gaps + [self._clash(each, titles) for each in group.plan.clashes]

    def shown_at(self, found: ShownAtAnswer, now: datetime) -> str:
        """What a screen showed at an instant, or why that is not known."""
        at = datetime.fromisoformat(found["at"])
        shown, before, after = (found[each] for each in ("shown", "before", "after"))
        if shown:
            said = self._interval("notice", shown)
        elif before and after:
            around = (self._interval("before", before), self._interval("after", after))
            said = " ".join((self.say("screen_days.shown.none"), *around))
        elif at < now - INTERVALS_KEPT:
            said = self.say("screen_days.shown.too_old", days=INTERVALS_KEPT.days)
        elif at > now - NEARBY:
            said = self.say("screen_days.shown.not_yet")
        else:
            said = self.say("screen_days.shown.unknown")
        return said

    def _interval(self, place: str, shown: ShownInterval) -> str:
        starts, ends = (
            datetime.fromisoformat(shown[each]).astimezone(self.zone).strftime("%H:%M:%S")
            for each in ("began_at", "ended_at")
        )
        title = shown["title"] or self.own(shown["notice"])
        return self.say(f"screen_days.shown.{place}", title=title, starts=starts, ends=ends)

    def own(self, notice: str) -> str:
        """The name of a notice (id) that the product makes itself; the id of any other."""
        kind = notice.split("-", maxsplit=1)[0]
        return self.say(f"screen_days.own.{kind}") if kind in BUILT_IN else notice

    def _clash(self, clash: Clash, titles: dict[str, str]) -> str:
        named = ", ".join(self.say("screen_days.quoted", title=titles[each]) for each in clash.notices)
        return self.say(
            f"screen_days.clash.{clash.kind}",
            named=named,
            number=len(clash.notices),
            starts=self.clock(clash.window[0]),
            ends=self.end(clash.window),
            every="" if clash.every is None else self.lasting(clash.every),
        )


def _bars(windows: Windows, hour: Window) -> list[Bar]:
    found = []
    for starts, ends in windows:
        first, last = (round((each - hour[0]) / HOUR * CELL) for each in (starts, ends))
        found.append(Bar(first, max(last - first, 1)))
    return found
