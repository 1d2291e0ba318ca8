"""Messages of a real server, on both layouts: in time, in order, small, only to readers with the right."""

import json
import uuid
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import websocket

from server.live import messages
from tests.hardware.speech.recordings import record
from tests.harness.counts import count, record_measurement
from tests.harness.working import demonstration_user, signed_in
from tests.server.live.hall import Halls, ServedHall, accepted_headers, refusal_of, size_of

LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])
COUNTER = "laon-g1"
WORDS = ("numero", *"acfhklrt0123456789", "guichet")
SCREENS_A_SITE = 3


@LAYOUTS
def test_a_call_reaches_screen_console_kiosk_and_phone_in_order_and_in_time(served_hall, layout):
    hall = served_hall(layout)
    hall.open(COUNTER)
    ticket, behind = hall.ticket(), hall.ticket()
    with ExitStack() as open_:
        screen, agent = open_.enter_context(hall.screen()), open_.enter_context(hall.agent())
        kiosk = open_.enter_context(hall.kiosk())
        called_phone = open_.enter_context(hall.visitor(ticket["token"]))
        phone = open_.enter_context(hall.visitor(behind["token"]))
        leg = hall.next(COUNTER)
        call = screen.wait(messages.CALL_ANNOUNCED)
        board = screen.wait(messages.BOARD_CHANGED, lambda each: bool(each["calls"]))
        assert (call["number"], call["rank"], call["call"]) == (ticket["number"], 1, leg["call"])
        assert call["counter"]["label"] in call["text"]["fr"]
        assert "queues" not in board
        assert [each["call"] for each in board["calls"]] == [leg["call"]]
        telling = [name for name, message, _ in screen.heard if message.get("call") or message.get("calls")]
        assert telling[0] == messages.CALL_ANNOUNCED
        agent.wait(messages.QUEUE_CHANGED, lambda each: bool(each["called"]))
        called_phone.wait(messages.TICKET_CHANGED, lambda each: each["state"] == "called")
        phone.wait(messages.TICKET_CHANGED, lambda each: each["ahead"] == 0)
        nudge = kiosk.wait(messages.MENU_CHANGED)
        assert set(nudge) >= {"hall", "epoch", "version"}
        screen.wait(messages.QUEUES_CHANGED)

        hall.post(f"/legs/{leg['leg']}/recall")
        screen.wait(messages.CALL_ANNOUNCED, lambda each: each["rank"] == 2)
        hall.post(f"/legs/{leg['leg']}/start")
        hall.post(f"/legs/{leg['leg']}/finish")
        free = hall.get("/halls/laon/queue")  # as who holds the counter reads it, the only one present
        assert free["counters"][0]["state"] == "free"
        told = agent.wait(messages.QUEUE_CHANGED, lambda each: each["version"] >= free["version"])
        assert (told["counters"][0]["state"], told["in_service"], told["is_partial"]) == ("open", [], True)
        versions = [each["version"] for each in screen.of(messages.BOARD_CHANGED)]
        assert versions == sorted(versions)
        largest = max(each.largest() for each in (screen, agent, kiosk, phone, called_phone))
    assert largest < messages.MESSAGE_LIMIT


@LAYOUTS
def test_each_phone_hears_its_ticket_in_its_own_language(served_hall, layout):
    hall = served_hall(layout)
    hall.open(COUNTER)
    ticket = hall.ticket()
    places = {"fr": "guichet 1", "en": "counter 1", "es": "ventanilla 1"}
    with ExitStack() as open_:
        phones = {each: open_.enter_context(hall.visitor(ticket["token"], language=each)) for each in places}
        phones["fr-CA"] = open_.enter_context(hall.visitor(ticket["token"], language=["fr-CA"]))
        leg = hall.next(COUNTER)
        hall.post(f"/legs/{leg['leg']}/recall")
        for language, phone in phones.items():
            phone.wait(messages.TICKET_CHANGED, lambda each: each["call"] and each["call"]["rank"] == 2)
            heard = [each for each in phone.of(messages.TICKET_CHANGED) if each["call"]]
            labels = {each["call"]["counter"]["label"] for each in heard}
            assert labels == {places.get(language, places["fr"])}
            assert phone.largest() < messages.MESSAGE_LIMIT


