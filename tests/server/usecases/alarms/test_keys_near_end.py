"""API keys near their end, and used after it: each step is an alarm of the halls they are for."""

import json
from datetime import timedelta

import pytest

from server.domain.refusals import Refusal
from server.store.devices.paired_devices import bearer_of_token
from server.usecases.configuration.publication import publish_hall
from server.usecases.people.directory import NewKey, create_api_key, refuse_void_key, revoke_api_key
from tests.server.store.journals import AGENT, HALL
from tests.server.usecases.alarms.faulty_hall import FaultyHall
from tests.server.usecases.quality.figures_history import HALLS


def test_an_alarm_announces_the_end_of_a_key_at_each_step_and_its_use_after_the_end(hall: FaultyHall):
    publish_hall(hall.database, AGENT, (HALLS / "vervins.json").read_bytes())
    hall.tells("https://example.org/hook")
    ends = hall.hands.now + timedelta(days=40)
    _, token = create_api_key(hall.database, AGENT, NewKey("box", ("alert",), (HALL,), expires_at=ends))
    other = NewKey("other", ("alert",), ("vervins",), expires_at=ends)
    create_api_key(hall.database, AGENT, other)

    def said(left: timedelta) -> list[str]:
        hall.hands.now = ends - left
        hall.look(0)
        return [each["text"] for each in hall.read()["alarms"] if each["kind"].startswith("key_")]

    def shown() -> None:
        with hall.database.read() as rows:
            found = bearer_of_token(rows, token, hall.database.clock.now())
        assert found.void is not None
        with pytest.raises(Refusal, match="unknown_key"):
            refuse_void_key(hall.database, found.void)

    assert said(timedelta(days=31)) == []
    for days in (30, 7):
        ending = f"Clé d’accès (alert)\u00a0: elle s’arrête dans {days}\u00a0jours au plus."
        assert said(timedelta(days=days)) == [ending]
    last = "Clé d’accès (alert)\u00a0: elle s’arrête dans un jour au plus."
    assert [said(timedelta(days=1)), said(timedelta(0))] == [[last]] * 2
    shown()
    shown()
    used = "Clé d’accès (alert)\u00a0: un programme se sert encore d’une clé qui n’est plus acceptée."
    assert said(timedelta(days=-1)) == [used]
    sent = [json.loads(each["body"]) for each in hall.outbox()]
    assert [each["type"] for each in sent if "key" in each["data"]["kind"]] == ["alarm.raised"] * 4
    revoke_api_key(hall.database, AGENT, sent[-1]["data"]["subject"]["id"])
    assert said(timedelta(days=-2)) == []
