"""What `/metrics` answers: what was counted, and what is read at that moment."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import redis
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from server import measures
from server.domain.facts import FactKind
from server.domain.instants import from_text
from server.domain.refusals import Refusal
from server.own_authority import certificate_end
from server.settings import Settings
from server.store.configuration.halls import halls_by_age
from server.store.installation import SCHEMA
from server.store.journal.chain import Anchors, last_backup
from server.store.operation.erase_expired import purge_runs
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit
from server.store.watched_halls import waiting_of_halls

REDIS_WITHIN_S = 1.0
DAY_S = 86_400


class HallLabels:
    """The word that names each hall (id): its slug, or `others` for those after the first hundred."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, str] = {}

    def of(self, hall: str) -> str:
        """The label of a hall. Halls are read again for one that is not known yet."""
        if hall not in self._known:
            with self._database.read() as rows:
                found = halls_by_age(rows)
            self._known = {
                row.id: row.slug if number < measures.HALLS_NAMED else measures.OTHERS
                for number, row in enumerate(found)
            }
        return self._known.get(hall, measures.OTHERS)


class Metrics:
    """The measures of one process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._labels = HallLabels(database)

    def committed(self, commit: Commit) -> None:
        """Counts what a transaction recorded."""
        for fact in commit.facts:
            match fact.kind:
                case FactKind.TICKET_ISSUED:
                    measures.TICKETS.labels(self._labels.of(commit.hall)).inc()
                case FactKind.LEG_CALLED:
                    measures.CALLS.labels(self._labels.of(commit.hall)).inc()
                case FactKind.PRINT_ENDED:
                    verdict = fact.body["verdict"] or "cancelled"
                    measures.PRINTS.labels(self._labels.of(commit.hall), verdict).inc()

    def text(self) -> bytes:
        """Every measure in the text format of Prometheus."""
        registry = CollectorRegistry()
        registry.register(self)
        return measures.counted_text() + generate_latest(registry)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is read now; prometheus_client calls it."""
        now, settings = self._database.clock.now(), self._settings
        yield measures.VERSION.family(((version("parvis"), SCHEMA), 1))
        free = shutil.disk_usage(settings.var).free
        yield measures.DISK_FREE.family(((), free))
        if settings.scheme == "https":
            with suppress(OSError, ValueError):  # `parvis doctor` says what is wrong with it
                left_s = (certificate_end(Path(settings.tls_certificate)) - now).total_seconds()
                yield measures.CERTIFICATE_DAYS.family(((), left_s / DAY_S))
        backed_up = last_backup(Anchors(settings.var / "anchors"))
        if backed_up is not None:
            yield measures.BACKUP_AGE.family(((), (now - backed_up).total_seconds()))
        reached = {} if not settings.redis_url else {"redis": _redis_answers(settings.redis_url)}
        try:
            yield from self._in_database(now)
            reached["database"] = True
        except (Refusal, OSError):
            reached["database"] = False
        yield measures.SERVICE_UP.family(*(((name,), is_up) for name, is_up in reached.items()))

    def _in_database(self, now: datetime) -> list[GaugeMetricFamily]:
        with self._database.read() as rows:
            waiting = waiting_of_halls(rows)
            purged = purge_runs(rows, limit=1)
        by_label: dict[str, int] = {}
        for hall, legs in waiting:
            label = self._labels.of(hall)
            by_label[label] = by_label.get(label, 0) + legs
        return [
            measures.WAITING.family(*(((label,), legs) for label, legs in by_label.items())),
            *(measures.PURGE_AGE.family(((), (now - run.done_at).total_seconds())) for run in purged),
        ]


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(
            url, socket_timeout=REDIS_WITHIN_S, socket_connect_timeout=REDIS_WITHIN_S
        ) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


def measure_requests(app: Flask) -> None:
    """Times every request until its answer is made, by the pattern of its route."""

    @app.before_request
    def begin() -> None:
        g.measured_from_s = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        began_s, rule = g.pop("measured_from_s", None), request.url_rule
        if began_s is not None and rule is not None:
            measures.REQUESTS.labels(rule.rule).observe(perf_counter() - began_s)
        return response


def announced(message: dict[str, object], now: datetime) -> None:
    """Times a call's message that was just sent."""
    kind = "voice" if message["audio"] else "text"
    measures.ANNOUNCED.labels(kind).observe((now - from_text(str(message["at"]))).total_seconds())
