"""Outcomes of services: the short list an agent chooses from, and whether a service requires one."""

from typing import Literal, get_args

type Outcome = Literal["file_received", "paper_missing", "informed", "redirected"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome.__value__)
"""The short list, in the order of the console."""
