"""The sheet « Comment prendre rendez-vous » on paper: a service, how to book, its address, what to bring.

French first, the chosen language under each French text. It has no number: nobody may take it for a ticket.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.document import BlackLine, Direction, Element, PrintDocument, Qr, Space, Text
from kiosk.paper import ACTED_ON_DOTS, REST_DOTS, WIDTH_80_MM_DOTS, Paper, Translate


@dataclass(frozen=True, slots=True)
class SheetLanguage:
    """The words of the sheet in a language; `how` is the hall's own text, "" for the kiosk's usual one."""

    language: str
    service: str
    how: str = ""
    bring: tuple[str, ...] = ()
    direction: Direction = "ltr"


@dataclass(frozen=True, slots=True)
class SheetContent:
    """The content that is the same in every language; `address`: the web address for booking, or None."""

    site: str
    hall: str
    address: str | None = None
    is_demonstration: bool = False


def lay_out_sheet(
    content: SheetContent,
    languages: tuple[SheetLanguage, ...],
    *,
    translate: Translate,
    width_dots: int = WIDTH_80_MM_DOTS,
) -> PrintDocument:
    """The sheet for a paper `width_dots` wide.

    `languages` is French, then the chosen language if it is another one. Raises ValueError otherwise.
    """
    paper = Paper(languages, translate, width_dots)
    elements = [
        *paper.head(content.site, content.hall, is_demonstration=content.is_demonstration),
        *_subject(paper),
        *_address(content, paper),
        *_papers(paper),
    ]
    return PrintDocument(width_dots=width_dots, elements=tuple(elements))


type _Paper = Paper[SheetLanguage]


def _subject(paper: _Paper) -> Iterator[Element]:
    """The service, and how one books."""
    yield from (Space(10), BlackLine(3), Space(14))
    yield from paper.sentence("kiosk.appointment_sheet.title", size=46, align="center")
    yield Space(10)
    yield from paper.stacked([each.service for each in paper.languages], size=40, align="center")
    yield from (Space(12), BlackLine(2), Space(10))
    usual = "kiosk.notice.appointment_only.text"
    how = [each.how or paper.translate(usual, each.language) for each in paper.languages]
    yield from paper.stacked(how, size=ACTED_ON_DOTS)


def _address(content: SheetContent, paper: _Paper) -> Iterator[Element]:
    if content.address is None:
        return
    scan = paper.sentence("kiosk.appointment_sheet.scan", size=REST_DOTS)
    yield from (Space(10), Qr(content.address, 6, tuple(scan)), Space(6))
    address = content.address.partition("://")[2].rstrip("/")
    yield Text(address, ACTED_ON_DOTS, weight=600, align="center", language="und")


def _papers(paper: _Paper) -> Iterator[Element]:
    if not paper.languages[0].bring:
        return
    yield from (Space(10), BlackLine(2), Space(10))
    yield from paper.sentence("kiosk.appointment_sheet.bring", size=ACTED_ON_DOTS)
    for each in paper.languages:
        for document in each.bring:
            yield paper.text(f"– {document}", each, size=REST_DOTS + 2)
