"""What every paper of a kiosk has in common: French first, the chosen language under it, sizes one can read.

Sizes are dots of 1/8 mm. What a visitor must act on is at least 34 dots high (12 pt), the rest at least 25 (9
pt).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.document import Align, Direction, Element, Space, Text

Translate = Callable[..., str]
"""`translate(key, language, **values)` of the composition root; `count` picks the plural."""

WIDTH_80_MM_DOTS = 576
WIDTH_58_MM_DOTS = 384

PLAIN, BOLD = 450, 700
"""The two weights of a paper."""

ACTED_ON_DOTS = 34
REST_DOTS = 26
FRENCH = "fr"


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
