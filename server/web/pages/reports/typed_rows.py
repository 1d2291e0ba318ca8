"""The typed figures of a pack: rows of the table of indicators, a file of their own, and later changes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from server.domain.hall.configuration import Service
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.typed_figures import TYPED, TypedFigure
from server.usecases.reports.report_content import HallEvidence
from server.usecases.reports.reports import ReadReport
from server.web.pages.quality.typed_wording import typed_name, typed_text
from server.web.pages.quality.wording import short_day
from server.web.pages.reports.wording import ReportWording

COLUMNS = (
    *("hall", "service", "service_name", "indicator", "unit", "period", "value", "source"),
    *("is_from_other_tool", "typed_on"),
)
"""The columns of `chiffres-saisis.csv`; values are exact, in the unit."""

type Services = Mapping[str, Mapping[str, Service]]
"""The services of each hall (slug), by id."""


class TypedRows:
    """Writes the typed figures of a report’s halls in the words of a pack."""

    def __init__(self, report: ReadReport, words: ReportWording, services: Services) -> None:
        self._report, self._words, self._services = report, words, services

    def of_table(self, evidence: Sequence[HallEvidence]) -> Iterator[list[str]]:
        """A row for each hall, indicator and service that has a value in the period or in the one before.

        Name, target (none), result and period before of each hall, source with its date, comment (empty).
        """
        names = (self._report.period.name, self._report.period.previous().name)
        halls = [hall["slug"] for hall in self._report.figures["halls"]]
        for hall in evidence:
            found: dict[tuple[str, str], dict[str, TypedFigure]] = {}
            for each in hall.typed:
                if each.period.name in names:
                    found.setdefault((each.indicator, each.service), {})[each.period.name] = each
            for _, periods in sorted(found.items(), key=_place):
                values = [self._value(periods.get(name)) for name in names]
                cells = [cell for slug in halls for cell in (values if slug == hall.hall else ["", ""])]
                sources = dict.fromkeys(self._source(each) for each in periods.values())
                yield [
                    self._name(hall.hall, next(iter(periods.values()))),
                    "",
                    *cells,
                    "; ".join(sources),
                    "",
                ]

    def of_file(self, evidence: Sequence[HallEvidence]) -> Iterator[list[object]]:
        """The rows of `chiffres-saisis.csv`."""
        for hall in evidence:
            for each in hall.typed:
                yield [
                    *(hall.hall, each.service, self._service(hall.hall, each.service), each.indicator),
                    *(each.unit, each.period.name, f"{each.value.normalize():f}", each.source),
                    *("yes" if each.is_from_other_tool else "no", self._local(each.recorded_at)),
                ]

    def of_proofs(self, evidence: Sequence[HallEvidence]) -> Iterator[list[object]]:
        """Values that were typed or withdrawn after the freezing: the pack shows them as they stood then."""
        for hall in evidence:
            for each in hall.typed_later:
                yield self._proof(hall.hall, "typed_after_freezing", each)
            for each in hall.withdrawn_later:
                yield self._proof(hall.hall, "withdrawn_after_freezing", each)

    def _proof(
        self, hall: str, kind: Literal["typed_after_freezing", "withdrawn_after_freezing"], each: TypedFigure
    ) -> list[object]:
        subject = f"{each.indicator} {each.service}".strip()
        return [hall, kind, subject, each.period.name, f"{each.value.normalize():f}", each.unit]

    def _name(self, hall: str, figure: TypedFigure) -> str:
        name = typed_name(figure.indicator, self._words.say)
        service = self._service(hall, figure.service)
        return f"{name} – {service}" if service else name

    def _service(self, hall: str, service: str) -> str:
        known = self._services[hall].get(service)
        return service if known is None else known.name(self._words.language)

    def _value(self, figure: TypedFigure | None) -> str:
        return "" if figure is None else typed_text(figure, self._words.say, self._words.language)

    def _source(self, figure: TypedFigure) -> str:
        key = "reports.trame.other_tool" if figure.is_from_other_tool else "reports.trame.typed"
        day = short_day(self._at(figure.recorded_at).date(), self._words.language)
        return self._words.say(key, source=figure.source, day=day)

    def _local(self, at: datetime) -> str:
        return self._at(at).date().isoformat()

    def _at(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._report.figures["time_zone"]))


def _place(found: tuple[tuple[str, str], object]) -> tuple[int, str]:
    """In the order of pages; the whole hall before its services."""
    (indicator, service), _ = found
    return [*TYPED, *INDICATORS].index(indicator), service
