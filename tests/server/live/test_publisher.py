"""What is published: a configuration reaches every hall and page at once, a call has its voice."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from hardware.speech import BRIEF_PAUSE_S, AudioFiles, SpokenFiles
from hardware.speech.sound import RATE_HZ, from_wav
from hardware.speech.voices import GAP_S, Voices
from server.apart import IsolatedWorker
from server.domain.author import SYSTEM
from server.domain.instants import to_text
from server.live import messages
from server.live.presence import Presence, SocketPlace
from server.live.publication import CallAnnounced, SpokenCall
from server.live.publisher import Publisher
from server.live.voice import Voice
from server.printing.documents import PreparedDocument
from server.usecases.configuration.publication import publish_installation
from server.usecases.waits import Estimates
from tests.hardware.speech.recordings import record
from tests.harness.sentences import TRANSLATE
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.server.live.hall import Halls, Listener, ServedHall
from tests.server.printing.test_served_printing import (
    PUBLIC_URL,
    Kiosk,
    content_of_job,
    expected_picture,
    shows,
)
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

API = "/api/v1/configuration/laon"


def published(browser: httpx.Client, content: dict[str, Any]) -> int:
    """The revision a content has become."""
    known = browser.get(API).raise_for_status().json()
    body = {"base_revision": known["revision"], "draft_version": None, "content": content}
    saved = browser.put(f"{API}/draft", json=body).raise_for_status().json()
    answer = browser.post(f"{API}/publish", json={"draft_version": saved["version"]})
    return int(answer.raise_for_status().json()["revision"])


def applied(browser: httpx.Client) -> tuple[str, dict[str, str]]:
    """What applies at Laon, and the state of each device."""
    (hall,) = browser.get(f"{API}/devices").raise_for_status().json()["halls"]
    return hall["configuration"], {each["id"]: each["state"] for each in hall["devices"]}


def acknowledged(browser: httpx.Client, devices: dict[str, Listener], mark: str) -> None:
    for listener in devices.values():
        assert listener.ask("configuration.applied", {"configuration": mark}) is True
    wait_until(
        lambda: all(applied(browser)[1][device] == "up to date" for device in devices),
        "each device is known to run it",
    )


def waiting(hall: ServedHall) -> list[str]:
    return [leg["leg"] for queue in hall.get("/halls/laon/queue")["queues"] for leg in queue["legs"]]


def name_on_paper(hall: ServedHall, fonts_dir: Path) -> str:
    """The service's name on a new ticket of the kiosk, as printed."""
    kiosk = Kiosk(hall.server)
    with kiosk.listening():
        job = kiosk.ended(kiosk.press())["job"]
    picture = wait_until(kiosk.pictures, "the paper is seen")[0]
    assert shows(picture, expected_picture(hall.server, job, fonts_dir))
    wanted, _ = content_of_job(hall.server, job, fonts_dir)
    assert isinstance(wanted, PreparedDocument)
    return wanted.languages[0].service


NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CALL: CallAnnounced = {
    "call": "c1",
    "rank": 1,
    "number": "A042",
    "counter": {"id": "g3", "label": "guichet 3"},
    "text": {"fr": "A042, guichet 3"},
    "audio": {},
    "at": to_text(NOW),
}


FRENCH_PLACE = {"fr": "guichet 3"}


class Over(Exception):
    """Ends a voice that runs for ever."""


class Rendered:
    """Audio files of which only the words are kept."""

    def __init__(self) -> None:
        self.said: list[Sequence[str]] = []
        self.voices = self

    def speaks(self, language: str) -> bool:
        return language in ("fr", "en", "ar", "de")

    def announcement(self, sentence: str, brief: str, language: str, has_loop: bool = False) -> SpokenFiles:
        self.said.append((sentence, brief, language))
        loop = ("loop.wav", 3_300) if has_loop else (None, 0)
        return SpokenFiles("whole.wav", 4_700, "brief.wav", *loop)


