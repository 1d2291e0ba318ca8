"""Typed figures and annotations in the words of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.hall.configuration import Service
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import Period, parse_period
from server.domain.quality.typed_figures import TYPED, TypedFigureRequest, unit_of
from server.domain.refusals import Refusal
from server.web.pages.quality.wording import day_text, number, period_text
from server.web.rendering.viewer import Sentence, instant_text

UNITS = {"percent": "\u00a0%", "minutes": "\u00a0min"}


def typed_name(indicator: str, say: Sentence) -> str:
    """The name of an indicator, typed or of the hall."""
    return say(
        f"typed_figures.indicator.{indicator}" if indicator in TYPED else INDICATORS[indicator].label_key
    )


def typed_text(request: TypedFigureRequest, say: Sentence) -> str:
    """A value with its unit."""
    exponent = request.value.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    unit = unit_of(request.indicator)
    text = number(float(request.value), say.language, decimals=decimals)
    return say("typed_figures.days", n=text) if unit == "days" else text + UNITS.get(unit, "")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the page in a language, at a hall with a time zone and services.

    `names`: of authors, by id; `services`: by id, retired ones too.
    """

    say: Sentence
    zone: ZoneInfo
    names: Mapping[str, str]
    services: Mapping[str, Service]

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.say.language

    def indicator_names(self) -> dict[str, str]:
        """Each name that a pasted row may give an indicator, with the indicator."""
        stable = {name: name for name in (*TYPED, *INDICATORS)}
        return stable | {typed_name(name, self.say): name for name in (*INDICATORS, *TYPED)}

    def service(self, service: str) -> str:
        """The name of a service (id); empty for the whole hall."""
        found = self.services.get(service)
        return service if found is None else found.name(self.language)

    def service_names(self) -> dict[str, str]:
        """Each name that a pasted row may give a service, with its id; of two alike the one in use."""
        by_use = sorted(self.services.values(), key=lambda each: not each.is_retired)
        return {each.id: each.id for each in by_use} | {each.name(self.language): each.id for each in by_use}

    def indicator(self, indicator: str) -> str:
        """The name of an indicator."""
        return typed_name(indicator, self.say)

    def value(self, figure: TypedFigureRequest) -> str:
        """A value with its unit."""
        return typed_text(figure, self.say)

    def period(self, period: Period) -> str:
        """A period in words."""
        return period_text(period, self.language)

    def day(self, day: date) -> str:
        """A local date."""
        return day_text(day, self.language)

    def instant(self, at: datetime) -> str:
        """A local date and time."""
        return instant_text(at, self.language, self.zone)

    def in_words(self, refusal: Refusal) -> Refusal:
        """A refusal whose unit and period are words of the page."""
        details = dict(refusal.details)
        if "unit" in details:
            details["unit"] = self.say(f"typed_figures.unit.{details['unit']}")
        if refusal.code == "figure_measured":
            details["period"] = period_text(parse_period(details["period"]), self.language)
        return Refusal(refusal.code, **details)
