"""Journals: canonical text of a fact, its hash, and the chain.

The canonical text is RFC 8785 JSON. Facts hold strings, integers, booleans, nulls, lists and objects with
ASCII
keys only (no floats), for which the standard encoder with sorted keys writes the same bytes (tested).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64
"""The hash before the first fact."""


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
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


def fact_hash(previous: str, columns: Mapping[str, Any], body: str) -> str:
    """The hash of a fact: over the hash before and its canonical text. `body` is already canonical text."""
    rest = canonical({key: columns[key] for key in ENVELOPE if key != "author" and key in columns})[1:]
    text = f'{previous}\n{{"author":{canonical(columns["author"])},"body":{body},{rest}'
    return hashlib.sha256(text.encode()).hexdigest()
