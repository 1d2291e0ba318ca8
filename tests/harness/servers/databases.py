"""PostgreSQL clusters and Redis servers of the tests."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
import redis

from tests.harness.programs import child_of_tests, database_user, postgresql_program, program
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
"""The settings, on by default, by which a commit outlives a power cut."""


class PostgresqlCluster:
    """One running server with default settings; `new_database` makes databases in it.

    `is_durable` False: its commits do not wait for the disk, but within `durable`.
    """

    def __init__(self, *, cores: set[int] | None = None, is_durable: bool = True) -> None:
        self.port = free_port()
        self.is_durable = is_durable
        self._cores = cores
        self._count = 0
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="parvis-postgresql-"))
        user = database_user()
        if user is not None:
            shutil.chown(self._folder, user, user)
        self._create(user)
        if not self.is_durable:
            with (self._folder / "data" / "postgresql.conf").open("a") as configuration:
                configuration.writelines(f"{name} = off\n" for name in DURABILITY)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._disconnect()
        # SIGINT: fast shutdown, connections are cut
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def dsn(self, database: str) -> str:
        """libpq's address of a database."""
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def new_database(self, template: str = "template0") -> str:
        """Name of a fresh database, a copy of `template` (which must have no connection open)."""
        self._count += 1
        name = f"parvis_{self._count}"
        # writing each page into the log costs a third more
        self._execute(f"create database {name} template {template} strategy file_copy")
        return name

    def drop(self, database: str) -> None:
        """Drops a database and cuts its open connections."""
        self._execute(f"drop database if exists {database} with (force)")

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """The address of a fresh database, which goes at the end."""
        name = self.new_database(template)
        yield self.url(name)
        self.drop(name)

    @contextmanager
    def durable(self) -> Iterator[Self]:
        """The cluster, whose commits wait for the disk meanwhile, as those of an installation do."""
        for name in DURABILITY:
            self._execute(f"alter system set {name} = on")
        self._reload(is_durable=True)
        yield self
        self._execute("alter system reset all")
        self._reload(is_durable=False)

    def _reload(self, *, is_durable: bool) -> None:
        self._execute("select pg_reload_conf()")
        wait_until(lambda: self._fsync() == is_durable, "new connections have the settings")
        self._execute("checkpoint")
        self.is_durable = is_durable

    def _fsync(self) -> bool:
        with psycopg.connect(self.dsn("postgres")) as connection:
            return connection.execute("show fsync").fetchone() == ("on",)

    def stop(self) -> None:
        """Stops the server at once, as a power cut would; `start` brings it back."""
        assert self.is_durable, "what was committed could be lost"
        self._disconnect()
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()

    def start(self) -> None:
        """Starts the server, again on the same port and files after a `stop`."""
        self._server = child_of_tests(
            [
                postgresql_program("postgres"),
                "-D",
                str(self._folder / "data"),
                "-p",
                str(self.port),
                "-k",
                str(self._folder),
                "-h",
                "127.0.0.1",
            ],
            user=database_user(),
            cores=self._cores,
            output=self._folder / "server.log",
        )
        wait_until(self._answers, "PostgreSQL accepts connections")

    def _create(self, user: str | None) -> None:
        created = child_of_tests(
            [
                postgresql_program("initdb"),
                "-D",
                str(self._folder / "data"),
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
            ],
            user=user,
            output=self._folder / "initdb.log",
        )
        if created.wait(60) != 0:
            raise RuntimeError((self._folder / "initdb.log").read_text(encoding="utf-8"))

    def _answers(self) -> bool:
        if self._server.poll() is not None:
            raise RuntimeError((self._folder / "server.log").read_text(encoding="utf-8"))
        try:
            self._execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: str) -> None:
        # one connection for all databases that are made: each costs as much as dropping one
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self.dsn("postgres"), autocommit=True, connect_timeout=2)
        self._connection.execute(statement.encode())

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


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
