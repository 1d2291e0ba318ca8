"""Counts that add up quickly: the wall around what is fast and hard to read.

Numbers, and counts by name, stand side by side in one large integer, each in bits of its own, so that one
addition adds them all. Counts by second stay in the leaves they were counted in, as they were stored; they
are put together when somebody reads them, which for most sums of days nobody does. Reading gives what plain
fields would (property test).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import chain, count
from operator import attrgetter
from typing import Self

BITS = 40
"""Of one number: a million million. No sum of seconds or of visitors comes near."""
_ALL_BITS = (1 << BITS) - 1

type Sparse = dict[int, tuple[int, int]]
type Leaf = dict[str, Sparse | list[int]]
"""Counts by second, by field: as they are read, or as stored, a list: a second, its two counts, and so on."""
_of_numbers, _of_node = attrgetter("_numbers"), attrgetter("_node")


class _Node:
    """Counts by second: as they were counted or stored, or the sum of others, put together once read."""

    __slots__ = ("children", "is_shared", "leaf")

    def __init__(self, leaf: Leaf, children: list["_Node"] | None = None) -> None:
        self.leaf, self.children, self.is_shared = leaf, children, False

    def read(self, name: str) -> Sparse:
        """The counts of a field."""
        found = self.leaf.get(name)
        if not isinstance(found, dict):
            parts: list[Sparse | list[int]] = [] if found is None else [found]
            for child in self.children or ():
                part = child.leaf.get(name) if child.children is None else child.read(name)
                if part:
                    parts.append(part)
            found = self.leaf[name] = _together(parts)
        return found

    def names(self) -> set[str]:
        """The fields that have counts."""
        return {*self.leaf, *chain.from_iterable(child.names() for child in self.children or ())}


class PackedCounts:
    """The base of a dataclass whose fields are `int`, `Sparse` or `Counter[str]`, made by `packed`.

    A field by second is changed only before it is added to another: sums share it. One by name is set anew.
    """

    __slots__ = ("_node", "_numbers")

    def __init__(self, **counts: object) -> None:
        self._numbers = 0
        self._node = _Node({})
        for name, each in counts.items():
            setattr(self, name, each)

    @classmethod
    def of(cls, numbers: int, leaf: Leaf) -> Self:
        """Counts of numbers in their bits (`shift_of`), and of those by second."""
        made = cls.__new__(cls)
        made._numbers, made._node = numbers, _Node(leaf)
        return made

    @classmethod
    def sum_of(cls, every: Sequence["PackedCounts"]) -> Self:
        """The sum of several counts, exactly."""
        nodes = list(map(_of_node, every))
        for node in nodes:
            node.is_shared = True
        made = cls.__new__(cls)
        made._numbers, made._node = sum(map(_of_numbers, every)), _Node({}, nodes)
        return made

    def add(self, other: "PackedCounts") -> None:
        """Adds the counts of another to these, exactly."""
        self._numbers += other._numbers
        node = self._node
        if node.is_shared or node.children is None:
            node = self._node = _Node({}, [node])
        assert node.children is not None
        node.children.append(other._node)
        node.leaf = {}
        other._node.is_shared = True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PackedCounts) or self._numbers != other._numbers:
            return False
        names = self._node.names() | other._node.names()
        return all(self._node.read(name) == other._node.read(name) for name in names)

    __hash__ = None  # type: ignore[assignment]


class _Number:
    """A field that is a number, in its bits."""

    def __init__(self, shift: int) -> None:
        self._shift = shift

    def __get__(self, counts: PackedCounts, _: object = None) -> int:
        return (counts._numbers >> self._shift) & _ALL_BITS

    def __set__(self, counts: PackedCounts, number: int) -> None:
        counts._numbers += (number - self.__get__(counts)) << self._shift


class _Read(Counter[str]):
    """Counts by name as they are read: whoever changes them sets the field."""

    def __setitem__(self, name: str, n: int) -> None:
        raise TypeError(f"{name}: set the whole field")


class _ByName:
    """A field by name: each name that was ever counted is a number in its bits."""

    def __init__(self, places: Iterator[int]) -> None:
        self._places = places
        self._shifts: dict[str, int] = {}

    def shift_of(self, name: str) -> int:
        """Where the bits of a name begin."""
        return self._shifts.get(name) or self._shifts.setdefault(name, shift_of(next(self._places)))

    def __get__(self, counts: PackedCounts, _: object = None) -> Counter[str]:
        numbers = counts._numbers
        of_names = ((name, (numbers >> shift) & _ALL_BITS) for name, shift in tuple(self._shifts.items()))
        return _Read({name: n for name, n in of_names if n})

    def __set__(self, counts: PackedCounts, by_name: Counter[str]) -> None:
        before = self.__get__(counts)
        for name in {*before, *by_name}:
            counts._numbers += (by_name[name] - before[name]) << self.shift_of(name)


class _BySecond:
    """A field by second, of parts that are put together when it is read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, counts: PackedCounts, _: object = None) -> Sparse:
        return counts._node.read(self._name)

    def __set__(self, counts: PackedCounts, by_second: Sparse) -> None:
        node = counts._node
        leaf: Leaf = {name: node.read(name) for name in node.names()}
        counts._node = _Node(leaf | {self._name: by_second})


def _together(parts: Sequence[Sparse | list[int]]) -> Sparse:
    stored = [part for part in parts if isinstance(part, list)]
    each = chain.from_iterable(stored)
    read = chain.from_iterable(part.items() for part in parts if isinstance(part, dict))
    whole: Sparse = {}
    for second, first, last in zip(each, each, each, strict=True):
        if second in whole:
            before = whole[second]
            whole[second] = (before[0] + first, before[1] + last)
        else:
            whole[second] = (first, last)
    for second, pair in read:
        before = whole.get(second, (0, 0))
        whole[second] = (before[0] + pair[0], before[1] + pair[1])
    return whole


def shift_of(place: int) -> int:
    """Where the bits of a number begin. `place`: that of its field in the class."""
    return BITS * place


def packed[Counts: type[PackedCounts]](of: Counts) -> Counts:
    """A dataclass of counts, whose fields are packed from now on."""
    places = count(len(fields(of)))  # type: ignore[arg-type]
    for place, each in enumerate(fields(of)):  # type: ignore[arg-type]
        kind: object = _Number(shift_of(place))
        if each.default_factory is Counter:
            kind = _ByName(places)
        elif each.default_factory is dict:
            kind = _BySecond(each.name)
        setattr(of, each.name, kind)
    return of
