"""The sheet « Comment prendre rendez-vous » on paper: a service, how to book, its address, what to bring.

French first, the chosen language under each French text. It has no number: nobody may take it for a ticket.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.document import Align, Direction, Document, Element, Qr, Rule, Space, Text
from kiosk.ticket_layout import ACTED_ON_DOTS, REST_DOTS, WIDTH_80_MM_DOTS, Translate

_FRENCH = "fr"


@dataclass(frozen=True, slots=True)
class SheetLanguage:
    """What the sheet says in a language; `how` is the hall's own text, "" for the kiosk's usual one."""

    language: str
    service: str
    how: str = ""
    bring: tuple[str, ...] = ()
    direction: Direction = "ltr"


@dataclass(frozen=True, slots=True)
class SheetContent:
    """What is the same in every language; `address` is where one books, as a web address, or None."""

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
) -> Document:
    """The sheet for a paper `width_dots` wide.

    `languages` is French, then the chosen language if it is another one. Raises ValueError otherwise.
    """
    if not 1 <= len(languages) <= 2 or languages[0].language != _FRENCH:
        raise ValueError("a sheet is in French first, and in at most one other language")
    sheet = _Sheet(content, languages, translate)
    return Document(width_dots=width_dots, elements=tuple(sheet.elements()))


@dataclass(frozen=True, slots=True)
class _Sheet:
    content: SheetContent
    languages: tuple[SheetLanguage, ...]
    translate: Translate

    def elements(self) -> Iterator[Element]:
        if self.content.is_demonstration:
            yield Text(
                self.translate("kiosk.paper.demonstration", _FRENCH), REST_DOTS, weight=600, align="center"
            )
            yield Space(4)
        yield Text(self.content.site, 30, weight=450, align="center")
        if self.content.hall != self.content.site:
            yield Text(self.content.hall, ACTED_ON_DOTS, weight=700, align="center")
        yield from (Space(10), Rule(3), Space(14))
        yield from self._stacked(
            [self._say("kiosk.appointment_sheet.title", each) for each in self.languages], 46
        )
        yield Space(10)
        yield from self._stacked([each.service for each in self.languages], 40)
        yield from (Space(12), Rule(2), Space(10))
        yield from self._stacked([self._how(each) for each in self.languages], ACTED_ON_DOTS, align="start")
        yield from self._address()
        yield from self._papers()

    def _address(self) -> Iterator[Element]:
        address = self.content.address
        if address is None:
            return
        scan = self._stacked(
            [self._say("kiosk.appointment_sheet.scan", each) for each in self.languages],
            REST_DOTS,
            align="start",
        )
        yield from (Space(10), Qr(address, 6, tuple(scan)), Space(6))
        shown = address.partition("://")[2].rstrip("/")
        yield Text(shown, ACTED_ON_DOTS, weight=600, align="center", language="und")

    def _papers(self) -> Iterator[Element]:
        if not self.languages[0].bring:
            return
        yield from (Space(10), Rule(2), Space(10))
        yield from self._stacked(
            [self._say("kiosk.appointment_sheet.bring", each) for each in self.languages],
            ACTED_ON_DOTS,
            align="start",
        )
        for each in self.languages:
            for paper in each.bring:
                yield self._text(f"– {paper}", each, REST_DOTS + 2, align="start")

    def _stacked(self, texts: list[str], size: int, *, align: Align = "center") -> list[Text]:
        """One text a language; one that says the same as the French is left out."""
        return [
            self._text(text, spoken, size, align=align)
            for at, (text, spoken) in enumerate(zip(texts, self.languages, strict=True))
            if at == 0 or text != texts[0]
        ]

    def _text(self, text: str, spoken: SheetLanguage, size: int, *, align: Align) -> Text:
        weight = 700 if spoken.language == _FRENCH else 450
        return Text(
            text, size, weight=weight, align=align, direction=spoken.direction, language=spoken.language
        )

    def _how(self, spoken: SheetLanguage) -> str:
        return spoken.how or self._say("kiosk.notice.appointment_only.text", spoken)

    def _say(self, key: str, spoken: SheetLanguage) -> str:
        return self.translate(key, spoken.language)
