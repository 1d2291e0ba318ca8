"""A paper as lines that a test can state whole: each space, line, text and code with its size."""

from hardware.document import BlackLine, Element, Picture, PrintDocument, Qr, Space, Text


def lines_of(document: PrintDocument) -> list[str]:
    """One line an element; what stands beside a code or a picture is indented under it."""
    return [line for element in document.elements for line in _lines(element)]


def _lines(element: Element) -> list[str]:
    match element:
        case Space(dots):
            return [f"space {dots}"]
        case BlackLine(dots):
            return [f"line {dots}"]
        case Text():
            return [_text(element)]
        case Qr(content, dots, beside):
            return [f"code {dots} {content}", *(f"  {_text(each)}" for each in beside)]
        case Picture(_, dots, beside):
            return [f"picture {dots}", *(f"  {_text(each)}" for each in beside)]
    raise AssertionError(element)


def _text(text: Text) -> str:
    marks = [text.align] * (text.align != "start") + ["fit"] * text.fit + ["inverse"] * text.inverse
    return " ".join([str(text.size_dots), str(text.weight), *marks, text.text])