@LAYOUTS
def test_a_closed_websocket_leaves_no_connection_open(served_hall, layout):
    """A page that is left would wait for it, and a hall of pages come and gone keep a connection each."""
    address = f"{served_hall(layout).server.base_url.replace('http', 'ws')}/socket.io/"
    opened = websocket.create_connection(f"{address}?EIO=4&transport=websocket", timeout=5)
    assert opened.recv()
    opened.send_close()
    assert opened.recv_frame().opcode == websocket.ABNF.OPCODE_CLOSE
    with pytest.raises(websocket.WebSocketConnectionClosedException):
        opened.recv_frame()
    opened.shutdown()


@LAYOUTS
def test_every_socket_hears_a_commit_whichever_worker_made_it(served_hall, layout):
    """With two workers, sockets and requests fall on either; eight screens hear each call."""
    hall = served_hall(layout)
    hall.open(COUNTER)
    with ExitStack() as open_:
        screens = [open_.enter_context(hall.screen()) for _ in range(8)]
        current = None
        for _ in range(8):
            ticket = hall.ticket()
            hall.http.close()
            hall.http = hall.client()  # another connection, perhaps another worker
            current = hall.next(COUNTER, current, "served" if current else None)["leg"]
            for screen in screens:
                screen.wait(messages.CALL_ANNOUNCED, lambda each, t=ticket: each["number"] == t["number"])


def test_a_screen_that_missed_many_messages_is_right_after_it_asks_again(served_hall):
    hall = served_hall()
    calls = count(small=10, large=50)
    hall.open(COUNTER)
    with hall.screen() as screen:
        tickets = [hall.ticket()]
        screen.wait(messages.QUEUES_CHANGED)
        before = hall.board()["version"]
    current = None
    for _ in range(calls):
        tickets.append(hall.ticket())
        current = hall.next(COUNTER, current, "served" if current else None)["leg"]
    with hall.screen():
        board = hall.board()
        assert board["version"] >= before + 2 * calls
        assert [call["number"] for call in board["calls"]] == [tickets[-2]["number"]]


def test_a_socket_without_the_permission_is_refused_with_a_code(served_hall):
    hall = served_hall()
    server = hall.server
    ticket = hall.ticket()
    screen = hall.site["screens"][0]
    assert refusal_of(server, messages.SCREEN, {}) == "not_signed_in"
    assert refusal_of(server, messages.SCREEN, {"token": "nobody-has-this"}) == "unknown_device"
    assert refusal_of(server, messages.AGENT, {"token": screen["token"]}) == "forbidden"
    assert refusal_of(server, messages.KIOSK, {"token": screen["token"]}) == "forbidden"
    assert refusal_of(server, messages.AGENT, {"token": hall.key, "hall": "nowhere"}) == "unknown_hall"
    assert refusal_of(server, messages.VISITOR, {"ticket": ticket["short_code"]}) == "unknown_ticket"
    assert refusal_of(server, messages.VISITOR, {"ticket": 5}) == "unknown_ticket"
    assert "Traceback" not in server.log.read_text(encoding="utf-8", errors="replace")


def test_a_console_keeps_its_counter_and_hears_when_it_has_lost_it(served_hall):
    hall = served_hall()
    session = hall.open(COUNTER)
    with hall.agent() as agent:
        assert agent.ask("counter.keep", {"session": session}) is True
        assert agent.ask("counter.keep", {"session": "another"}) is False
        assert agent.ask("counter.keep", {"session": ["x"]}) is False
        hall.open(COUNTER)
        assert agent.ask("counter.keep", {"session": session}) is False


def test_a_console_keeps_every_place_of_its_session(served_hall):
    hall = served_hall()
    session, further = hall.open(COUNTER), "laon-g4"
    header = {"X-Counter-Session": session}
    joined = hall.http.post(f"/counters/{further}/session", json={}, headers=header)
    assert joined.json()["session"] == session

    def expires_at(counter: str) -> str:
        return str(hall.get(f"/counters/{counter}")["expires_at"])

    before = expires_at(further)
    with hall.agent() as agent:
        assert agent.ask("counter.keep", {"counter": COUNTER, "session": session}) is True
        assert expires_at(further) == expires_at(COUNTER) > before
        assert hall.http.delete(f"/counters/{COUNTER}/place", headers=header).status_code == 204
        assert agent.ask("counter.keep", {"counter": COUNTER, "session": session}) is False
        assert agent.ask("counter.keep", {"session": session}) is True


