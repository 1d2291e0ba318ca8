"""What Prometheus reads: each measure declared once, right with several workers, and naming nobody."""

import json
import logging
import os
import re
import signal
import subprocess
import uuid
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server import measures
from server.app import metrics, subjects
from server.app.metrics import HallLabels
from server.domain.facts import print_ended
from server.domain.refusals import Refusal
from server.own_authority import OwnAuthority
from server.store.journal.chain import Anchors
from server.store.transactions.hall_transaction import Commit, CommittedFact
from server.usecases.journal.maintenance import backup, purge
from tests.harness.programs import PROJECT
from tests.harness.servers.prepared import made_server
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.server.live.hall import Halls
from tests.server.web.api_site import HALL, ApiSite

MONITORING = PROJECT / "docs" / "monitoring"
RULES = MONITORING / "alerts.yml"
type Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def values_in(text: str) -> Values:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Values, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0)


def read(api: ApiSite) -> Values:
    return values_in(api.app.test_client().get("/metrics").text)


# --- what is counted and read -------------------------------------------------------------------


@pytest.mark.both_databases
def test_tickets_calls_requests_and_who_waits_are_counted_by_hall(api: ApiSite):
    api.database.subscribers.append(api.app.extensions["parvis"].metrics.committed)
    before = read(api)
    api.open()
    for _ in range(3):
        api.ticket()
    api.next()
    found = read(api)

    def more(name: str, **labels: str) -> float:
        return value(found, name, **labels) - value(before, name, **labels)

    assert more("parvis_tickets_total", hall=HALL) == 3
    assert more("parvis_calls_total", hall=HALL) == 1
    assert more("parvis_request_seconds_count", route="/api/v1/halls/<hall>/tickets") == 3
    assert value(found, "parvis_waiting", hall=HALL) == 2
    assert value(found, "parvis_service_up", service="database") == 1
    assert value(found, "parvis_disk_free_bytes") > 0


def test_prints_are_counted_by_verdict(api: ApiSite):
    before = read(api)
    counted = api.app.extensions["parvis"].metrics
    hall = api.database.hall_id(HALL)
    for verdict in ("printed", "held", None):
        ended = print_ended("job", None, verdict=verdict, why=None)
        fact = CommittedFact("id", ended.kind, ended.body, None, None, api.hands.now)
        counted.committed(Commit(hall, HALL, "epoch", 1, (fact,), None))
    found = read(api)
    for verdict in ("printed", "held", "cancelled"):
        labels = {"hall": HALL, "verdict": verdict}
        assert value(found, "parvis_prints_total", **labels) == 1 + value(
            before, "parvis_prints_total", **labels
        )


