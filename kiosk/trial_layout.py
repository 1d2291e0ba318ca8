"""The test sheet: its hall and kiosk, the time, and lines that show whether the printer works.

In French: the people who look after printers read it. It is no ticket and says so; a sheet that is to be read
aloud has three digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.document import BlackLine, Element, PrintDocument, Space, Text
from kiosk.paper import ACTED_ON_DOTS, FRENCH, REST_DOTS, WIDTH_80_MM_DOTS, Paper, Translate
from kiosk.sheet_layout import SheetLanguage

NUMBER_DOTS = 90


@dataclass(frozen=True, slots=True)
class TrialContent:
    """The content: `kiosk` of the printer, `printed_at` as date and hour in words, `number` to be read."""

    site: str
    hall: str
    kiosk: str
    printed_at: str
    is_demonstration: bool = False
    number: str | None = None


def lay_out_trial(
    content: TrialContent, *, translate: Translate, width_dots: int = WIDTH_80_MM_DOTS
) -> PrintDocument:
    """The sheet for a paper `width_dots` wide."""
    paper = Paper((SheetLanguage(FRENCH, ""),), translate, width_dots)
    elements = [
        *paper.head(content.site, content.hall, is_demonstration=content.is_demonstration),
        *_test_lines(content, paper),
    ]
    return PrintDocument(width_dots=width_dots, elements=tuple(elements))


def _test_lines(content: TrialContent, paper: Paper[SheetLanguage]) -> Iterator[Element]:
    yield from (Space(10), BlackLine(3), Space(14))
    yield from paper.sentence("kiosk.paper.trial.title", size=46, align="center")
    if content.number is not None:
        yield Space(6)
        yield from paper.sentence("kiosk.paper.trial.number", size=ACTED_ON_DOTS, align="center")
        yield Text(content.number, NUMBER_DOTS, weight=700, align="center")
    yield Space(6)
    yield Text(content.kiosk, ACTED_ON_DOTS, weight=700, align="center")
    yield Text(content.printed_at, REST_DOTS, weight=450, align="center")
    yield from (Space(12), BlackLine(2), Space(10))
    yield from paper.sentence("kiosk.paper.trial.letters", size=ACTED_ON_DOTS)
    yield Space(8)
    yield from paper.sentence("kiosk.paper.trial.no_ticket", size=REST_DOTS)
