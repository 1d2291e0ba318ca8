"""The benchmarks: each figure of the product beside the bare routes in the same run, alternating.

    python -m tests.bench.bench [--quick] [--only a,b,…] [--databases sqlite,postgresql]

Server on core 0, load on core 1, PostgreSQL where the kernel puts it. Everything of the product is on.
Results go to var/bench.json; exit status 1 when a bound is missed.

a  from the POST of `next` to the first message with the call on the last of N screens, against
   /emit of the same bytes
b  issuing a ticket, against /raw (/pg on PostgreSQL)
c  `next` with 1,000 people waiting, against /raw (/pg)
d  issue and `next` with 1,000,000 past visits, against 1,000
e  `next` of twenty sessions with 2,000 people waiting, against ten (99 of 100 calls)
f  from the POST of `next` to the call painted in Chromium, against a bare page that paints the same text
   on /emit: p50 and p95; beside it one that paints a small line
g  from the POST of an alert to the last of 100 screens of five sites, against /emit
i  from the press of an incident's key to its answer while 100 screens reconnect at once, p95 against 200 ms
j  a thousand screens of 25 addresses join again at once: the time and the processor of it, each against as
   many sockets of the bare server; and the delay of calls meanwhile, p95, against 50 ms: also where they
   return as pages do, each at a random instant of the span that the server names
k  from a press to its number and to the first byte at the printer: at a kiosk without an agent, with one,
   and with one whose line is cut; p50 and p99 against /raw (/pg)
o  a kiosk's menu while 64 connections of one address ask each open route in turn, p95 against 250 ms, and
   against the menu without a load
p  from a press to its number, to the first byte at a printer that is sent its jobs, to the offer to one that
   asks; rendering a ticket; each p50 and p99 against /raw (/pg). Twenty printers that ask once a second, as
   a share of a core
q  figures of a month and a year: of a hall against 400 ms and 1 s, of 50 sites with ten million visits a
   year against DuckDB on the same visits as Parquet; five halls over a year in the explorer, first and
   second reading, against what unpacking their stored days takes
r  a ticket and a call in a database with the triggers of stored counts, against one without them
t  how far apart two screens of a hall change what they show, p95, against its bound, and beside two bare
   pages with a timer; the same with a processor four times slower
u  from a key at a console to its effect painted with 300 waiting, of a call, an undo and a transfer, p50
   against 100 ms and p95 against 200 ms, and beside a bare page whose key posts to /raw (/pg)
w  what pages weigh on a first visit, sound apart, and the requests of a kiosk, against their bounds
x  announced waits of drawn halls, small, busy and large, against the bounds of their error and cover
y  days of a busy hall played again in a process apart: a « what if » of 200 days against 5 s, the counters of
   a week against 60 s, the most memory of the process against 300 MB
"""

import argparse
import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from tests.bench.consoles import GESTURES, MOST_MS, WAITING, measure_console
from tests.bench.kiosks import kiosks, measure_kiosks
from tests.bench.loads import percentile, request
from tests.bench.painted import SLOW, measure_together, painted
from tests.bench.printers import measure_presses, measure_rendering, printing_halls, share_of_polls
from tests.bench.screens import MOST_DELAY_MS, SCREENS, measure_alert, measure_incident, measure_joining
from tests.bench.sides import (
    LOAD_CORES,
    QUICK,
    Effort,
    Product,
    Result,
    bare_routes,
    bare_server,
    product,
    save,
    show,
)
from tests.bench.stored_counts import measure_figures, measure_triggers
from tests.bench.tickets_and_calls import (
    COUNTERS,
    MOST_OF_THE_MENU_MS,
    busy_halls,
    measure_call,
    measure_issue,
    measure_many,
    measure_next,
    measure_past,
    measure_strangers,
)
from tests.bench.waits import announced_waits, played_again
from tests.bench.weights import measure_weights, open_all_day
from tests.harness.programs import PROJECT
from tests.harness.servers.databases import PostgresqlCluster
from tests.harness.servers.served import Served


