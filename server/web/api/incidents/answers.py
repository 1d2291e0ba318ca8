"""Shapes of incidents: who would receive one, and those that pages show."""

from typing import Literal

from server.domain.incidents.incidents import IncidentState
from server.web.api.responses.exact import Count, ExactShape, InstantText, Position, Texts


class ReceiverAnswer(ExactShape):
    """A person who would receive an incident now, by the page they have open."""

    page: Literal["console", "reception", "security", "wall", "supervision"]
    counter: str | None
    """The counter they hold, with its labels by language; null: none."""
    labels: Texts | None


class ReceiversAnswer(ExactShape):
    """Who would receive an incident now, without the person who asks."""

    here: list[ReceiverAnswer]
    """People connected in the hall."""
    beyond: Count
    """How many more people would receive it after 30 s."""
    is_known: bool
    """False: who is connected cannot be read now."""
    phone: str
    """The number that the site says to telephone."""


class RaisedIncident(ExactShape):
    """An incident was raised; `is_joined`: one stood at its place already."""

    incident: str
    is_joined: bool
    is_received: bool
    """False: nobody is connected to receive it."""


class AnsweredIncident(ExactShape):
    """An incident is answered; `is_own` false: another person was first."""

    incident: str
    is_own: bool


class IncidentAnswerer(ExactShape):
    """Who comes."""

    role: str
    labels: Texts | None
    """Of the counter they hold, by language; null: none."""
    hall: str | None
    """The name of their hall; null: that of the incident."""


class IncidentOfHall(ExactShape):
    """An incident that nobody has ended."""

    incident: str
    counter: str | None
    """The id of its counter; null: the reception desk."""
    labels: Texts | None
    """Of its counter, by language; null: the reception desk."""
    state: IncidentState
    is_beyond: bool
    """People of other halls see it too."""
    presses: Count
    raised_at: InstantText
    answered_at: InstantText | None
    answered_by: IncidentAnswerer | None


class HallIncidents(Position):
    """The incidents of a hall."""

    name: str
    """Of the site and the hall."""
    incidents: list[IncidentOfHall]


class IncidentsAnswer(ExactShape):
    """The incidents that a page shows: those of its hall, and of other halls those that went beyond."""

    own: list[str]
    """The incidents (ids) that this person raised in the hall."""
    answered: list[str]
    """The incidents (ids) that this person answered in the hall."""
    halls: list[HallIncidents]
