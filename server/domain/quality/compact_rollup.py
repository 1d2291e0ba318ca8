"""A rollup as a compact text, and back: exact, whatever fields `Tally` and `Rollup` have.

A field of a new type needs a codec here; without one this module refuses to load.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from server.domain.quality.packed_counts import Leaf, shift_of
from server.domain.quality.rollup import CellKey, Rollup, Sparse, Tally


@dataclass(frozen=True, slots=True)
class _Codec:
    """How the values of a field become JSON, and back; those of a tally are packed as they stand there."""

    encode: Callable[[Any], object]
    decode: Callable[[Any], Any] = lambda stored: stored


def _flat(sparse: Sparse) -> list[int]:
    flat: list[int] = []
    for second in sorted(sparse):
        flat += (second, *sparse[second])
    return flat


def _parts(counts: Counter[tuple[str, ...]]) -> list[list[object]]:
    return [[*key, count] for key, count in sorted(counts.items())]


def _counts(parts: list[list[Any]]) -> Counter[tuple[str, ...]]:
    return Counter({tuple(key): count for *key, count in parts})


_CODECS: dict[Any, _Codec] = {
    int: _Codec(int),
    Sparse: _Codec(_flat),
    Counter[str]: _Codec(lambda counts: dict(sorted(counts.items())), Counter),
    Counter[tuple[str, str]]: _Codec(_parts, _counts),
}


def _codecs(of: type[Tally] | type[Rollup]) -> dict[str, _Codec]:
    """The codec of each field but the cells. Raises TypeError for a field whose type has none."""
    found = {field.name: field.type for field in fields(of) if field.name != "cells"}
    unknown = [name for name, kind in found.items() if kind not in _CODECS]
    if unknown:
        raise TypeError(f"no codec for the fields {unknown} of {of.__name__}")
    return {name: _CODECS[kind] for name, kind in found.items()}


_OF_TALLY, _OF_ROLLUP = _codecs(Tally), _codecs(Rollup)
_FIELDS = list(_OF_TALLY)


def to_compact(rollup: Rollup) -> str:
    """The text of a rollup; equal rollups have equal texts. Counts of zero are left out."""
    cells = [[*key, _tally_parts(tally)] for key, tally in sorted(rollup.cells.items())]
    counts = {name: codec.encode(+getattr(rollup, name)) for name, codec in _OF_ROLLUP.items()}
    return json.dumps([cells, counts], ensure_ascii=False, separators=(",", ":"))


def _tally_parts(tally: Tally) -> list[object]:
    """Place and value of each field that counts something, one after the other."""
    parts: list[object] = []
    for place, (name, codec) in enumerate(_OF_TALLY.items()):
        value = getattr(tally, name)
        if value:
            parts += (place, codec.encode(value))
    return parts


def from_compact(text: str | bytes) -> Rollup:
    """The rollup of a text of `to_compact`."""
    cells, counts = json.loads(text)
    return Rollup(
        cells={CellKey._make(cell[:-1]): _tally(cell[-1]) for cell in cells},
        **{name: codec.decode(counts[name]) for name, codec in _OF_ROLLUP.items()},
    )


def _tally(parts: list[Any]) -> Tally:
    numbers = 0
    leaf: Leaf = {}
    for place, value in zip(parts[::2], parts[1::2], strict=True):
        if isinstance(value, int):
            numbers += value << shift_of(place)
        elif isinstance(value, list):
            leaf[_FIELDS[place]] = value
        else:
            shift_of_name = vars(Tally)[_FIELDS[place]].shift_of
            for name, count in value.items():
                numbers += count << shift_of_name(name)
    return Tally.of(numbers, leaf)
