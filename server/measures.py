"""What Prometheus may read of a server (`/metrics`): this module alone declares measures.

Labels name halls, kinds and routes of the code, never a person. Where several workers serve, each writes its
own counts into files of one folder (`PROMETHEUS_MULTIPROC_DIR`), and the worker that answers adds them up.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily

disable_created_metrics()  # type: ignore[no-untyped-call]
HALLS_NAMED = 100
"""Halls that a label names, the first that were set up; those after them are one, `others`."""
OTHERS = "others"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The setting of prometheus_client for several workers; it reads it when it is imported."""
_UP_TO_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

TICKETS = Counter("parvis_tickets_total", "Tickets issued, at kiosks, receptions and phones.", ["hall"])
CALLS = Counter("parvis_calls_total", "Calls; recalls are not counted.", ["hall"])
PRINTS = Counter(
    "parvis_prints_total",
    "Print jobs that ended: printed, held, unknown, refused, or cancelled.",
    ["hall", "verdict"],
)
REQUESTS = Histogram(
    "parvis_request_seconds", "Time to answer a request, by its route.", ["route"], buckets=_UP_TO_S
)
ANNOUNCED = Histogram(
    "parvis_call_announced_seconds",
    "Time from a call to its message to the screens: kind `text`, then `voice`.",
    ["kind"],
    buckets=_UP_TO_S,
)
SOCKETS = Gauge(
    "parvis_sockets",
    "Sockets open now: of screens, kiosks, agents and visitors.",
    ["kind"],
    multiprocess_mode="livesum",
)
ROUND_DONE = Gauge(
    "parvis_round_done_timestamp_seconds",
    "When a round last ended well; of several workers, of the one furthest behind.",
    ["round"],
    multiprocess_mode="livemin",
)
ERRORS = Counter(
    "parvis_errors_total",
    "Lines of the log at level error, by their event: rounds, publications and requests that failed.",
    ["event"],
)
COUNTED = (TICKETS, CALLS, PRINTS, REQUESTS, ANNOUNCED, SOCKETS, ROUND_DONE, ERRORS)
"""What this process counts as it goes."""


@dataclass(frozen=True, slots=True)
class ReadMeasure:
    """A gauge that is read when Prometheus asks: from the database, the disk, a file."""

    name: str
    text: str
    labels: tuple[str, ...] = ()

    def family(self, *values: tuple[tuple[str, ...], float]) -> GaugeMetricFamily:
        """Its values, each with those of its labels."""
        family = GaugeMetricFamily(self.name, self.text, labels=self.labels)
        for labels, value in values:
            family.add_metric(labels, value)
        return family


VERSION = ReadMeasure("parvis_version", "1, with the version and the schema.", ("version", "schema"))
SERVICE_UP = ReadMeasure(
    "parvis_service_up", "1 where this server reaches the service: database, redis.", ("service",)
)
WAITING = ReadMeasure("parvis_waiting", "People who wait now.", ("hall",))
BACKUP_AGE = ReadMeasure("parvis_backup_age_seconds", "Since the last `parvis backup` with this folder.")
PURGE_AGE = ReadMeasure("parvis_purge_age_seconds", "Since the last purge of what is kept too long.")
DISK_FREE = ReadMeasure("parvis_disk_free_bytes", "Room where PARVIS_VAR is.")
CERTIFICATE_DAYS = ReadMeasure(
    "parvis_certificate_days", "Days until the server’s certificate ends; below 0 it has."
)
READ = (VERSION, SERVICE_UP, WAITING, BACKUP_AGE, PURGE_AGE, DISK_FREE, CERTIFICATE_DAYS)
"""What is read when Prometheus asks. What cannot be is left out: no backup yet, no Redis."""


def declared() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name, kind, labels and text of every measure."""
    for counted in COUNTED:
        [family] = counted.describe()
        ending = "_total" if family.type == "counter" else ""
        yield family.name + ending, family.type, tuple(counted._labelnames), family.documentation
    for read in READ:
        yield read.name, "gauge", read.labels, read.text


def share_folder(folder: Path) -> None:
    """Lets the workers that this process becomes count together, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER] = str(folder)


def forget_dead_workers() -> None:
    """Lets what only a living worker has, as sockets, end with those that ended."""
    for file in Path(os.environ[FOLDER]).glob("gauge_live*.db") if FOLDER in os.environ else ():
        pid = file.stem.rpartition("_")[2]
        if not Path("/proc", pid).exists():
            multiprocess.mark_process_dead(int(pid))  # type: ignore[no-untyped-call]


def counted_text() -> bytes:
    """What was counted, of this process or of all workers, in the text format of Prometheus."""
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class ErrorCounter(logging.Handler):
    """Counts the lines of errors by their event; what is no word of the code counts as `other`."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Counts one line."""
        event = str(record.msg)
        ERRORS.labels(event if event.isidentifier() and hasattr(record, "values") else "other").inc()
