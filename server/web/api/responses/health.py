"""Shapes of health: whether the server runs, and whether it takes requests."""

from typing import Literal

from server.web.api.responses.exact import ExactShape


class HealthAnswer(ExactShape):
    """The server runs; as the answer of « ready », it takes requests too."""

    status: Literal["ok"]


class NotReadyAnswer(ExactShape):
    """The server runs but takes no requests yet, or its database is away."""

    status: Literal["not ready"]
