"""When a press is answered by the server, when by the kiosk itself, and when by nobody."""

import json
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from hardware.languages import VISITOR_LANGUAGES
from kiosk.agent.hall_link import HallLink, LinkState
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.own_tickets import sound_press
from kiosk.agent.press_journal import PressJournal
from kiosk.agent.presses import UNPLUGGED, Presses
from kiosk.agent.server_line import Answer, NeverSent, ServerSilent
from tests.kiosk.agent.samples import SetClock, kept_in, provision

BODY = {"press_id": "press-0001", "service": "accueil", "language": "en", "priority": False, "needs": []}


class Kiosk:
    """The presses of a kiosk whose server does what a test says; time passes only while one waits."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, kept: KeptFiles | None = None) -> None:
        self.clock, self.asked = SetClock(), []  # type: ignore[var-annotated]
        self.kept = kept or kept_in(folder)
        self.journal = PressJournal(folder)
        self.link = HallLink(None, self.kept, self.journal, self.clock, incarnation="i")  # type: ignore[arg-type]
        self.link.state = "up"
        self.given: list[str] = []
        self.presses = Presses(self.link, on_given=lambda: self.given.append("given"))
        monkeypatch.setattr("kiosk.agent.presses.time.sleep", self.clock.pass_by)

    def press(
        self, *outcomes: Exception | int | Callable[[], Any], **body: Any
    ) -> tuple[int, dict[str, Any]]:
        """The answer to a press; `outcomes`: of each time that the server is asked, the last one repeats."""
        left = list(outcomes)

        def send(within_s: float) -> Answer:
            self.asked.append(within_s)
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, Exception):
                self.clock.pass_by(within_s if str(outcome) == "hangs" else 0.0)
                raise outcome
            assert isinstance(outcome, int)
            return Answer(outcome, json.dumps({"number": "A042"}).encode(), Message())  # type: ignore[arg-type]

        answer = self.presses.take(BODY | body, send)
        return (answer.status, answer.json()) if isinstance(answer, Answer) else answer


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    return Kiosk(tmp_path, monkeypatch)


def numbered(answer: tuple[int, dict[str, Any]]) -> str:
    assert answer[0] == 201, answer
    return str(answer[1]["number"])


def test_the_servers_answer_is_the_answer(kiosk: Kiosk):
    assert kiosk.press(409)[0] == 409
    assert not kiosk.link.changed.is_set()
    assert numbered(kiosk.press(201)) == "A042"
    assert kiosk.link.changed.is_set(), "its paper is asked for at once"
    assert kiosk.given == []


def test_a_refused_connection_is_answered_at_once_from_the_own_series(kiosk: Kiosk):
    before_s = kiosk.clock.seconds
    status, ticket = kiosk.press(NeverSent("refused"))
    assert (status, ticket["number"], kiosk.clock.seconds) == (201, "HL001", before_s)
    nothing = {name: ticket[name] for name in ("ahead", "wait", "token", "follow_url", "short_code")}
    assert set(nothing.values()) == {None}
    assert (ticket["why_no_wait"], ticket["unplugged"]) == ("unplugged", True)
    assert ticket["service_names"]["en"] == "Reception"
    assert kiosk.journal.to_merge()[0].was_sent is False
    assert kiosk.link.state == "away"
    assert numbered(kiosk.press(201)) == "HL001", "the same press has its number"
    assert numbered(kiosk.press(201, press_id="press-0002")) == "HL002", "the server does not know the first"


@pytest.mark.parametrize("outcome", [ServerSilent("hangs"), ServerSilent("cut"), 503])
def test_a_press_that_was_sent_waits_three_seconds_before_the_kiosk_answers(
    kiosk: Kiosk, outcome: Exception | int
):
    before_s = kiosk.clock.seconds
    assert numbered(kiosk.press(outcome)) == "HL001"
    assert kiosk.clock.seconds - before_s >= 3.0
    assert kiosk.journal.to_merge()[0].was_sent is True


def test_a_press_that_was_sent_is_asked_for_again_and_the_server_may_still_answer(kiosk: Kiosk):
    assert numbered(kiosk.press(ServerSilent("cut"), NeverSent("refused"), 201)) == "A042"
    assert kiosk.given == []


def test_once_sent_a_refused_connection_does_not_prove_that_it_never_arrived(kiosk: Kiosk):
    before_s = kiosk.clock.seconds
    assert numbered(kiosk.press(ServerSilent("cut"), NeverSent("refused"))) == "HL001"
    assert kiosk.clock.seconds - before_s >= 3.0


def test_a_killed_agent_remembers_that_a_press_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kiosk: Kiosk
):
    class Killed(BaseException):
        """Here."""

    def die(_: float) -> Answer:
        raise Killed

    with pytest.raises(Killed):
        kiosk.presses.take(BODY, die)
    again = Kiosk(tmp_path, monkeypatch, kiosk.kept)
    before_s = again.clock.seconds
    assert numbered(again.press(NeverSent("refused"))) == "HL001"
    assert again.clock.seconds - before_s >= 3.0


def test_a_press_that_the_server_answered_never_gets_a_number_here(kiosk: Kiosk):
    kiosk.press(201)
    assert kiosk.press(NeverSent("refused")) == UNPLUGGED


def test_a_press_that_nobody_waits_for_any_more_gets_no_number(kiosk: Kiosk):
    with pytest.raises(RuntimeError):
        kiosk.presses.take(BODY, lambda _: (_ for _ in ()).throw(RuntimeError()))
    kiosk.clock.pass_by(31)
    assert kiosk.press(NeverSent("refused")) == UNPLUGGED


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"own_series": None}, "away", "unplugged"),
        ({"ends_at": provision()["begins_at"]}, "away", "unplugged"),
        ({}, "twice", "unplugged"),
        (provision(closes_after_h=-1), "away", "closed"),
        ({"services": []}, "away", "unknown_service"),
        (provision(last=0), "away", "numbers_exhausted"),
    ],
)
def test_without_a_series_hours_or_the_only_identity_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], state: LinkState, code: str
):
    kiosk = Kiosk(tmp_path, monkeypatch, kept_in(tmp_path, provision=provision() | changes))
    kiosk.link.state = state
    assert kiosk.press(NeverSent("refused"))[1]["code"] == code


def test_a_ticket_that_is_given_here_has_nothing_that_the_server_refuses():
    body = {
        "press_id": "press-0001",
        "service": "accueil",
        "language": "fr;q=0.9",
        "needs": ["deaf", "x", {}],
    }
    sound = sound_press(body)
    assert sound == body | {"language": "fr", "priority": False, "needs": ["deaf"]}
    assert sound_press(body | {"language": "", "needs": "deaf"}) == sound | {"needs": []}
    given = [sound_press(body | {"language": code}) for code in VISITOR_LANGUAGES]
    assert [press and press["language"] for press in given] == list(VISITOR_LANGUAGES)
    assert sound_press(body | {"press_id": "short"}) is None
    assert sound_press(body | {"appointment_code": "ABC"}) is None


def test_a_program_of_the_same_computer_takes_no_more_tickets_than_a_kiosk_may_give(kiosk: Kiosk):
    kiosk.link.state = "away"
    names = [f"press-{at:04d}" for at in range(31)]
    answers = [kiosk.press(NeverSent("refused"), press_id=name)[0] for name in names]
    assert answers == [201] * 30 + [429]
    kiosk.clock.pass_by(61)
    assert kiosk.press(NeverSent("refused"), press_id="press-0099")[0] == 201
