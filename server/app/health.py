"""Whether a process is well, and its figures for Prometheus."""

import threading
import time

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from server.app.services import Parvis
from server.domain.refusals import Refusal
from server.store.installation import installation_head


def is_ready(parvis: Parvis) -> bool:
    """Whether this process can read its database."""
    try:
        with parvis.database.read() as rows:
            return installation_head(rows) is not None
    except (Refusal, OSError):
        return False


def metrics(parvis: Parvis) -> bytes:
    """This process in the text format of Prometheus."""
    registry = CollectorRegistry()
    Gauge("parvis_sockets", "Sockets connected to this process", registry=registry).set(
        parvis.presence.count()
    )
    Gauge("parvis_failed_publications", "Publications that failed since the start", registry=registry).set(
        parvis.database.failed_publications + parvis.publisher.failures
    )
    Gauge("parvis_threads", "Threads of this process", registry=registry).set(threading.active_count())
    Gauge("parvis_time_seconds", "This process's clock", registry=registry).set(time.time())
    return generate_latest(registry)
