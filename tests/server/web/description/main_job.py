"""The main job through a client that a public generator made of the API's description.

    python main_job.py BASE_URL KEY HALL SERVICE COUNTER

Run where the package `parvis_client` is found. A visitor takes a ticket and follows it; an agent opens a
counter, calls the visitor, serves them and closes. The models of the client read every answer; what they say
is printed as JSON.
"""

import json
import sys
import uuid
from datetime import datetime
from typing import Any

from parvis_client import AuthenticatedClient
from parvis_client.api.counters import (
    counters_close_session_counters_counter_session_delete as close_session,
)
from parvis_client.api.counters import (
    counters_counter_counters_counter_get as read_counter,
)
from parvis_client.api.counters import (
    counters_finish_legs_leg_finish_post as finish,
)
from parvis_client.api.counters import (
    counters_leg_start_legs_leg_start_post as start,
)
from parvis_client.api.counters import (
    counters_next_leg_counters_counter_next_post as call_next,
)
from parvis_client.api.counters import (
    counters_open_session_counters_counter_session_post as open_session,
)
from parvis_client.api.halls import halls_board_halls_hall_board_get as read_board
from parvis_client.api.halls import halls_queue_halls_hall_queue_get as read_queue
from parvis_client.api.tickets import tickets_menu_halls_hall_menu_get as read_menu
from parvis_client.api.tickets import tickets_ticket_tickets_token_get as follow
from parvis_client.api.tickets import tickets_tickets_halls_hall_tickets_post as issue
from parvis_client.models import NextBody, ResultBody, SessionBody, TicketBody


def walk(client: AuthenticatedClient, hall: str, service: str, counter: str) -> dict[str, Any]:
    """What each step answered, in a few words."""

    def answered(step: Any, *path: str, **more: Any) -> Any:
        found = step.sync_detailed(*path, client=client, **more)
        assert found.status_code < 300, found.content
        return found.parsed

    menu = answered(read_menu, hall)
    ticket = answered(issue, hall, body=TicketBody(service=service, press_id=str(uuid.uuid4())))
    assert isinstance(ticket.issued_at, datetime)
    waiting = answered(follow, ticket.token)
    session = answered(open_session, counter, body=SessionBody(take_over=True)).session
    called = answered(call_next, counter, body=NextBody(), x_counter_session=session)
    board = answered(read_board, hall)
    at_counter = answered(read_counter, counter)
    answered(start, called.leg, x_counter_session=session)
    answered(finish, called.leg, body=ResultBody(), x_counter_session=session)
    queue = answered(read_queue, hall)
    answered(close_session, counter, x_counter_session=session)
    return {
        "offered": [each.id for entry in menu.services for each in (entry, *entry.children)],
        "number": ticket.number,
        "waiting": waiting.state,
        "called": called.number,
        "why": called.why.key,
        "on_board": [each.number for each in board.calls],
        "at_counter": at_counter.leg.number,
        "received": queue.day.received,
        "served": answered(follow, ticket.token).end_reason,
    }


if __name__ == "__main__":
    base_url, key, *where = sys.argv[1:]
    with AuthenticatedClient(base_url=base_url, token=key, raise_on_unexpected_status=True) as client:
        sys.stdout.write(json.dumps(walk(client, *where)))