def run_all(effort: Effort, parts: str, databases: list[str], found: list[Result]) -> None:
    """Measures the parts on each database and appends to `found` as results come."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="parvis-bench-")))
        if "w" in parts:
            found += weights(folder / "weights")
        found += announced_waits(effort.days) if "x" in parts else ()
        found += played_again(effort.days) if "y" in parts else ()
        if "t" in parts:
            found += together(folder / "together", effort)
        for database in databases:
            cluster = running.enter_context(PostgresqlCluster()) if database == "postgresql" else None
            if set("acfgio") & set(parts):
                _against_bare(folder / database, cluster, effort, parts, found)
            if "b" in parts:
                _tickets(folder / f"{database}-tickets", cluster, effort, found)
            if "d" in parts:
                _against_past(folder / f"{database}-past", cluster, effort, found)
            if "j" in parts:
                found += _joining(folder / f"{database}-joining", cluster, effort)
            if "e" in parts:
                _against_few_waiting(folder / f"{database}-waiting", cluster, effort, found)
            if "u" in parts:
                found += _console(folder / f"{database}-console", cluster, effort)
            found += _presses(folder / database, cluster, effort, parts)
            found += _stored_counts(folder / f"{database}-figures", cluster, effort, parts)


def _stored_counts(
    folder: Path, cluster: PostgresqlCluster | None, effort: Effort, parts: str
) -> Iterator[Result]:
    """What reading figures takes, and what keeping their stored counts right costs a write."""
    if "q" in parts:
        yield from figures(folder, cluster, effort)
    if "r" in parts:
        yield from triggers(folder.with_name(f"{folder.name}-triggers"), cluster, effort)


def figures(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    """Figures of a hall against their bounds, and of all sites against DuckDB."""
    folder.mkdir(parents=True)
    kind = "SQLite" if cluster is None else "PostgreSQL"
    url = f"sqlite:///{folder}/parvis.db" if cluster is None else cluster.url(cluster.new_database())
    for reading in measure_figures(url, folder, effort.figures):
        more = {} if reading.first_ms is None else {"first_read_ms": reading.first_ms}
        what = f"(q) figures of a {reading.what} ({kind})"
        yield Result(what, "ms", reading.ms, reading.reference_ms, at_most=reading.at_most, more=more)


def triggers(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    """A ticket and a call with the triggers of stored counts and without them."""
    folder.mkdir(parents=True)
    kind = "SQLite" if cluster is None else "PostgreSQL"
    first, second = (
        f"sqlite:///{folder}/{side}.db" if cluster is None else cluster.url(cluster.new_database())
        for side in ("with", "without")
    )
    for cost in measure_triggers((first, second), effort.rounds):
        yield Result(f"(r) {cost.what}, with triggers ({kind})", "ms", cost.with_ms, cost.without_ms)


def weights(folder: Path) -> Iterator[Result]:
    """Each page of the demonstration against the bounds of its first visit."""
    folder.mkdir(parents=True)
    with Served(folder) as served:
        served.parvis("demo", "--history", "1d")
        served.republish("laon", open_all_day)
        served.start()
        for page in measure_weights(served):
            what = f"(w) first visit of a {page.page}"
            yield Result(what, "kB", page.wire_bytes / 1_000, page.most_bytes / 1_000, at_most=1)
            if page.most_requests is not None:
                yield Result(f"{what}, requests", "", page.requests, page.most_requests, at_most=1)
            if page.minute_bytes is not None:
                minute, most = page.minute_bytes / 1_000, page.most_bytes / 1_000
                yield Result(f"{what}, its first minute", "kB", minute, most)


MOST_APART_MS = 100
MOST_OF_A_KEY_MS = 200


def together(folder: Path, effort: Effort) -> Iterator[Result]:
    """Two screens against the bound, and beside two bare pages; then with a slower processor."""
    folder.mkdir(parents=True)
    for slower in (1, SLOW):
        screens, bare = measure_together(folder, effort.together_s, slower)
        what = f"(t) two screens change together, p95, processor {slower} × slower"
        ours, theirs = percentile(screens, 95), percentile(bare, 95)
        more = {"product_p50_ms": percentile(screens, 50), "product_p99_ms": percentile(screens, 99)}
        more |= {"changes": len(screens), "bare_p50_ms": percentile(bare, 50)}
        yield Result(what, "ms", ours, MOST_APART_MS, at_most=1, more=more)
        yield Result(f"{what}, beside bare pages", "ms", ours, theirs)


def _against_bare(
    folder: Path, cluster: PostgresqlCluster | None, effort: Effort, parts: str, found: list[Result]
) -> None:
    folder.mkdir(parents=True)
    kind, dsn, route = _reference(cluster)
    with bare_routes(folder, pg=dsn) as bare, product(folder / "product", cluster=cluster) as side:
        write = (bare, request("POST", route))
        if "a" in parts:
            for screens in (100, 500):
                found.append(asyncio.run(measure_call(side, bare, screens, effort)))
                found[-1].what += f" ({kind}, /emit)"
        if "c" in parts:
            what = f"(c) next with 1,000 waiting ({kind}, {route})"
            found.append(asyncio.run(measure_next(what, side, write, effort)))
        if "f" in parts:
            ours, theirs, same_text, more = painted(side, bare, effort.rounds // 3)
            of = f"({kind}, /emit painted"
            found.append(
                Result(f"(f) call painted, p50 {of} as the same text)", "ms", ours, same_text, at_most=2)
            )
            latest = more["product_p95"], more["same_text_p95"]
            found.append(Result(f"(f) the same, p95 {of} as the same text)", "ms", *latest, at_most=3))
            found.append(Result(f"(f) the same, p50 {of} in a small line)", "ms", ours, theirs, more=more))
        if "g" in parts:
            ours, theirs, more = asyncio.run(measure_alert(side, bare, 100, effort.rounds // 2))
            what = f"(g) alert on the last of 100 screens of five sites, p50 ({kind}, /emit)"
            found.append(Result(what, "ms", ours, theirs, more=more))
        if "i" in parts:
            what = f"(i) an incident's key while 100 screens reconnect, p95 ({kind})"
            taken, before = asyncio.run(measure_incident(side, 100, effort.rounds))
            more = {f"product_p{percent}_ms": percentile(taken, percent) for percent in (50, 99)}
            more["answers_before_all_joined"] = before
            found.append(Result(what, "ms", percentile(taken, 95), MOST_OF_A_KEY_MS, at_most=1, more=more))
        if "o" in parts:
            found += _floods(side, kind, effort)


def _floods(side: Product, kind: str, effort: Effort) -> Iterator[Result]:
    """The three routes whose flood delays the menu most, and the usual one against no load at all."""
    quiet, floods = asyncio.run(measure_strangers(side, effort.flooded_s))
    floods.sort(key=lambda each: each.p95_ms, reverse=True)
    for flood in floods[:3]:
        what = f"(o) a kiosk's menu while {flood.route} is flooded, p95 ({kind})"
        more = {f"product_p{percent}_ms": percentile(flood.menu_ms, percent) for percent in (50, 99)}
        more |= {f"answers_{status}": count for status, count in flood.answers.items()}
        yield Result(what, "ms", flood.p95_ms, MOST_OF_THE_MENU_MS, at_most=1, more=more)
    usual = floods[len(floods) // 2].p95_ms
    what = f"(o) a kiosk's menu, median of {len(floods)} floods, p95, beside no load ({kind})"
    yield Result(what, "ms", usual, percentile(quiet, 95))


def _joining(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    """Against the bare server, whose join reads no database."""
    folder.mkdir(parents=True)
    kind = "SQLite" if cluster is None else "PostgreSQL"
    with bare_server(folder) as bare, product(folder / "product", cluster=cluster) as side:
        found = asyncio.run(measure_joining(side, bare, max(2, effort.rounds // 12)))
    what = f"(j) {SCREENS:,} screens join again"
    yield Result(f"{what}, time ({kind})", "s", found.ours.seconds, found.bare.seconds, at_most=1.3)
    yield Result(
        f"{what}, processor ({kind})", "s", found.ours.processor_s, found.bare.processor_s, at_most=1.3
    )
    more = {"bare_writes_later_ms": found.writes_later_ms}
    for how, later_ms in (("all at once", found.calls_later_ms), ("as pages", found.calls_later_spread_ms)):
        delay = f"{what} {how}, delay of calls, p95 ({kind})"
        yield Result(delay, "ms", max(0.0, later_ms), MOST_DELAY_MS, at_most=1, more=more)


def _tickets(folder: Path, cluster: PostgresqlCluster | None, effort: Effort, found: list[Result]) -> None:
    """A kiosk and an API key each with a product of its own: what one leaves waiting is not the other's."""
    folder.mkdir(parents=True)
    kind, dsn, route = _reference(cluster)
    with bare_routes(folder, pg=dsn) as bare:
        for who in ("kiosk", "API key"):
            with product(folder / who.replace(" ", "_"), cluster=cluster) as side:
                author = side.kiosk if who == "kiosk" else side.key
                for clients in (1, 32):
                    ours = (side.port, lambda side=side, author=author: side.issue(author))
                    write = (bare, request("POST", route))
                    found.append(asyncio.run(measure_issue(f"issue by {who}", ours, write, clients, effort)))
                    found[-1].what += f" ({kind}, {route})"


