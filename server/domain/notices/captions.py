"""Captions of a film: a WebVTT file is read strictly, and only its plain words and times are kept. Pure.

Source: WebVTT: The Web Video Text Tracks Format, W3C, section 4 (syntax).
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.facts import Fact, FactKind
from server.domain.notices.media_details import visible
from server.domain.refusals import Refusal

LARGEST_BYTES = 100_000
"""The most bytes of a file of captions: a film of three minutes needs ten thousand."""
MOST_CUES = 200
LONGEST_CUE = 120
"""Characters of a cue, over all its lines: what one reads in large letters while it stays."""

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_MARKS = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>")


@dataclass(frozen=True, slots=True)
class Caption:
    """Words shown during a film, from an instant of it until another, in milliseconds."""

    from_ms: int
    until_ms: int
    text: str


type Captions = Mapping[str, Sequence[Caption]]
"""The captions of a film by language, in the order of their beginnings."""


def captions_of(file: bytes) -> tuple[Caption, ...]:
    """The captions in a WebVTT file, without marks, positions, styles and notes.

    Refusals: captions_too_large, captions_not_webvtt (also where it is not UTF-8), captions_broken with the
    line, captions_markup for what WebVTT does not have, captions_too_many, captions_too_long.
    """
    if len(file) > LARGEST_BYTES:
        raise Refusal("captions_too_large", kilobytes=LARGEST_BYTES // 1000)
    try:
        lines = file.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise Refusal("captions_not_webvtt") from error
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise Refusal("captions_not_webvtt")
    found = [_cue(number, block) for number, block in _blocks(lines) if _is_cue(block)]
    if not found:
        raise Refusal("captions_broken", line=1)
    if len(found) > MOST_CUES:
        raise Refusal("captions_too_many", captions=MOST_CUES)
    return tuple(sorted((cue for cue in found if cue.text), key=lambda cue: (cue.from_ms, cue.until_ms)))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """What blank lines part, after the head, each with the number of its first line from 1."""
    block: list[str] = []
    is_head = True
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
            continue
        if block and not is_head:
            yield number - len(block), block
        is_head = is_head and not block
        block = []


def _is_cue(block: Sequence[str]) -> bool:
    return not re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", block[0])


def _cue(number: int, block: Sequence[str]) -> Caption:
    """A cue: maybe a name, its times, its words."""
    at = 0 if "-->" in block[0] else 1
    times = _TIMES.fullmatch(block[at].strip()) if len(block) > at else None
    if times is None:
        raise Refusal("captions_broken", line=number + min(at, len(block) - 1))
    from_ms, until_ms = _ms(times.groups()[:4]), _ms(times.groups()[4:])
    if until_ms <= from_ms:
        raise Refusal("captions_broken", line=number + at)
    bare = _MARKS.sub("", " ".join(block[at + 1 :]))
    if "<" in bare or "-->" in bare:
        raise Refusal("captions_markup", line=number + at + 1)
    text = visible(html.unescape(bare))
    if len(text) > LONGEST_CUE:
        raise Refusal("captions_too_long", line=number + at + 1, characters=LONGEST_CUE)
    return Caption(from_ms, until_ms, text)


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def medium_captioned(medium: str, language: str, captions: Sequence[Caption]) -> Fact:
    """The captions of a film in a language were written, or removed where there are none."""
    words = json.dumps([[each.from_ms, each.until_ms, each.text] for each in captions], ensure_ascii=False)
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    body = {"medium": medium, "language": language, "captions": len(captions), "sha256": sha256}
    return Fact(FactKind.MEDIUM_CAPTIONED, body)
