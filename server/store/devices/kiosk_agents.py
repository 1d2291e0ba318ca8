"""Agents of kiosks: which incarnation is live, and the last refusal of another one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_

from server.domain.instants import EPOCH
from server.store.engine.lookups import ChangeBy, OfHall
from server.store.engine.statements import Write, WrittenRows, rows_of
from server.store.tables.devices import kiosk_agent


@dataclass(frozen=True, slots=True)
class KioskAgent:
    """The agent that was heard last for a kiosk (id) of a hall (id); `program`: its version.

    `refused_at`: when another incarnation was refused last, None: never.
    """

    kiosk: str
    hall: str
    incarnation: str
    program: str
    heard_at: datetime
    refused_at: datetime | None = None


_COLUMNS = ["hall", "incarnation", "program", "heard_at"]
agents_in = OfHall(KioskAgent, rows_of(KioskAgent, kiosk_agent), kiosk_agent.c.hall)
"""The agents of a hall (id) or of every hall, in no order."""
_HEAR = Write.insert_or(
    lambda new: {name: new[name] for name in _COLUMNS},
    kiosk_agent,
    ["kiosk"],
    _COLUMNS,
    where=or_(
        kiosk_agent.c.incarnation == bindparam("own"), kiosk_agent.c.heard_at <= bindparam("silent_since")
    ),
)
note_refused = ChangeBy(
    kiosk_agent.update().where(kiosk_agent.c.kiosk == bindparam("of_kiosk")), *("of_kiosk", "refused_at")
)
"""Keeps that a second agent of a kiosk was refused."""
let_leave = ChangeBy(
    kiosk_agent.update()
    .where(kiosk_agent.c.kiosk == bindparam("of_kiosk"), kiosk_agent.c.incarnation == bindparam("own"))
    .values(heard_at=EPOCH),
    *("of_kiosk", "own"),
)
"""Lets another agent come at once, if this one is the kiosk's."""


def hear_agent(rows: WrittenRows, heard: KioskAgent, *, silent_since: datetime) -> bool:
    """Keeps that an agent was heard; False while another incarnation was heard after `silent_since`."""
    values = {name: getattr(heard, name) for name in ("kiosk", *_COLUMNS)}
    return bool(rows.execute(_HEAR, **values, own=heard.incarnation, silent_since=silent_since))
