"""Papers of a kiosk: what all have in common, the sheet « Comment prendre rendez-vous », and the test sheet.

French first, the chosen language under it, sizes one can read: dots of 1/8 mm. What a visitor must act on is
at least 34 dots high (12 pt), the rest at least 25 (9 pt). The two sheets have no number of a ticket: nobody
may take them for one; a test sheet that is to be read aloud has three digits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.document import Align, BlackLine, Direction, Element, PrintDocument, Qr, Space, Text

Translate = Callable[..., str]
"""`translate(key, language, **values)` of the composition root; `count` picks the plural."""

WIDTH_80_MM_DOTS = 576
WIDTH_58_MM_DOTS = 384

PLAIN, BOLD = 450, 700
"""The two weights of a paper."""

ACTED_ON_DOTS = 34
REST_DOTS = 26
FRENCH = "fr"
NUMBER_DOTS = 90


class PaperWords(Protocol):
    """The words of a paper in one language."""

    @property
    def language(self) -> str:
        """Its tag."""

    @property
    def direction(self) -> Direction:
        """How it is written."""


@dataclass(frozen=True, slots=True)
class Paper[In: PaperWords]:
    """A paper `width_dots` wide. `languages`: French, then the chosen one if it is another.

    Raises ValueError for other languages.
    """

    languages: tuple[In, ...]
    translate: Translate
    width_dots: int = WIDTH_80_MM_DOTS

    def __post_init__(self) -> None:
        if not 1 <= len(self.languages) <= 2 or self.languages[0].language != FRENCH:
            raise ValueError("a paper is in French first, and in at most one other language")

    def head(self, site: str, hall: str, *, is_demonstration: bool) -> list[Element]:
        """The head of a paper: where it comes from, and whether it is only a demonstration."""
        elements: list[Element] = []
        if is_demonstration:
            note = self.translate("kiosk.paper.demonstration", FRENCH)
            elements += [Text(note, REST_DOTS, weight=600, align="center"), Space(4)]
        elements.append(Text(site, 30, weight=450, align="center"))
        if hall != site:
            elements.append(Text(hall, ACTED_ON_DOTS, weight=700, align="center"))
        return elements

    def sentence(self, key: str, *, size: int, align: Align = "start", **values: object) -> list[Text]:
        """The sentence in French, bold, and under it in the chosen language."""
        said = [self.translate(key, spoken.language, **values) for spoken in self.languages]
        return self.stacked(said, size=size, align=align)

    def stacked(self, texts: Sequence[str], *, size: int, align: Align = "start") -> list[Text]:
        """One text per language; those equal to the French are left out."""
        return [
            self.text(text, spoken, size=size, align=align)
            for text, spoken in zip(texts, self.languages, strict=True)
            if spoken is self.languages[0] or text != texts[0]
        ]

    def text(self, text: str, spoken: In, *, size: int, align: Align = "start") -> Text:
        """A text in one of the languages; French is bold."""
        weight = BOLD if spoken.language == FRENCH else PLAIN
        return Text(
            text, size, weight=weight, align=align, direction=spoken.direction, language=spoken.language
        )


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


type _Sheet = Paper[SheetLanguage]


def _subject(paper: _Sheet) -> Iterator[Element]:
    """The service, and how one books."""
    yield from (Space(10), BlackLine(3), Space(14))
    yield from paper.sentence("kiosk.appointment_sheet.title", size=46, align="center")
    yield Space(10)
    yield from paper.stacked([each.service for each in paper.languages], size=40, align="center")
    yield from (Space(12), BlackLine(2), Space(10))
    usual = "kiosk.notice.appointment_only.text"
    how = [each.how or paper.translate(usual, each.language) for each in paper.languages]
    yield from paper.stacked(how, size=ACTED_ON_DOTS)


def _address(content: SheetContent, paper: _Sheet) -> Iterator[Element]:
    if content.address is None:
        return
    scan = paper.sentence("kiosk.appointment_sheet.scan", size=REST_DOTS)
    yield from (Space(10), Qr(content.address, 6, tuple(scan)), Space(6))
    address = content.address.partition("://")[2].rstrip("/")
    yield Text(address, ACTED_ON_DOTS, weight=600, align="center", language="und")


def _papers(paper: _Sheet) -> Iterator[Element]:
    if not paper.languages[0].bring:
        return
    yield from (Space(10), BlackLine(2), Space(10))
    yield from paper.sentence("kiosk.appointment_sheet.bring", size=ACTED_ON_DOTS)
    for each in paper.languages:
        for document in each.bring:
            yield paper.text(f"– {document}", each, size=REST_DOTS + 2)


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
