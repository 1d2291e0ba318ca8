"""A hall server reduced to what the contract says to a screen: it has days no real one has."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.pofile import read_po
from flask import Flask, Response, jsonify, request, send_from_directory
from flask_socketio import SocketIO
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from hardware.languages import VISITOR_LANGUAGES
from kiosk.menu_messages import wording_of
from server.language import LANGUAGES
from signage import pages
from tests.signage.programmes import of_notices

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEPT_S = 3_600
"""A browser asks once for a file of media, as of a real server."""
Message = dict[str, Any]


def catalogue(language: str) -> dict[str, str]:
    path = Path(pages.__file__).parent / "translations" / language / "LC_MESSAGES/signage.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


SENTENCES = {language: catalogue(language) for language in VISITOR_LANGUAGES}


def translate(key: str, language: str, /, **values: object) -> str:
    return SENTENCES[language][key].format(**values)


def _kept(folder: Path, name: str) -> Response:
    return send_from_directory(folder, name, max_age=KEPT_S)


def _whole(app: "WSGIApplication") -> "WSGIApplication":
    """Answers read whole: werkzeug closes no file whose reader has reset the connection."""

    def answered(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as answer:
            return [b"".join(answer)]

    return answered


class ContractServer:
    """One hall, one screen of the token `good`, a clock `ahead_s` ahead. Set the attributes, then send."""

    def __init__(self, assets: Path, audio: Path, *, port: int = 0, is_demonstration: bool = False) -> None:
        self.epoch, self.version = "e1", 1
        self.ahead_s = 0.0
        self.calls: list[Message] = []
        self.recent: list[Message] = []
        self.queues: list[Message] = []
        self.alert: Message | None = None
        self.quiet_until: str | None = None
        self.in_break: Message | None = None
        self.shown: list[str] = []
        self.states: list[Message] = []
        self.pictures: list[bytes] = []
        self.screen: Message = {
            "hall": "laon",
            "name": "Accueil de la préfecture, Laon",
            "time_zone": "Europe/Paris",
            "languages": ["fr"],
            "notices": [],
            "is_open": True,
            "has_sound": False,
            "demonstration": False,
        }
        self.is_paired = True
        self.requests: list[str] = []
        self.fails_once: set[str] = set()
        """Paths whose next request is answered with 503."""
        self.displays: dict[tuple[str, int], Message] = {}
        self.connections = 0
        self.is_demonstration = is_demonstration
        app = self._app(assets, audio)
        # a test lets minutes or hours pass in an instant: the transport must not miss its pings meanwhile
        self.sockets = SocketIO(app, async_mode="threading", ping_timeout=86_400)
        self.sockets.on_event("connect", self._connected, namespace="/screen")
        self.sockets.on_event("alert.shown", self._alert_shown, namespace="/screen")
        self.sockets.on_event("player.state", self._keep_state, namespace="/screen")
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._http = make_server("127.0.0.1", port, _whole(app), threaded=True)
        self.port = self._http.server_port
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        # how long a stop waits at most
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def send_board(self) -> None:
        self.version += 1
        board = {**self._head(), "calls": self.calls, "recent": self.recent, "programme_revision": "1"}
        board |= {"alert": self.alert, "quiet_until": self.quiet_until, "break": self.in_break}
        self._send("board.changed", board)

    def send_queues(self) -> None:
        self.version += 1
        self._send("queues.changed", {**self._head(), "queues": self.queues})

    def beat(self, *, version: int | None = None) -> None:
        beat = self._head() | {"configuration": "1.1", "return_ms": 2000}
        self._send("heartbeat", beat if version is None else beat | {"version": version})

    def raise_alert(self, kind: str, *, audio: str | None = None, **values: Any) -> Message:
        """Tell an alert at once: `drill`, `texts`, `until`."""
        self.version += 1
        self.alert = {
            "alert": f"alert-{self.version}",
            "kind": kind,
            "drill": values.get("drill", False),
            "raised_at": self.instant(),
            "until": values.get("until"),
            "texts": values.get("texts", {}),
            "has_voice": values.get("has_voice", audio is not None),
        }
        sound = {"audio": {"fr": f"/audio/{audio}"}} if audio else {}
        self._send("alert.changed", self._head() | {"alert": self.alert} | sound)
        return self.alert

    def end_alert(self) -> None:
        """Tell that the alert is over."""
        self.version += 1
        self.alert = None
        self._send("alert.changed", self._head() | {"alert": None})

    def _alert_shown(self, message: Message) -> None:
        self.shown.append(message["alert"])

    def _keep_state(self, state: Message) -> None:
        self.states.append(state)

    def _picture(self) -> Message:
        self.pictures.append(request.get_data())
        return {"taken_at": instant()}

    def call(self, number: str, label: str = "guichet 3", **values: Any) -> Message:
        """Put a call on the board: `direction`, `visitor`, `rank`, `ago_s`; not sent yet."""
        direction = values.get("direction")
        call = {
            "call": f"call-{number}",
            "number": number,
            "counter": {"id": label, "label": label, "direction": {"fr": direction} if direction else {}},
            "called_at": self.instant(ago_s=values.get("ago_s", 0)),
            "rank": values.get("rank", 1),
        }
        if "visitor" in values:
            call["counter"]["visitor"] = values["visitor"]
        self.calls = [call, *(other for other in self.calls if other["call"] != call["call"])]
        return call

    def announce(self, call: Message, *, audio: str | None = None, **more: Any) -> None:
        """Announce a call, with the name of its audio file once there is one, and more of the message."""
        keys = ("call", "rank", "number", "counter")
        message = {key: call[key] for key in keys} | {"text": {}, "at": call["called_at"]}
        self._send("call.announced", message | {"audio": {"fr": f"/audio/{audio}"} if audio else {}} | more)

    def end(self, number: str) -> None:
        """Move a call to the former ones; not sent yet."""
        over = next(call for call in self.calls if call["number"] == number)
        self.calls.remove(over)
        keys = ("number", "counter", "called_at")
        self.recent = [{key: over[key] for key in keys}, *self.recent]

    def _send(self, name: str, message: Message) -> None:
        self.sockets.emit(name, message, namespace="/screen")

    def _head(self) -> Message:
        return {"hall": "laon", "epoch": self.epoch, "version": self.version, "as_of": self.instant()}

    def instant(self, *, ago_s: float = 0) -> str:
        """Its own time, a number of seconds ago."""
        return instant(ago_s=ago_s - self.ahead_s)

    def _connected(self, _auth: object = None) -> bool | None:
        self.connections += 1
        return None if self.is_paired else False

    def _app(self, assets: Path, audio: Path) -> Flask:
        app = Flask(__name__, static_folder=None)
        app.register_blueprint(
            pages.blueprint(
                translate=translate,
                languages=LANGUAGES,
                is_demonstration=self.is_demonstration,
                assets=assets,
            )
        )
        board: Callable[[], Message] = lambda: {  # noqa: E731 (a view as short as its neighbours)
            **self._head(),
            "calls": self.calls,
            "recent": self.recent,
            "queues": self.queues,
            "alert": self.alert,
            "quiet_until": self.quiet_until,
            "programme_revision": "1",
            "break": self.in_break,
        }
        app.add_url_rule("/api/v1/halls/laon/board", "board", board)
        app.add_url_rule("/api/v1/halls/laon/screen", "hall-screen", self._screen)
        app.add_url_rule(
            "/api/v1/halls/laon/screens/screen-1/displays", "displays", self._count, methods=["POST"]
        )
        app.add_url_rule(
            "/api/v1/halls/laon/screens/screen-1/picture", "picture", self._picture, methods=["POST"]
        )
        app.add_url_rule("/device/session", "session", self._session, methods=["POST"])
        app.add_url_rule("/device/me", "me", self._me)
        app.add_url_rule("/health/ready", "ready", lambda: {"status": "ok"})
        app.add_url_rule("/assets/<path:name>", "assets", lambda name: send_from_directory(assets, name))
        app.add_url_rule("/audio/<name>", "audio", lambda name: send_from_directory(audio, name))
        app.add_url_rule("/media/<name>", "media", lambda name: _kept(audio, name))
        app.add_url_rule("/look/<name>", "look", lambda name: send_from_directory(audio, name))
        app.before_request(self._note)
        app.before_request(self._fail_once)
        app.after_request(_with_policy)
        return app

    def _screen(self) -> Message:
        programme = of_notices(self.screen["notices"], self.screen["languages"])
        return {"programme": programme} | self.screen

    def _fail_once(self) -> Response | None:
        if request.path not in self.fails_once:
            return None
        self.fails_once.remove(request.path)
        return Response(status=503)

    def _note(self) -> None:
        if not request.path.endswith(("/displays", "/picture")) and not request.path.startswith(
            ("/assets", "/static", "/socket.io", "/screen", "/media", "/look")
        ):
            self.requests.append(request.path)

    def _count(self) -> Message:
        """Displays by record and number: each counts once."""
        body = request.get_json()
        numbered = {(body["record"], each["number"]): each for each in body["displays"]}
        fresh = {key: each for key, each in numbered.items() if key not in self.displays}
        self.displays |= fresh
        return {"counted": len(fresh), "last": body["displays"][-1]["number"]}

    def _session(self) -> Response:
        self.is_paired = request.get_json()["token"] == "good"
        if not self.is_paired:
            return _refusal()
        answer = Response(status=204)
        answer.set_cookie("parvis_device", "good", httponly=True, samesite="Strict")
        return answer

    def _me(self) -> Response:
        if not self.is_paired:
            return _refusal()
        return jsonify(
            device="d", kind="screen", id="screen-1", hall={"slug": "laon", "name": "Laon"}, label="Écran 1"
        )


def instant(*, ago_s: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat(timespec="microseconds")


def former(number: str, label: str, *, ago_s: float = 300) -> Message:
    return {"number": number, "counter": {"id": label, "label": label}, "called_at": instant(ago_s=ago_s)}


def queue(name: str, waiting: int, wait_min: tuple[int, int] | None = None) -> Message:
    wait = None
    if wait_min:
        low_s, high_s = (minutes * 60 for minutes in wait_min)
        wait = {"low_s": low_s, "high_s": high_s, "said": wording_of(low_s, high_s)}
    return {
        "queue": name,
        "services": [{"id": name, "name": {"fr": name}}],
        "waiting": waiting,
        "wait": wait,
    }


def _refusal() -> Response:
    answer = jsonify(status=401, code="unknown_device")
    answer.status_code = 401
    return answer


def _with_policy(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