def spoken(call: SpokenCall) -> tuple[Rendered, list[dict[str, Any]]]:
    files, sent = Rendered(), []

    def emit(_name: str, message: dict[str, Any], *_to: str) -> None:
        sent.append(message)
        raise Over

    voice = Voice(
        files,  # type: ignore[arg-type]
        translate=TRANSLATE,
        emit=emit,
        now=lambda: NOW,
        off_loop=lambda work, *values: work(*values),
    )
    voice.speak("hall", CALL, call)
    with pytest.raises(Over):
        voice.run()
    return files, sent


HALLS_OPEN = ("laon", "vervins")


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_every_page_follows_a_publication_and_its_rollback_and_no_visitor_loses_a_place(
    served_hall: Halls, layout: str, fonts_dir: Path
):
    hall = served_hall(layout, public_url=PUBLIC_URL)
    hall.open("laon-g1")
    tickets = [hall.ticket() for _ in range(4)]
    called = hall.next("laon-g1")
    with (
        signed_in(hall.server, "administrator", "*") as browser,
        hall.screen() as screen,
        hall.kiosk() as kiosk,
        hall.agent() as agent,
        hall.visitor(tickets[3]["token"]) as phone,
    ):
        devices = {hall.site["screens"][0]["id"]: screen, hall.site["kiosk"]["id"]: kiosk}
        # a server in its first second knows of no change: it tells of this one in its next
        hall.ticket()
        order = waiting(hall)
        screen.wait(messages.QUEUES_CHANGED, lambda _: True)
        before, _ = applied(browser)
        acknowledged(browser, devices, before)
        assert screen.ask("configuration.applied", {"configuration": "new"}) is False
        known = browser.get(API).json()
        content = known["content"]
        service = next(each for each in content["services"] if each["id"] == "laon-accueil")
        counter = next(each for each in content["counters"] if each["id"] == "laon-g1")
        service["names"]["fr"], counter["labels"]["fr"] = "Premiers renseignements", "guichet bleu"

        for listener in (screen, kiosk, phone):
            listener.heard.clear()
        published(browser, content)
        now, states = applied(browser)
        assert now != before
        assert {states[device] for device in devices} == {"pending"}
        present_figures = {"configuration": now}
        agent.wait(messages.CONFIGURATION_CHANGED, lambda each: each == present_figures)
        screen.wait(messages.PROGRAMME_CHANGED, lambda _: True)
        kiosk.wait(messages.MENU_CHANGED)
        ticket = phone.wait(
            messages.TICKET_CHANGED, lambda each: each["service"]["name"] == "Premiers renseignements"
        )
        assert ticket["number"] == tickets[3]["number"]
        acknowledged(browser, devices, now)
        recall = f"/legs/{called['leg']}/recall"
        wait_until(
            lambda: hall.http.post(recall, json={}, headers=hall.held(recall)).is_success,
            "five seconds after the call",
        )
        call = screen.wait(messages.CALL_ANNOUNCED, lambda each: each["rank"] == 2)
        assert "guichet bleu" in call["text"]["fr"]
        assert hall.board()["calls"][0]["counter"]["label"] == "guichet bleu"
        assert waiting(hall) == order
        assert name_on_paper(hall, fonts_dir) == "Premiers renseignements"
        order = waiting(hall)

        back = browser.post(f"{API}/rollback", json={"revision": known["revision"]}).raise_for_status().json()
        restored, _ = applied(browser)
        agent.wait(messages.CONFIGURATION_CHANGED, lambda each: each == {"configuration": restored})
        phone.wait(messages.TICKET_CHANGED, lambda each: each["as_of"] > ticket["as_of"])
        acknowledged(browser, devices, restored)
        assert hall.board()["calls"][0]["counter"]["label"] != "guichet bleu"
        assert waiting(hall) == order
        revisions = browser.get(f"{API}/revisions").json()["revisions"][:2]
        assert [(each["revision"], each["restores"]) for each in revisions] == [
            (back["revision"], known["revision"]),
            (back["revision"] - 1, None),
        ]
        assert all(each["author"] and each["origin"] == "browser" for each in revisions)
        assert max(each.largest() for each in (screen, kiosk, agent, phone)) < messages.MESSAGE_LIMIT


