"""A served hall over REST, and the socket of each page, which keeps every message and checks its shape."""

import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from socket import create_connection
from typing import Any

import httpx
import socketio
import websocket

from server.live import messages
from server.live.message_types import SENT
from tests.harness.described_answers import comparing, faults_of
from tests.harness.servers.served import Served
from tests.harness.waiting import PATIENCE_S, wait_until

NAMES = {
    messages.SCREEN: (
        messages.BOARD_CHANGED,
        messages.QUEUES_CHANGED,
        messages.CALL_ANNOUNCED,
        messages.PROGRAMME_CHANGED,
        messages.INCIDENT_CHANGED,
    ),
    messages.AGENT: (
        messages.QUEUE_CHANGED,
        messages.PRINT_VERDICT,
        messages.ALARM_CHANGED,
        messages.CONFIGURATION_CHANGED,
        messages.INCIDENT_CHANGED,
    ),
    messages.KIOSK: (messages.MENU_CHANGED, messages.PRINT_VERDICT),
    messages.VISITOR: (messages.TICKET_CHANGED,),
}


type Message = dict[str, Any]


@dataclass
class Listener:
    """One connected socket and the messages it has received."""

    socket: socketio.Client
    namespace: str
    heard: list[tuple[str, Message, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """How messages differ from their shapes."""

    def of(self, name: str) -> list[Message]:
        return [message for heard, message, _ in self.heard if heard == name]

    def wait(
        self, name: str, is_it: Callable[[Message], bool] = bool, *, within_s: float = PATIENCE_S
    ) -> Message:
        """The first message of a name that is it."""
        found = wait_until(
            lambda: [each for each in self.of(name) if is_it(each)],
            f"{name} on {self.namespace}",
            within_s=within_s,
        )
        return found[0]

    def ask(self, name: str, message: Message) -> Any:
        return self.socket.call(name, message, namespace=self.namespace, timeout=PATIENCE_S)

    def largest(self) -> int:
        """Bytes of the largest message heard, as it travels."""
        return max((size_of(name, message) for name, message, _ in self.heard), default=0)


def size_of(name: str, message: Message) -> int:
    return len(json.dumps([name, message], separators=(",", ":"), ensure_ascii=False).encode())


@contextmanager
def listening(
    server: Served, namespace: str, auth: Message, headers: dict[str, str] | None = None
) -> Iterator[Listener]:
    """A socket in a namespace; it does not reconnect by itself. `headers`: of the request that opens it."""
    listener = Listener(socketio.Client(reconnection=False), namespace)
    for name in (*NAMES[namespace], messages.ALERT_CHANGED, messages.HEARTBEAT):

        def keep(message: Message, name: str = name) -> None:
            listener.heard.append((name, message, time.monotonic()))
            listener.faults.extend(f"{name}: {fault}" for fault in faults_of(SENT[name], message))

        listener.socket.on(name, keep, namespace=namespace)
    listener.socket.connect(
        server.base_url,
        headers=headers or {},
        transports=["websocket"],
        namespaces=[namespace],
        auth=auth,
        wait_timeout=PATIENCE_S,
    )
    try:
        yield listener
    finally:
        listener.socket.disconnect()
    assert listener.faults == []


def accepted_headers(server: Served, extensions: str) -> str:
    """The head, in small letters, of the answer to a browser that offers extensions of the websocket."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as opened:
        opened.sendall(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Extensions: {extensions}\r\n\r\n".encode()
        )
        answer = opened.makefile("rb")
        head = "".join(line.decode() for line in iter(answer.readline, b"\r\n"))
    assert " 101 " in head, head
    return head.lower()


def refusal_of(server: Served, namespace: str, auth: Message, headers: dict[str, str] | None = None) -> str:
    """The code a connection is refused with."""
    told: list[Any] = []
    socket = socketio.Client(reconnection=False)
    socket.on("connect_error", told.append, namespace=namespace)
    try:
        socket.connect(
            server.base_url,
            headers=headers or {},
            transports=["websocket"],
            namespaces=[namespace],
            auth=auth,
            wait_timeout=PATIENCE_S,
        )
    except socketio.exceptions.ConnectionError:
        pass
    else:
        raise AssertionError(f"{namespace} let {auth} in")
    finally:
        socket.disconnect()
    return str(told[0]["message"] if isinstance(told[0], dict) else told[0])


@contextmanager
def raw_socket(
    server: Served,
    namespace: str = "",
    auth: Any = None,
    *,
    answer: str = "40",
    source: str = "127.0.0.1",
    **more: Any,
) -> Iterator[websocket.WebSocket]:
    """An open websocket from a loopback address (`source`).

    With a namespace it has asked to join it, and the answer begins with `answer`.
    """
    address = f"{server.base_url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    tcp = create_connection(("127.0.0.1", server.port), timeout=10, source_address=(source, 0))
    socket = websocket.create_connection(address, timeout=10, socket=tcp, **more)
    try:
        assert str(socket.recv()).startswith("0")
        if namespace:
            socket.send(f"40{namespace},{json.dumps(auth)}")
            packet = next_packet(socket)
            while packet.startswith(f"42{namespace},"):  # who is in a room hears it before they are told so
                packet = next_packet(socket)
            assert packet.startswith(f"{answer}{namespace},"), packet
        yield socket
    finally:
        socket.shutdown()


def next_packet(socket: websocket.WebSocket) -> str:
    """The next packet that is no ping; a ping is answered. Empty: the server has ended the connection."""
    try:
        while (packet := str(socket.recv())) == "2":
            socket.send("3")
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return ""
    return packet


def ends(socket: websocket.WebSocket) -> bool:
    """Whether the server ends the websocket and then TCP by itself. Its last bytes are ignored."""
    tcp: Any = socket.sock
    try:
        while next_packet(socket):
            pass
        while tcp.recv(4096):
            pass
    except (websocket.WebSocketTimeoutException, TimeoutError):
        return False
    except OSError:
        pass  # the library has closed its end, having heard that of the server
    return True


class ServedHall:
    """One hall of a served demonstration, with the key that issues, reads and calls."""

    def __init__(self, server: Served, slug: str = "laon") -> None:
        self.server, self.slug = server, slug
        self.site: dict[str, Any] = next(
            site for site in server.demonstration["sites"] if site["slug"] == slug
        )
        self.key: str = server.demonstration["api_key"]
        self.http = self.client()
        self._sessions: dict[str, str] = {}
        self._counters: dict[str, str] = {}

    def client(self) -> httpx.Client:
        """Another connection of a program with the key."""
        return httpx.Client(
            base_url=f"{self.server.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
            trust_env=False,
            event_hooks={"response": [comparing]},
        )

    def post(self, path: str, body: Any = None, *, status: tuple[int, ...] = (200, 201, 204)) -> Any:
        answer = self.http.post(path, json={} if body is None else body, headers=self.held(path))
        assert answer.status_code in status, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def ticket(self, service: str | None = None) -> dict[str, Any]:
        wanted = {"service": service or f"{self.slug}-accueil", "press_id": str(uuid.uuid4())}
        found: dict[str, Any] = self.post(f"/halls/{self.slug}/tickets", wanted)
        return found

    def open(self, counter: str) -> str:
        self._sessions[counter] = self.post(f"/counters/{counter}/session", {"take_over": True})["session"]
        return self._sessions[counter]

    def held(self, path: str) -> dict[str, str]:
        """The header of a verb: the session by which `open` holds its counter, or that of its leg."""
        _, of, name, *rest = path.split("/")
        counter = self._counters.get(name, name) if of == "legs" else name
        if of not in ("counters", "legs") or rest == ["session"] or counter not in self._sessions:
            return {}
        return {"X-Counter-Session": self._sessions[counter]}

    def next(self, counter: str, current: str | None = None, end: str | None = None) -> Any:
        body = {"current": current} | ({"current_end": end} if end else {})
        leg = self.post(f"/counters/{counter}/next", body)
        if leg is not None:
            self._counters[leg["leg"]] = counter
        return leg

    def board(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/halls/{self.slug}/board")
        return found

    def empty(self) -> None:
        """Voids every ticket in the hall and closes its counters."""
        queue = self.get(f"/halls/{self.slug}/queue")
        waiting = [leg["leg"] for each in queue["queues"] for leg in each["legs"]]
        held = [each["counter"] for each in queue["counters"] if each["session_mark"] is not None]
        counters = held or self.site["counters"][:1] if waiting else held
        for counter in counters:
            self.open(counter)
            current = self.get(f"/counters/{counter}")["leg"]
            for leg in waiting if current is None else [current["leg"], *waiting]:
                self._counters[leg] = counter
                self.post(f"/legs/{leg}/cancel", {"reason": "misprint"})
            waiting = []
        for counter in counters:
            session = {"X-Counter-Session": self._sessions.pop(counter)}
            assert self.http.delete(f"/counters/{counter}/session", headers=session).status_code in (204, 409)

    def screen(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.SCREEN, {"token": self.site["screens"][0]["token"]})

    def kiosk(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.KIOSK, {"token": self.site["kiosk"]["token"]})

    def agent(self) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.AGENT, {"token": self.key, "hall": self.slug})

    def visitor(self, token: str, **auth: Any) -> AbstractContextManager[Listener]:
        return listening(self.server, messages.VISITOR, {"ticket": token, **auth})


class Halls:
    """Halls of servers a test starts; their connections are closed at its end."""

    def __init__(self, serve: Callable[..., Served], *, emptied: bool = False) -> None:
        self._serve, self._emptied = serve, emptied
        self._made: list[ServedHall] = []

    def __call__(self, layout: str = "embedded", slug: str = "laon", **settings: str) -> ServedHall:
        self._made.append(ServedHall(self._serve(layout, **settings), slug))
        if self._emptied:
            self._made[-1].empty()
        return self._made[-1]

    def close(self) -> None:
        for hall in self._made:
            hall.http.close()
