"""Small XML of strangers, read as a flat list of elements. Pure.

A document type is refused, and with it every entity: no text of a few bytes becomes a large one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

_DEEPEST = 20
_MOST_ELEMENTS = 200


@dataclass(slots=True)
class XmlElement:
    """An element: its name without its prefix, its attributes, and its own text."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


class _Refused(Exception):
    """The document has more than a printer says, or a document type."""


@dataclass(slots=True)
class _Reading:
    elements: list[XmlElement] = field(default_factory=list)
    open: list[XmlElement] = field(default_factory=list)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        element = XmlElement(name.rpartition(":")[2], dict(attributes))
        self.elements.append(element)
        self.open.append(element)
        if len(self.open) > _DEEPEST or len(self.elements) > _MOST_ELEMENTS:
            raise _Refused

    def end(self, _: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def refuse(self, *_: object) -> None:
        raise _Refused


def elements_of(document: str) -> list[XmlElement] | None:
    """The elements of a document in their order; None: it is none, or has more than is read."""
    reading = _Reading()
    parser = ParserCreate("utf-8")
    for event, deed in (
        ("StartElementHandler", reading.begin),
        ("EndElementHandler", reading.end),
        ("CharacterDataHandler", reading.text),
        ("StartDoctypeDeclHandler", reading.refuse),
        ("EntityDeclHandler", reading.refuse),
    ):
        setattr(parser, event, deed)
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except (ExpatError, _Refused):
        return None
    return reading.elements
