"""The server process: `python -m server`. Patches first; nothing that opens sockets is imported before."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402

import structlog  # noqa: E402
from gevent import socket as gevent_socket  # noqa: E402

from server.app import create_app  # noqa: E402
from server.app.http_server import HallServer, connections_of  # noqa: E402
from server.commands.say import ending_well, errors, sentence  # noqa: E402
from server.domain.refusals import Refusal  # noqa: E402
from server.jobs import allow_open_files, hold  # noqa: E402
from server.logs import configure_logs, guard_standard_error  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.operation.private_files import keep_to_owner, tighten  # noqa: E402

log = structlog.get_logger("server")

BACKLOG = 4096
STOP_WITHIN_S = 3
RESTART_AFTER_S = 1
"""So that the answer to who asked for it leaves first."""
WRONG_USAGE = 2


def bound(settings: Settings) -> gevent_socket.socket:
    """A socket on the address of the settings with TCP_NODELAY, which accepted sockets inherit.

    Pywsgi sends head and body apart. Refusal: address_taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = gevent_socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise Refusal("address_taken", address=settings.base_url, reason=error.strerror) from error
    return listening


def main() -> None:
    """Serves until SIGTERM or SIGINT, then lets running requests end for three seconds.

    Refusals: too_few_files, server_running, not_installed, address_taken.
    """
    if len(sys.argv) > 1:
        errors.print(sentence("terminal.serves_only", command=sys.argv[1]), style="red", markup=False)
        sys.exit(WRONG_USAGE)
    keep_to_owner()
    settings = Settings()
    configure_logs(settings.log_level)
    guard_standard_error()
    allow_open_files()
    hold(settings.var, is_shared=False)
    tighten(settings)
    listening = bound(settings)
    app = create_app(settings)
    app.extensions["parvis"].start_background()
    tls = (
        {"certfile": settings.tls_certificate, "keyfile": settings.tls_key}
        if settings.scheme == "https"
        else {}
    )
    listening.listen(BACKLOG)
    server = HallServer(listening, app, connections_of(settings), **tls)

    def stop(*_: object) -> None:
        server.stop(timeout=STOP_WITHIN_S)

    import gevent

    is_to_restart = gevent.event.Event()

    def restart() -> None:
        is_to_restart.set()
        gevent.spawn_later(RESTART_AFTER_S, stop)

    app.extensions["parvis"].restart.by = restart

    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop)
    log.info("serving", address=settings.base_url)
    server.serve_forever()
    app.extensions["parvis"].stop_background()
    app.extensions["parvis"].database.close()
    if is_to_restart.is_set():
        os.execv(sys.executable, [sys.executable, "-m", "server"])


if __name__ == "__main__":
    ending_well(main)()
