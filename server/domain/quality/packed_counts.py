"""Counts that add up quickly: the wall around what is fast and hard to read.

Numbers stand side by side in one large integer, each in bits of its own, so that one addition adds them all.
Counts by second or by name wait as they were added; they are put together when somebody reads them, which
for most sums of days nobody does. Reading gives what plain fields would (property test).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Self, cast

BITS = 40
"""Of one number: a million million. No sum of seconds or of visitors comes near."""
_ALL_BITS = (1 << BITS) - 1

type Sparse = dict[int, tuple[int, int]]
type Part = Sparse | Counter[str]


class PackedCounts:
    """The base of a dataclass whose fields are `int`, `Sparse` or `Counter[str]`, made by `packed`.

    A field by second or by name is changed only before it is added to another: sums share it.
    """

    __slots__ = ("_numbers", "_parts")

    def __init__(self, **counts: object) -> None:
        self._numbers = 0
        self._parts: dict[str, list[Part]] = {}
        for name, count in counts.items():
            setattr(self, name, count)

    @classmethod
    def of(cls, numbers: int, parts: dict[str, Part]) -> Self:
        """Counts of numbers in their bits (`shift_of`), and of those by second or by name."""
        made = cls()
        made._numbers = numbers
        made._parts = {name: [part] for name, part in parts.items()}
        return made

    def add(self, other: "PackedCounts") -> None:
        """Adds the counts of another to these, exactly."""
        self._numbers += other._numbers
        mine = self._parts
        for name, parts in other._parts.items():
            if name in mine:
                mine[name] += parts
            else:
                mine[name] = parts.copy()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PackedCounts) or self._numbers != other._numbers:
            return False
        return all(getattr(self, name) == getattr(other, name) for name in {*self._parts, *other._parts})

    __hash__ = None  # type: ignore[assignment]


class _Number:
    """A field that is a number, in its bits."""

    def __init__(self, shift: int) -> None:
        self._shift = shift

    def __get__(self, counts: PackedCounts, _: object = None) -> int:
        return (counts._numbers >> self._shift) & _ALL_BITS

    def __set__(self, counts: PackedCounts, number: int) -> None:
        counts._numbers += (number - self.__get__(counts)) << self._shift


class _Parts[P: Part]:
    """A field by second or by name, of parts that are put together when it is read."""

    def __init__(self, name: str, together: Callable[[Iterable[P]], P]) -> None:
        self._name, self._together = name, together

    def __get__(self, counts: PackedCounts, _: object = None) -> P:
        parts = cast(list[P], counts._parts.setdefault(self._name, []))
        if len(parts) != 1:
            parts[:] = [self._together(parts)]
        return parts[0]

    def __set__(self, counts: PackedCounts, part: P) -> None:
        counts._parts[self._name] = [part]


def _named(parts: Iterable[Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for part in parts:
        for name, count in part.items():
            whole[name] = whole.get(name, 0) + count
    return whole


def _by_second(parts: Iterable[Sparse]) -> Sparse:
    whole: Sparse = {}
    for part in parts:
        for second, pair in part.items():
            before = whole.get(second)
            whole[second] = pair if before is None else (before[0] + pair[0], before[1] + pair[1])
    return whole


def shift_of(place: int) -> int:
    """Where the bits of a number begin. `place`: that of its field in the class."""
    return BITS * place


def packed[Counts: type[PackedCounts]](of: Counts) -> Counts:
    """A dataclass of counts, whose fields are packed from now on."""
    for place, each in enumerate(fields(of)):  # type: ignore[arg-type]
        kind: object = _Number(shift_of(place))
        if each.default_factory is Counter:
            kind = _Parts(each.name, _named)
        elif each.default_factory is dict:
            kind = _Parts(each.name, _by_second)
        setattr(of, each.name, kind)
    return of
