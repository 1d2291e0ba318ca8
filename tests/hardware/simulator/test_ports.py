"""Ports of simulated printers: those of one demonstration differ."""

import random

import pytest

from hardware.simulator.outlets import free_port


def test_no_port_is_drawn_twice(monkeypatch: pytest.MonkeyPatch):
    same = [free_port(), *random.sample(range(20_000, 32_000), k=49)]
    monkeypatch.setattr(random, "sample", lambda *_, **__: same)
    drawn = [free_port() for _ in range(3)]
    assert len({same[0], *drawn}) == 4
