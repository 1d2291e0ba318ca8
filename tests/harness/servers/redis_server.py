"""A Redis server of the tests' own on a free loopback port, without files."""

import tempfile
from pathlib import Path
from typing import Self

import redis

from tests.harness.programs import child_of_tests, program
from tests.harness.servers.ports import free_port
from tests.harness.waiting import wait_until


class RedisServer:
    """One running Redis; `url` is its address."""

    def __init__(self, *, cores: set[int] | None = None) -> None:
        self.port = free_port()
        self._cores = cores

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="parvis-redis-")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self._server = child_of_tests(
            [
                program("redis-server"),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            cores=self._cores,
            output=Path(self._folder.name) / "server.log",
        )
        wait_until(self._answers, "Redis answers")

    def stop(self) -> None:
        """Kills the server at once."""
        self._server.kill()
        self._server.wait()

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port) as connection:
                return bool(connection.ping())
        except redis.ConnectionError:
            return False