def _stops_between_two_transactions(server: Served, worker: int) -> bool:
    """Whether the worker is stopped now, without a lock that the other would wait for."""
    os.kill(worker, signal.SIGSTOP)
    url = make_url(server.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as asking:
        busy = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
        )
        (transactions,) = asking.execute(busy).fetchone() or (1,)
    if transactions:
        os.kill(worker, signal.SIGCONT)
    return not transactions


@contextmanager
def only(server: Served, worker: int) -> Iterator[None]:
    """Only one of two workers answers: the other is stopped until the end."""
    other = server.worker_pids()[1 - worker]
    wait_until(lambda: _stops_between_two_transactions(server, other), "a worker stands still")
    try:
        yield
    finally:
        os.kill(other, signal.SIGCONT)


def test_a_target_decided_or_withdrawn_on_one_worker_is_that_of_tickets_and_figures_of_the_other(
    served_hall: Halls,
):
    hall = served_hall("workers", public_url=PUBLIC_URL)
    targets = "/api/v1/halls/laon/targets"
    counter = "laon-g1"
    with signed_in(hall.server, "supervisor") as browser:
        # from here on no client keeps a connection to a worker that will be stopped
        browser.headers["Connection"] = hall.http.headers["Connection"] = "close"
        hall.open(counter)

        def of_service() -> dict[str, Any]:
            present_figures = browser.get(targets).raise_for_status().json()["services"]
            return next(each for each in present_figures if each["service"] == "laon-accueil")

        def present_figures() -> tuple[int, int, bool]:
            """The wait of a new ticket, of the wall, and whether the day's figures name the target."""
            ticket = hall.ticket("laon-accueil")
            leg = hall.next(counter)
            assert leg["number"] == ticket["number"]
            hall.post(f"/legs/{leg['leg']}/start")
            hall.post(f"/legs/{leg['leg']}/finish")
            queues = browser.get("/api/v1/halls/laon/wall").raise_for_status().json()["queues"]
            on_the_wall = next(each for each in queues if "laon-accueil" in each["services"])["target_s"]
            page = browser.get("/qualite?hall=laon&demarche=laon-accueil&duree=day").text
            return leg["target_s"], on_the_wall, "\u00a0% en 2\u00a0min" in page

        today, document = browser.get(targets).json()["on"], of_service()["document_wait_s"]
        decided = {"decided_on": today, "decided_by": "Comité local des usagers"}
        wanted = {"service": "laon-accueil", "wait_s": 120, "share_percent": 90, "applies_from_on": today}
        for worker in (0, 1):
            with only(hall.server, worker):
                assert present_figures()[2] is False
        with only(hall.server, 0):
            target = browser.post(targets, json=wanted | decided).raise_for_status().json()["target"]
        for worker in (1, 0):
            with only(hall.server, worker):
                assert present_figures() == (120, 120, True)
        with only(hall.server, 1):
            leaving = {"from_on": today, "reason": "mistake"} | decided
            browser.post(f"{targets}/{target}/withdraw", json=leaving).raise_for_status()
        for worker in (0, 1):
            with only(hall.server, worker):
                before = of_service()["now"]
                assert present_figures() == (before["wait_s"] if before else document,) * 2 + (False,)


def test_a_screen_gets_the_whole_voice_with_its_stops_and_the_brief_one():
    files, sent = spoken(SpokenCall(FRENCH_PLACE))
    assert files.said == [("Numéro A, 0, 4, 2\nguichet 3", "A, 0, 4, 2\nguichet 3", "fr")]
    assert sent == [
        CALL
        | {
            "audio": {"fr": "/audio/whole.wav"},
            "once_ms": {"fr": 4_700},
            "brief": {"fr": "/audio/brief.wav"},
        }
    ]


