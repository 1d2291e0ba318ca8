"""One test of many things at once that still names each fault and the thing that has it."""

from collections.abc import Callable, Iterable


def faults_in[Thing](
    things: Iterable[Thing], find: Callable[[Thing], Iterable[object]], *, name: Callable[[Thing], str] = str
) -> str:
    """A line for each fault that `find` sees in one of the things; "" when there is none."""
    return "\n".join(f"{name(each)}: {fault}" for each in things for fault in find(each))