def test_the_age_of_backup_and_purge_and_the_end_of_the_certificate_are_read(
    api: ApiSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = {"parvis_backup_age_seconds", "parvis_purge_age_seconds", "parvis_certificate_days"}
    assert not kept & {name for name, _ in read(api)}
    parvis = api.app.extensions["parvis"]
    own = OwnAuthority(tmp_path / "tls")
    monkeypatch.setattr("server.own_authority.own_addresses", lambda: ["10.1.2.3"])
    own.ensure(parvis.database.clock.now())
    parvis.settings.tls_certificate, parvis.settings.tls_key = str(own.certificate), str(own.key)
    backup(api.database, Anchors(api.settings.var / "anchors"), tmp_path / "copy")
    purge(api.database)
    api.hands.now += timedelta(hours=2)
    found = read(api)
    assert value(found, "parvis_backup_age_seconds") == pytest.approx(7200, abs=60)
    assert value(found, "parvis_purge_age_seconds") == pytest.approx(7200, abs=60)
    assert value(found, "parvis_certificate_days") == pytest.approx(365, abs=0.2)


def test_a_database_or_redis_that_is_away_is_told_and_the_rest_is_read(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    api.app.extensions["parvis"].settings.redis_url = "redis://127.0.0.1:1/0"

    def away(_: Any) -> Any:
        raise Refusal("database_busy")

    monkeypatch.setattr(metrics, "waiting_of_halls", away)
    found = read(api)
    assert value(found, "parvis_service_up", service="database") == 0
    assert ("parvis_service_up", frozenset({("service", "redis")})) in found
    assert value(found, "parvis_service_up", service="redis") == 0
    assert value(found, "parvis_disk_free_bytes") > 0


def test_halls_after_the_first_hundred_share_a_label(monkeypatch: pytest.MonkeyPatch, api: ApiSite):
    halls = [SimpleNamespace(id=f"{number:03}", slug=f"hall-{number}") for number in range(250)]
    monkeypatch.setattr(metrics, "halls_by_age", lambda _: halls)
    labels = HallLabels(api.database)
    assert [labels.of(each.id) for each in halls[98:102]] == ["hall-98", "hall-99", "others", "others"]
    assert labels.of("unheard of") == "others"


def test_every_measure_is_declared_once_with_labels_that_name_nobody(api: ApiSite):
    names = [name for name, *_ in measures.declared()]
    assert len(set(names)) == len(names)
    labels = {label for *_, each, _ in measures.declared() for label in each}
    assert labels <= {"hall", "kind", "verdict", "route", "round", "event", "service", "version", "schema"}
    text = api.app.test_client().get("/metrics").text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    answered = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(text)
        if family.name.startswith("parvis_")
    }
    assert answered <= set(names)


def test_a_log_line_of_an_error_is_counted_by_its_event_and_free_text_as_other():
    def counted(event: str) -> float:
        return float(measures.ERRORS.labels(event)._value.get())

    before = counted("job_failed"), counted("other")
    counter = measures.ErrorCounter()
    for message, is_ours in (("job_failed", True), ("Worker 12 failed for Ada", False)):
        record = logging.LogRecord("server", logging.ERROR, "", 1, message, None, None)
        if is_ours:
            record.values = {}
        counter.emit(record)
    assert (counted("job_failed"), counted("other")) == (before[0] + 1, before[1] + 1)


def test_a_round_that_fails_goes_on_and_its_last_good_end_stays(monkeypatch: pytest.MonkeyPatch):
    instants, slept, worked = iter((100.0, 200.0, 300.0)), iter((20.0, 20.0, 20.0)), iter((True, False, True))
    monkeypatch.setattr(subjects, "time", SimpleNamespace(time=lambda: next(instants)))

    def now() -> float:
        return float(measures.ROUND_DONE.labels("send_due_of_test")._value.get())

    seen: list[float] = []

    def sleep(_: float) -> None:
        seen.append(now())
        next(slept)

    def send_due_of_test(_: str) -> None:
        assert next(worked)

    base: Any = SimpleNamespace(socketio=SimpleNamespace(sleep=sleep))
    with pytest.raises(StopIteration):
        subjects.Foundation.every(base, 20.0, partial(send_due_of_test, "hall"))()
    assert seen == [100.0, 200.0, 200.0, 300.0]


# --- several workers -----------------------------------------------------------------------------


def test_any_of_two_workers_answers_for_both_and_a_dead_one_has_no_socket(
    request: pytest.FixtureRequest, tmp_path: Path
):
    with ExitStack() as running:

        def start(layout: Any) -> Served:
            return made_server(request, running, tmp_path / "var", layout).start(by_command=True)

        with closing(Halls(start)) as halls:
            hall = halls("workers")

            def scraped() -> Values:
                return values_in(httpx.get(f"{hall.server.base_url}/metrics", trust_env=False).text)

            def writers(kind: str) -> set[int]:
                files = (tmp_path / "var" / "metrics").glob(f"{kind}_*.db")
                return {int(file.stem.rpartition("_")[2]) for file in files}

            issued = value(scraped(), "parvis_tickets_total", hall="laon")
            pressed = 0
            while pressed < 6 or len(writers("counter")) < 2:
                with hall.client() as other:
                    body = {"service": "laon-accueil", "press_id": str(uuid.uuid4())}
                    assert other.post("/halls/laon/tickets", json=body).status_code == 201
                pressed += 1
            for _ in range(6):
                assert value(scraped(), "parvis_tickets_total", hall="laon") == issued + pressed

            hall.open("laon-g1")
            hall.next("laon-g1")
            announced = [value(scraped(), "parvis_call_announced_seconds_count", kind="text") for _ in "ab"]
            assert announced == [1, 1]
            rounds = {dict(labels)["round"] for name, labels in scraped() if "round_done" in name}
            [watched] = re.findall(r'round=~"(.*?)"', RULES.read_text("utf-8"))
            assert rounds >= set(watched.split("|"))

            others = value(scraped(), "parvis_sockets", kind="screen")
            for _ in range(4):
                running.enter_context(hall.screen())
            assert {value(scraped(), "parvis_sockets", kind="screen") for _ in range(6)} == {others + 4}
            dead = writers("gauge_livesum").pop()
            os.kill(dead, signal.SIGKILL)
            wait_until(lambda: dead not in writers("gauge_livesum"), "its files are gone")
            assert value(scraped(), "parvis_sockets", kind="screen") < others + 4
            assert value(scraped(), "parvis_tickets_total", hall="laon") == issued + pressed


# --- what wakes somebody -------------------------------------------------------------------------

HEALTHY = {
    'up{job="parvis",instance="a"}': "1+0x60",
    'parvis_service_up{instance="a",service="database"}': "1+0x60",
    'parvis_round_done_timestamp_seconds{instance="a",round="Rounds.make"}': "0+60x60",
    'parvis_errors_total{instance="a",event="job_failed"}': "0+0x60",
    'parvis_call_announced_seconds_bucket{instance="a",kind="text",le="0.25"}': "0+6x60",
    'parvis_call_announced_seconds_bucket{instance="a",kind="text",le="2.5"}': "0+6x60",
    'parvis_call_announced_seconds_bucket{instance="a",kind="text",le="+Inf"}': "0+6x60",
    'parvis_prints_total{instance="a",hall="laon",verdict="printed"}': "0+2x60",
    'parvis_prints_total{instance="a",hall="laon",verdict="refused"}': "0+0x60",
    "parvis_backup_age_seconds": "3600+0x60",
    "parvis_purge_age_seconds": "600+0x60",
    'parvis_disk_free_bytes{instance="a"}': "50e9+0x60",
    'parvis_certificate_days{instance="a"}': "60+0x60",
}
"""What a server at work tells in an hour, a value a minute."""
FAULTS: Mapping[str, tuple[str, str | None]] = {
    "ServerAway": ("up{", "0+0x60"),
    "ServiceAway": ("parvis_service_up", "0+0x60"),
    "RoundsStopped": ("parvis_round_done", "0+0x60"),
    "ErrorsMany": ("parvis_errors", "0+1x60"),
    "TooSlow": ('parvis_call_announced_seconds_bucket{instance="a",kind="text",le="0.25"', "0+0x60"),
    "PrintsFail": ('parvis_prints_total{instance="a",hall="laon",verdict="refused"', "0+1x60"),
    "BackupOld": ("parvis_backup_age", "100000+0x60"),
    "PurgeOld": ("parvis_purge_age", "20000+0x60"),
    "DiskFull": ("parvis_disk_free", "1e9+0x60"),
    "CertificateEnds": ("parvis_certificate", "13+0x60"),
}
"""The series that differs where each alert is raised, and its values."""


def raised(series: Mapping[str, str], expected: str | None) -> dict[str, Any]:
    """A test of promtool: exactly this alert is raised after an hour."""
    samples = [{"labels": f'{{alertname="{expected}"}}', "value": 1}] if expected else []
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": each} for name, each in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "1h",
                "exp_samples": samples,
            }
        ],
    }


def test_each_of_ten_faults_raises_its_own_alert_and_health_none(tmp_path: Path):
    tests = [raised(HEALTHY, None)]
    for alert, (series, values) in FAULTS.items():
        [changed] = [name for name in HEALTHY if name.startswith(series)]
        tests.append(raised(HEALTHY | {changed: values or ""}, alert))
    never = {name: each for name, each in HEALTHY.items() if name != "parvis_backup_age_seconds"}
    tests.append(raised(never, "BackupOld"))
    place = tmp_path / "alerts.json"
    place.write_text(json.dumps({"rule_files": [str(RULES)], "tests": tests}), encoding="utf-8")
    ended = subprocess.run(
        ["promtool", "test", "rules", str(place)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert set(re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))) == set(FAULTS)


@pytest.mark.parametrize("name", ["alerts.yml", "board.json"])
def test_rules_and_board_ask_for_measures_that_are_declared(name: str):
    text = (MONITORING / name).read_text(encoding="utf-8")
    asked = {re.sub(r"_(bucket|count|sum)$", "", each) for each in re.findall(r"\bparvis_\w+", text)}
    declared = {name for name, *_ in measures.declared()}
    assert asked <= declared
    if name == "board.json":
        assert asked == declared, "the board shows every measure"
