"""How a PostgreSQL connection waits in a process that gevent runs: on its loop, without `select.poll`.

psycopg drives a query as a generator that asks for the socket to be readable or writable. Under gevent its
own driver goes through the patched `select.poll`, at several times the cost of a watcher.
"""

import sys
from typing import Any

import psycopg


class LoopConnection(psycopg.Connection[Any]):
    """A connection whose queries wait on gevent's loop; in a process without gevent as psycopg does."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Drives a query to its end; what it returns."""
        monkey = sys.modules.get("gevent.monkey")
        if timeout is not None or monkey is None or not monkey.is_module_patched("select"):
            return super().wait(gen, interval, timeout)
        return _drive(gen, self.pgconn.socket)


def _drive(gen: Any, descriptor: int) -> Any:
    from gevent import get_hub

    hub = get_hub()
    try:
        event = next(gen)
        while True:
            # psycopg's wishes and readiness have the bits of the loop's events: 1 read, 2 write
            watcher = hub.loop.io(descriptor, int(event))
            try:
                hub.wait(watcher)
            finally:
                watcher.close()
            event = gen.send(event)
    except StopIteration as ended:
        return ended.value