def _console(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    """Keys of an agent against their bounds, with the control of the same run."""
    folder.mkdir(parents=True)
    kind, dsn, route = _reference(cluster)
    with bare_routes(folder, pg=dsn) as bare, product(folder / "product", cluster=cluster) as side:
        taken = measure_console(side, (bare, route), max(5, effort.rounds // 10))
    for name in GESTURES:
        for percent, most in MOST_MS.items():
            ours, theirs = percentile(taken[name], percent), percentile(taken["control"], percent)
            what = f"(u) {name} painted with {WAITING} waiting, p{percent} ({kind})"
            more = {"control_ms": theirs, "of": len(taken[name])}
            yield Result(what, "ms", ours, most, at_most=1, more=more)


def _presses(folder: Path, cluster: PostgresqlCluster | None, effort: Effort, parts: str) -> Iterator[Result]:
    """From presses at kiosks to their numbers and papers."""
    if "k" in parts:
        yield from _kiosks(folder.with_name(f"{folder.name}-kiosks"), cluster, effort)
    if "p" in parts:
        yield from _printers(folder.with_name(f"{folder.name}-printers"), cluster, effort)


def _kiosks(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    folder.mkdir(parents=True)
    kind, dsn, route = _reference(cluster)
    with bare_routes(folder, pg=dsn) as bare, kiosks(folder / "product", cluster) as both:
        measured = asyncio.run(measure_kiosks(both, (bare, request("POST", route)), effort.rounds))
    for name, each in measured.items():
        for what, taken in (("number", each.number), ("first byte", each.first_byte)):
            for percent in (50, 99):
                ours, theirs = percentile(taken, percent), percentile(each.raw, percent)
                yield Result(
                    f"(k) press to {what}, kiosk {name}, p{percent} ({kind}, {route})", "ms", ours, theirs
                )


def _printers(folder: Path, cluster: PostgresqlCluster | None, effort: Effort) -> Iterator[Result]:
    folder.mkdir(parents=True)
    kind, dsn, route = _reference(cluster)
    with (
        bare_routes(folder, pg=dsn) as bare,
        printing_halls(folder / "product", cluster) as (side, printer, polling),
    ):
        write = (bare, request("POST", route))
        share = asyncio.run(share_of_polls(side, polling, effort.polled_s))
        latencies = asyncio.run(measure_presses(side, printer, polling[0], write, effort.rounds))
    latencies.rendering = measure_rendering(effort.rounds)
    for what, measured in latencies.named().items():
        for percent in (50, 99):
            ours, theirs = percentile(measured, percent), percentile(latencies.raw, percent)
            yield Result(f"(p) {what}, p{percent} ({kind}, {route})", "ms", ours, theirs)
    what = f"(p) {len(polling)} printers ask once a second ({kind}, a core)"
    yield Result(what, "%", 100 * share, 100, at_most=0.05)


def _reference(cluster: PostgresqlCluster | None) -> tuple[str, str | None, str]:
    """The name of a database, an address for the bare routes, and the route that writes there."""
    if cluster is None:
        return "SQLite", None, "/raw"
    return "PostgreSQL", cluster.dsn(cluster.new_database()), "/pg"


def _against_past(
    folder: Path, cluster: PostgresqlCluster | None, effort: Effort, found: list[Result]
) -> None:
    kind = "SQLite" if cluster is None else "PostgreSQL"
    with (
        product(folder / "young", cluster=cluster, past_visits=1_000) as young,
        product(folder / "old", cluster=cluster, past_visits=effort.past) as old,
    ):
        for result in asyncio.run(measure_past(young, old, effort)):
            result.what += f" ({kind})"
            found.append(result)


def _against_few_waiting(
    folder: Path, cluster: PostgresqlCluster | None, effort: Effort, found: list[Result]
) -> None:
    kind = "SQLite" if cluster is None else "PostgreSQL"
    with busy_halls(folder, cluster) as (few, many):
        asyncio.run(measure_many(few, many, effort.calls * effort.blocks))
    beside = {
        "product_p50_ms": percentile(many.latencies_ms, 50),
        "reference_p50_ms": percentile(few.latencies_ms, 50),
    }
    what = f"(e) next of {COUNTERS} sessions, {many.waiting:,} waiting, against {few.waiting}, p99 ({kind})"
    with_many, with_few = (percentile(hall.latencies_ms, 99) for hall in (many, few))
    found.append(Result(what, "ms", with_many, with_few, at_most=2, more=beside))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help="small counts: to see that it runs")
    parser.add_argument("--only", default=",".join("abcdefgijkopqrtuwxy"), help="parts, comma separated")
    parser.add_argument("--databases", default="sqlite,postgresql")
    asked = parser.parse_args()
    effort = QUICK if asked.quick else Effort()
    os.sched_setaffinity(0, LOAD_CORES)
    gc.freeze()
    found: list[Result] = []
    try:
        run_all(effort, asked.only.replace(",", ""), asked.databases.split(","), found)
    finally:
        results = [
            asdict(result) | {"ratio": result.ratio, "bound": result.bound, "kept": result.is_kept}
            for result in found
        ]
        save(
            PROJECT / "var" / "bench.json",
            {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "quick": asked.quick, "results": results},
        )
        show(found)
    return 0 if found and all(result.is_kept for result in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
