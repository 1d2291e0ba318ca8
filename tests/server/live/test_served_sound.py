"""A call as a real server has it spoken: in recordings, for the loop too, in the language of its ticket."""

import json
import uuid
from typing import Any

import pytest

from server.live import messages
from tests.hardware.speech.recordings import record
from tests.server.live.hall import Halls, ServedHall

COUNTER = "laon-g1"
WORDS = ("numero", *"acfhklrt0123456789", "guichet")


def with_sound(hall: ServedHall) -> None:
    """Laon has an induction loop, fed by a screen of its own, and says the language of each ticket."""
    content = json.loads(hall.server.parvis("export-configuration", "--hall", "laon"))
    content["sound"] |= {"loop": {"percent": 80}, "says_visitor_language": True}
    content["screens"].append({"id": "laon-boucle", "label": "Boucle", "output": "loop"})
    file = hall.server.var / "laon.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    hall.server.parvis("import-configuration", str(file))


def called(hall: ServedHall, language: str) -> dict[str, Any]:
    """The announcement of a ticket in a language, once it has its sound."""
    wanted = {"service": "laon-accueil", "press_id": str(uuid.uuid4()), "language": language}
    with hall.screen() as screen:
        hall.post("/halls/laon/tickets", wanted)
        hall.next(COUNTER)
        return screen.wait(messages.CALL_ANNOUNCED, lambda each: bool(each["audio"]))


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_recordings_speak_a_call_also_for_the_loop_and_in_the_language_of_its_ticket(
    served_hall: Halls, layout: str
):
    hall = served_hall(layout, voice="true")
    record(hall.server.var / "voices" / "fr", WORDS)
    with_sound(hall)
    hall.open(COUNTER)
    said = called(hall, "en")
    for name in ("audio", "once_ms", "brief", "loop", "loop_once_ms"):
        assert list(said[name]) == ["fr", "en"]
    files = {said[name][language] for name in ("audio", "brief", "loop") for language in ("fr", "en")}
    assert len(files) == 6
    token = hall.site["screens"][0]["token"]
    for file in files:
        answer = hall.http.get(f"{hall.server.base_url}{file}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert answer.content[:4] == b"RIFF"
