"""What a voice says of a public notice."""

from collections.abc import Iterator

from server.documents.texts import SOFT_HYPHEN
from server.domain.notices.public import in_sentences
from server.usecases.notices.public.blocks import Block, NoticeText

MOST_SENTENCES = 60
"""Sentences of one notice: a voice says them in about six minutes."""


def spoken_notice(text: NoticeText) -> list[str]:
    """The sentences of a notice in one language, title first: 60 at most, each of 280 characters at most."""
    said = [text["title"], *(line for block in text["blocks"] for line in _lines(block)), text["credit"]]
    sentences = [
        sentence for line in said for sentence in in_sentences(line.replace(SOFT_HYPHEN, "")) if sentence
    ]
    return sentences[:MOST_SENTENCES]


def _lines(block: Block) -> Iterator[str]:
    """The words of a block; a picture has none, the text after it says it."""
    match block["kind"]:
        case "heading" | "text" | "source":
            yield from block["text"].split("\n")
        case "items":
            yield from block["items"]
        case "rows":
            yield from (f"{row['label']} : {row['value']}." for row in block["rows"])
        case "steps":
            yield from (f"{place}. {step['text']}" for place, step in enumerate(block["steps"], 1))
        case "figure" | "day":
            yield " ".join(part for part in (block["figure"], block["unit"]) if part) + "."
            yield block["meaning"]
