"""Pages in Node instead of a browser: words, states and requests of a page's own scripts, without layout.

The methods have the names and the meaning of Playwright's, so that a test can go from one to the other. What
needs a browser stays there: layout, painting, media, contrast, the order of Tab, axe-core.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol, overload

import httpx
import playwright.sync_api
from playwright.sync_api import Locator, Page
from playwright.sync_api._generated import LocatorAssertions

from server.live.message_types import SENT, TAKEN
from tests.harness.described_answers import faults_of_frame
from tests.harness.programs import program
from tests.harness.servers.served import Served
from tests.harness.waiting import PAGE_PATIENCE_MS, wait_until

MAIN = Path(__file__).with_name("main.mjs")
FLAGS = ("--experimental-vm-modules", "--no-warnings", "--max-semi-space-size=64")
"""The last one, in megabytes, halves what collecting garbage takes: a page makes much of it."""

type Words = str | re.Pattern[str]
type Step = list[Any]


class NodeDom:
    """One Node process for all pages of a test session."""

    def __init__(self) -> None:
        command = [program("node"), *FLAGS, str(MAIN)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ids = count(1)

    def do(self, verb: str, /, **values: Any) -> Any:
        """Says one line to Node and waits for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([verb, values]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["done"]

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def running_node_dom() -> Iterator[NodeDom]:
    dom = NodeDom()
    try:
        yield dom
    finally:
        dom.close()


def _pattern(wanted: Any) -> Any:
    """Words or a pattern as Node takes them."""
    if isinstance(wanted, re.Pattern):
        return {"regex": wanted.pattern}
    if isinstance(wanted, str):
        return {"text": wanted}
    return [_pattern(each) for each in wanted] if isinstance(wanted, list) else wanted


class DomLocator:
    """Elements of a page, found anew each time."""

    def __init__(self, page: "DomPage", steps: Sequence[Step]) -> None:
        self.page, self.steps = page, list(steps)

    def _then(self, *steps: Step) -> "DomLocator":
        return DomLocator(self.page, [*self.steps, *steps])

    def locator(
        self, selector: str, *, has_text: Words | None = None, has: "DomLocator | None" = None
    ) -> "DomLocator":
        return self._then(["css", selector]).filter(has_text=has_text, has=has)

    def filter(
        self, *, has_text: Words | None = None, has: "DomLocator | None" = None, visible: bool = False
    ) -> "DomLocator":
        text = [] if has_text is None else [["hasText", _pattern(has_text)]]
        inner = [] if has is None else [["has", has.steps]]
        return self._then(*text, *inner, *([["visible", True]] if visible else []))

    def get_by_role(self, role: str, *, name: str | None = None, exact: bool = False) -> "DomLocator":
        return self._then(["role", {"role": role, "text": name, "exact": exact} if name else {"role": role}])

    def get_by_label(self, text: str, *, exact: bool = False) -> "DomLocator":
        return self._then(["label", {"text": text, "exact": exact}])

    def nth(self, at: int) -> "DomLocator":
        return self._then(["nth", at])

    @property
    def first(self) -> "DomLocator":
        return self.nth(0)

    @property
    def last(self) -> "DomLocator":
        return self.nth(-1)

    def all(self) -> list["DomLocator"]:
        return [self.nth(at) for at in range(self.count())]

    def count(self) -> int:
        return int(self.page.do("count", steps=self.steps))

    def all_inner_texts(self) -> list[str]:
        texts: list[str] = self.page.do("texts", steps=self.steps)
        return texts

    def inner_text(self) -> str:
        return str(self._read("inner_text"))

    def get_attribute(self, name: str) -> str | None:
        value: str | None = self._read("get_attribute", name)
        return value

    def input_value(self) -> str:
        return str(self._read("input_value"))

    def is_visible(self) -> bool:
        return self.filter(visible=True).count() > 0

    def _read(self, what: str, name: str | None = None) -> Any:
        return self.page.do("read", steps=self.steps, what=what, name=name, patience_ms=PAGE_PATIENCE_MS)

    def _act(self, what: str, value: str | None = None) -> None:
        self.page.do("act", steps=self.steps, what=what, value=value, patience_ms=PAGE_PATIENCE_MS)

    def click(self) -> None:
        self._act("click")

    def focus(self) -> None:
        self._act("focus")

    def press(self, key: str) -> None:
        self._act("press", key)

    def fill(self, text: str) -> None:
        self._act("fill", text)

    def check(self) -> None:
        self._act("check")

    def uncheck(self) -> None:
        self._act("uncheck")

    def select_option(self, value: str) -> None:
        self._act("select_option", value)


class Keyboard:
    def __init__(self, page: "DomPage") -> None:
        self._page = page

    def press(self, key: str) -> None:
        """Presses a key where the focus is."""
        self._page.do("key", key=key)

    def type(self, text: str) -> None:
        """Presses the key of each letter."""
        for letter in text:
            self.press(letter)


class PageClock:
    """The clock of a page: time passes as always, and a test may let it jump."""

    def __init__(self, page: "DomPage") -> None:
        self._page = page

    def install(self, time: float | None = None) -> None:
        """From now on, at an instant in seconds; now, unless told."""
        self._page.do("set_clock", now=None if time is None else time * 1_000)

    def run_for(self, ms: float) -> None:
        self._page.do("run_for", ms=ms)


class Gate:
    """Where requests of a page stand until a test lets them pass."""

    def __init__(self, page: "DomPage", name: int) -> None:
        self._page, self.name = page, name

    def wait(self) -> None:
        """Waits until a request stands there."""
        assert self._page.do("stand", gate=self.name, patience_ms=PAGE_PATIENCE_MS), "no request comes"

    def release(self) -> None:
        """Opens the gate and waits until the page has taken the answers."""
        assert self._page.do("release", gate=self.name, patience_ms=PAGE_PATIENCE_MS), "no answer comes"


class DomPage(DomLocator):
    """A page; as a locator it stands for its document."""

    def __init__(
        self, dom: NodeDom, context: int, width: int, height: int, *, is_scripted: bool = True
    ) -> None:
        super().__init__(self, [])
        self._dom, self.context_id, self._id = dom, context, next(dom.ids)
        self.keyboard, self.clock = Keyboard(self), PageClock(self)
        self.do("open", context=context, width=width, height=height, is_scripted=is_scripted)

    def do(self, verb: str, /, **values: Any) -> Any:
        return self._dom.do(verb, page=self._id, **values)

    def goto(self, address: str) -> None:
        self.do("goto", address=address, patience_ms=PAGE_PATIENCE_MS)

    def reload(self) -> None:
        self.goto(self.url)

    def add_init_script(self, script: str) -> None:
        """Runs before the scripts of each document that this page opens from now on."""
        self.do("add_init_script", script=script)

    def leave(self) -> None:
        """Goes away, as when its window is closed."""
        self.do("leave")

    @property
    def url(self) -> str:
        return str(self.do("url"))

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        return self.do("evaluate", script=script)

    def beside(self, width: int = 1366, height: int = 768) -> "DomPage":
        """Another page of the same browser."""
        return DomPage(self._dom, self.context_id, width, height)

    def add_cookies(self, cookies: list[dict[str, str]]) -> None:
        self._dom.do("add_cookies", context=self.context_id, cookies=cookies)

    def abort(self, pattern: str, *, times: int | None = None) -> None:
        """From now on requests of this address (a pattern of path and query) do not reach the server."""
        self.do("route", pattern=pattern, how="abort", times=times)

    def answer(self, pattern: str, json: Any, *, status: int = 200) -> None:
        """From now on these requests are answered so, without the server."""
        self.do("route", pattern=pattern, how="answer", json=json, status=status)

    def lose(self, pattern: str, *, times: int | None = None) -> None:
        """From now on the server gets these requests, and the page no answer."""
        self.do("route", pattern=pattern, how="lose", times=times)

    def change(self, pattern: str, script: str) -> None:
        """From now on the page gets what a function of JavaScript makes of an answer and its request."""
        self.do("route", pattern=pattern, how="change", script=script)

    def hold(self, pattern: str, *, times: int | None = None) -> "Gate":
        """Keeps requests from the server until the gate is opened."""
        return self._gated("hold", pattern, times)

    def late(self, pattern: str) -> "Gate":
        """Lets the server answer the next request, and the page get it once the gate is opened."""
        return self._gated("late", pattern, 1)

    def _gated(self, how: str, pattern: str, times: int | None) -> "Gate":
        gate = Gate(self, next(self._dom.ids))
        self.do("route", pattern=pattern, how=how, gate=gate.name, times=times)
        return gate

    @contextmanager
    def expect_response(self, pattern: str) -> Iterator[None]:
        """Waits until the page has got an answer that it had not got before."""
        before = self._answers(pattern)
        yield
        wait_until(lambda: self._answers(pattern) > before, f"an answer of {pattern}")

    def _answers(self, pattern: str) -> int:
        return sum(each["is_answered"] and bool(re.search(pattern, each["path"])) for each in self.requests())

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do("requests")
        return found

    def wait_until_idle(self) -> None:
        """Waits until each request is answered."""
        wait_until(lambda: all(each["is_answered"] for each in self.requests()), "the answers")

    def cut(self) -> None:
        """Ends the connections of the page's sockets, as a lost network does."""
        self.do("cut")

    def set_offline(self, *, is_offline: bool) -> None:
        self.do("offline", is_offline=is_offline)


class Expected:
    """What is expected of the elements of a locator; waits for it. `not_…` expects the contrary."""

    def __init__(self, locator: DomLocator) -> None:
        self._locator = locator

    def __getattr__(self, name: str) -> Callable[..., None]:
        what, is_not = name.removeprefix("not_"), name.startswith("not_")

        def waited(*values: Any, timeout: float | None = None) -> None:
            wanted = _pattern(values[-1]) if values else None
            attribute = values[0] if what == "to_have_attribute" else None
            page, steps = self._locator.page, self._locator.steps
            found = page.do(
                "expect",
                steps=steps,
                what=what,
                is_not=is_not,
                wanted=wanted,
                name=attribute,
                patience_ms=timeout or PAGE_PATIENCE_MS,
            )
            assert found is None, f"{steps} {name} {values}, but it is {found}"

        return waited


@overload
def expect(locator: DomLocator) -> Expected: ...
@overload
def expect(locator: Locator) -> LocatorAssertions: ...
def expect(locator: DomLocator | Locator) -> Expected | LocatorAssertions:
    """What is expected of elements of a page in Node or in a browser."""
    return Expected(locator) if isinstance(locator, DomLocator) else playwright.sync_api.expect(locator)


class Opens[P: (Page, DomPage)](Protocol):
    """Opens pages, in a browser or in Node."""

    def open(self, url: str = ..., *, width: int = ..., height: int = ..., **context: Any) -> P: ...


class DomPages:
    """Opens pages, each in a browser of its own."""

    def __init__(self, dom: NodeDom) -> None:
        self._dom = dom

    def open(
        self, url: str = "about:blank", *, width: int = 1366, height: int = 768, **context: Any
    ) -> DomPage:
        is_scripted = context.pop("java_script_enabled", True)
        assert not context, f"only a browser has these: {context}"
        page = DomPage(self._dom, next(self._dom.ids), width, height, is_scripted=is_scripted)
        if url != "about:blank":
            page.goto(url)
        return page

    def close(self) -> list[str]:
        """Closes all; what went wrong in them, and what is wrong with a message of their sockets."""
        troubles, got, sent = self._dom.do("close")
        faults = [fault for frame in got for fault in faults_of_frame(frame, SENT)]
        return [*troubles, *faults, *(fault for frame in sent for fault in faults_of_frame(frame, TAKEN))]


_SESSIONS: dict[tuple[str, str], list[dict[str, str]]] = {}


def cookies_of(server: Served, login: str, password: str) -> list[dict[str, str]]:
    """What the browser of a person keeps who has signed in; once for a server and a person."""
    if (server.base_url, login) not in _SESSIONS:
        with httpx.Client(base_url=server.base_url, trust_env=False) as client:
            html = client.get("/connexion").text
            token = html.partition('name="csrf-token" content="')[2].partition('"')[0]
            typed = {"login": login, "password": password, "csrf_token": token}
            assert client.post("/connexion", data=typed).status_code == 303
            cookies = client.cookies.jar
            _SESSIONS[server.base_url, login] = [
                {"name": each.name, "value": str(each.value), "url": server.base_url} for each in cookies
            ]
    return _SESSIONS[server.base_url, login]
