"""A gunicorn worker that serves as `python -m server` does: `-k server.worker.HallWorker`.

Gunicorn's first process imports this module and patches nothing: the app is imported by the workers alone.
"""

from typing import Any

from gunicorn.workers.ggevent import GeventWorker


class HallWorker(GeventWorker):  # type: ignore[misc]  # untyped library
    """gunicorn's gevent worker with our HTTP server, its deadlines and its limit of connections."""

    @staticmethod
    def server_class(listener: Any, application: Any, **options: Any) -> Any:
        """The server of one listening socket; gunicorn says how many greenlets and with which TLS."""
        from server.app.http_server import HallServer, connections_of
        from server.settings import Settings

        for name in ("log", "handler_class"):
            options.pop(name)
        options["environ"].pop("wsgi.file_wrapper", None)
        options["environ"].pop("wsgi.errors", None)
        return HallServer(listener, application, connections_of(Settings()), **options)
