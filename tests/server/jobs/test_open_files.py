"""A server has room for connections that strangers hold, or does not start."""

import resource

import pytest

from server.domain.refusals import Refusal
from server.jobs import ENOUGH_FILES, FEWEST_FILES, allow_open_files


class System:
    """A system with a limit of open files, which root may raise."""

    RLIM_INFINITY, RLIMIT_NOFILE = resource.RLIM_INFINITY, resource.RLIMIT_NOFILE

    def __init__(self, soft: int, hard: int, *, is_root: bool = False) -> None:
        self.limits, self.is_root = (soft, hard), is_root

    def getrlimit(self, _: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _: int, limits: tuple[int, int]) -> None:
        if limits[1] > self.limits[1] != resource.RLIM_INFINITY and not self.is_root:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


@pytest.mark.parametrize(
    ("system", "limit"),
    [
        (System(1024, 524_288), ENOUGH_FILES),
        (System(1024, resource.RLIM_INFINITY), ENOUGH_FILES),
        (System(1024, 8192), 8192),
        (System(1024, 1024, is_root=True), FEWEST_FILES),
        (System(200_000, 200_000), 200_000),
        (System(1024, 1024), None),
    ],
)
def test_too_few_open_files_are_raised_or_the_start_is_refused(
    monkeypatch, system: System, limit: int | None
):
    monkeypatch.setattr("server.jobs.resource", system)
    if limit is not None:
        assert allow_open_files() == limit == system.limits[0]
        return
    with pytest.raises(Refusal, match="too_few_files") as refused:
        allow_open_files()
    assert refused.value.details == {"files": 1024, "fewest": FEWEST_FILES}
