"""One test of many things at once that still names each fault and the thing that has it."""

from collections.abc import Callable, Iterable


def assert_faultless[Thing](
    things: Iterable[Thing], find: Callable[[Thing], Iterable[object]], *, name: Callable[[Thing], str] = str
) -> None:
    """Fails with a line for each fault that `find` sees in one of the things, of which there must be some."""
    seen = list(things)
    assert seen, "nothing was looked at"
    faults = [f"{name(each)}: {fault}" for each in seen for fault in find(each)]
    assert not faults, "\n".join(faults)
