"""The program of a screen’s computer with a real browser: one whose page loops is replaced."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hardware.player.agent import Agent
from tests.harness.chromium import ARGUMENTS, Pages
from tests.harness.programs import program
from tests.harness.waiting import wait_until

LOOPING = b"<body data-asleep=no><script>setTimeout(() => { for (;;); }, 200)</script>"
WELL = b"<body data-asleep=yes>"


class LoopingOnce(BaseHTTPRequestHandler):
    """A page that loops when it is opened for the first time only."""

    opened = 0

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/screen" else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/screen":
            LoopingOnce.opened += 1
            self.wfile.write(LOOPING if LoopingOnce.opened == 1 else WELL)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's own name
        """Nothing is written."""


@pytest.fixture
def address() -> Iterator[str]:
    LoopingOnce.opened = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), LoopingOnce)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/screen"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_browser_whose_page_loops_is_replaced_and_the_next_one_answers(
    pages: Pages, address: str, tmp_path: Path
):
    browser = [program("chromium-headless-shell"), *ARGUMENTS, f"--user-data-dir={tmp_path}"]
    agent = Agent({"address": address, "browser": browser, "loop_s": 2.0})
    try:

        def is_replaced() -> bool:
            agent.step()
            return LoopingOnce.opened == 2

        wait_until(is_replaced, "the browser is replaced")
        wait_until(lambda: agent.ask() is True, "its page says that it is asleep")
    finally:
        agent.close()