def test_where_another_hall_is_within_earshot_the_hall_is_named_first():
    files, _ = spoken(SpokenCall(FRENCH_PLACE, hall_name="Accueil des étrangers"))
    assert [sentence.split("\n")[0] for sentence in files.said[0][:2]] == ["Accueil des étrangers"] * 2


def test_the_induction_loop_gets_its_own_files():
    _, sent = spoken(SpokenCall(FRENCH_PLACE, has_loop=True))
    assert (sent[0]["loop"], sent[0]["loop_once_ms"]) == ({"fr": "/audio/loop.wav"}, {"fr": 3_300})


def test_a_call_is_spoken_in_french_then_in_the_language_of_its_ticket():
    files, sent = spoken(SpokenCall({"fr": "guichet 3", "en": "desk 3"}, hall_name="Accueil"))
    assert [said[0] for said in files.said] == [
        "Accueil\nNuméro A, 0, 4, 2\nguichet 3",
        "Number A, 0, 4, 2\ndesk 3",
    ]
    assert list(sent[0]["audio"]) == list(sent[0]["brief"]) == ["fr", "en"]


@pytest.mark.parametrize("language", ["es", "de"])
def test_without_a_voice_or_words_in_a_language_the_call_is_spoken_in_french_only(language: str):
    _, sent = spoken(SpokenCall({"fr": "guichet 3", language: "3"}))
    assert list(sent[0]["audio"]) == ["fr"]


def test_a_separate_process_joins_recordings(tmp_path: Path):
    files = AudioFiles(tmp_path / "audio", voices=Voices(tmp_path / "voices"))
    record(tmp_path / "voices" / "fr")
    apart = IsolatedWorker()
    try:
        said = apart.call(
            files.announcement, "Numéro A, 0, 4, 2\nguichet 3", "A, 0, 4, 2\nguichet 3", "fr", True
        )
    finally:
        apart.close()
    path = files.path(said.brief)
    assert path is not None
    words, gaps = 0.3 * 6, 4 * GAP_S + 2 * BRIEF_PAUSE_S
    assert len(from_wav(path.read_bytes())) / RATE_HZ == pytest.approx(words + gaps, abs=0.05)


def test_a_language_of_calls_and_alerts_only_is_spoken_too():
    files, _ = spoken(SpokenCall({"fr": "guichet 3", "ar": "شباك 3"}))
    assert files.said[1] == ("الرقم A, 0, 4, 2\nشباك 3", "A, 0, 4, 2\nشباك 3", "ar")


@pytest.mark.parametrize("failing", HALLS_OPEN)
def test_a_hall_that_fails_keeps_a_publication_from_no_other(sqlite_url: str, failing: str):
    database = database_with_hall(sqlite_url, Hands(), *HALLS_OPEN)
    rooms = {slug: messages.hall_room(database.hall_id(slug)) for slug in HALLS_OPEN}
    told: list[str] = []

    def emit(name: str, _: Any, namespace: str, room: str, **__: Any) -> None:
        if name == messages.BOARD_CHANGED and room == rooms[failing]:
            raise OSError("this hall's board is away")
        if name == messages.CONFIGURATION_CHANGED and namespace == messages.SCREEN:
            told.append(room)

    presence = Presence()
    for slug, room in rooms.items():
        presence.arrived(slug, messages.SCREEN, SocketPlace(database.hall_id(slug), [room]))
    publisher = Publisher(
        database, Estimates(database), presence, emit, lambda *_: None, lambda key, *_, **__: key
    )
    publisher.tick()
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    publisher.tick()
    assert told == [room for slug, room in rooms.items() if slug != failing]
    assert publisher.failures == 1
    database.close()