@LAYOUTS
def test_a_call_with_accents_reaches_many_screens_alike_and_uncompressed(served_hall, layout):
    hall = served_hall(layout)
    hall.open(COUNTER)
    hall.ticket()
    with ExitStack() as open_:
        screens = [open_.enter_context(hall.screen()) for _ in range(4)]
        leg = hall.next(COUNTER)
        hall.post(f"/legs/{leg['leg']}/recall")
        for screen in screens:
            screen.wait(messages.CALL_ANNOUNCED, lambda each: each["rank"] == 2)
        # what other tests called may still be on its way; a call comes again once it has its sound
        heard = [
            [
                each
                for each in screen.of(messages.CALL_ANNOUNCED)
                if each["number"] == leg["number"] and not each["audio"]
            ]
            for screen in screens
        ]
    assert [each["rank"] for each in heard[0]] == [1, 2]
    assert all(each == heard[0] for each in heard)
    assert "à" in json.dumps(heard[0], ensure_ascii=False)
    assert "extensions" not in accepted_headers(hall.server, "permessage-deflate; client_max_window_bits")


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


def sign_in(browser: httpx.Client, hall: ServedHall) -> None:
    """An administrator of every site, with the header of their writes."""
    login, password = demonstration_user(hall.server, "administrator", "*")
    form = {"login": login, "password": password, "csrf_token": token_of(browser.get("/connexion"))}
    assert browser.post("/connexion", data=form).status_code == 303
    browser.headers["X-CSRFToken"] = token_of(browser.get("/"))


def token_of(page: httpx.Response) -> str:
    return page.text.partition('name="csrf-token" content="')[2].partition('"')[0]


def published(browser: httpx.Client) -> None:
    """Approves and publishes what the demonstration has submitted."""
    [notice] = browser.get("/api/v1/notices?state=submitted").json()["notices"]
    body: dict[str, Any] = {"version": notice["version"]}
    for verb in ("approve", "publish"):
        browser.post(f"/api/v1/notices/{notice['notice']}/{verb}", json=body).raise_for_status()


def test_a_publication_reaches_every_screen_of_every_site(served_hall: Halls):
    laon = served_hall("workers")
    sites = [laon, *(ServedHall(laon.server, slug) for slug in ("soissons", "vervins"))]
    browser = httpx.Client(base_url=laon.server.base_url, trust_env=False, timeout=20)
    with ExitStack() as open_, browser:
        sign_in(browser, laon)
        screens = [open_.enter_context(site.screen()) for site in sites for _ in range(SCREENS_A_SITE)]
        published(browser)
        for screen in screens:
            screen.wait(messages.PROGRAMME_CHANGED, lambda _: True)
    for site in sites[1:]:
        site.http.close()


# --- last, since it leaves three hundred people in the hall ----------------------------------------


def test_every_message_of_the_largest_hall_is_under_4_kb(served_hall):
    hall = served_hall()
    counters = hall.site["counters"]
    services = [
        service["id"] for service in hall.get("/halls/laon/menu")["services"] if service["state"] == "open"
    ]
    services = services or [
        "laon-accueil",
        "laon-permis",
        "laon-armes",
        "laon-associations",
        "laon-numerique",
    ]
    for role, counter in zip(("agent", "supervisor"), counters, strict=False):  # three agents: all is sent
        with signed_in(hall.server, role) as browser:
            browser.post(f"/api/v1/counters/{counter}/session", json={"take_over": True}).raise_for_status()
    for counter in counters[2:]:
        hall.open(counter)
    tickets = [hall.ticket(services[n % len(services)]) for n in range(300)]
    with hall.screen() as screen, hall.agent() as agent, hall.visitor(tickets[-1]["token"]) as phone:
        for counter in counters[2:]:
            hall.next(counter)
        called = agent.wait(
            messages.QUEUE_CHANGED,
            lambda each: sum(place["leg"] is not None for place in each["counters"]) >= 3,
        )
        screen.wait(messages.QUEUES_CHANGED)
        phone.wait(messages.TICKET_CHANGED)
        sizes = {
            name: max(size_of(heard, message) for heard, message, _ in every.heard if heard == name)
            for every, name in (
                (agent, messages.QUEUE_CHANGED), (screen, messages.BOARD_CHANGED),
                (screen, messages.QUEUES_CHANGED), (phone, messages.TICKET_CHANGED),
            )
        }  # fmt: skip
    assert sum(queue["waiting"] for queue in called["queues"]) >= 290
    record_measurement("largest message with 300 waiting", **{f"{k} bytes": v for k, v in sizes.items()})
    assert max(sizes.values()) < messages.MESSAGE_LIMIT, sizes
