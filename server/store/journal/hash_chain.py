"""Journals: the canonical text of a fact, its hash, and the chain of hashes.

The canonical text is RFC 8785 JSON. Facts hold only strings, integers, booleans, nulls, lists, and objects
with ASCII keys; no floats. For these the standard encoder with sorted keys writes the same bytes (tested).
"""

import hashlib
import json
from collections.abc import Mapping

GENESIS = "0" * 64
"""The hash before the first fact."""


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """The canonical JSON of a value of a fact."""
    return _canonical.encode(value)


ENVELOPE = (
    "author",
    "counter",
    "device",
    "happened_at",
    "hall",
    "id",
    "is_clock_suspect",
    "kind",
    "position",
    "recorded_at",
    "schema",
    "version",
    "visit",
)
"""What the hash covers besides the body, in canonical order around it."""


def fact_hash(previous: str, columns: Mapping[str, object], body: str) -> str:
    """The hash of a fact: of the hash before it and its canonical text. `body` is canonical text already."""
    rest = canonical({key: columns[key] for key in ENVELOPE if key != "author" and key in columns})[1:]
    text = f'{previous}\n{{"author":{canonical(columns["author"])},"body":{body},{rest}'
    return hashlib.sha256(text.encode()).hexdigest()
