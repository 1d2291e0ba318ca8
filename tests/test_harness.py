"""The foundations of the other tests, and of `make bench AGAINST=…`."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis
import time_machine

from server import app
from server.live.message_types import TAKEN
from tests.bench.against import compared
from tests.harness import waiting
from tests.harness.accessible import assert_accessible, unreached_by_keyboard, violations
from tests.harness.chromium import Pages
from tests.harness.described_answers import faults_of_frame
from tests.harness.dom.dom_pages import DomPage, DomPages, expect
from tests.harness.made_once import told_routes
from tests.harness.programs import PROJECT, PYTHON, child_of_tests
from tests.harness.servers.databases import DURABILITY, PostgresqlCluster
from tests.harness.servers.moved_served import ZONE, MovedServed
from tests.harness.servers.served import Forks
from tests.harness.sharing import free_port, machine
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer


@pytest.fixture
def hall_without_media(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    server = ContractServer(assets_dir, tmp_path)
    yield server
    server.stop()


RULES = PROJECT / "tests" / "server" / "domain"


def test_a_database_is_fresh(postgresql: PostgresqlCluster, empty_postgresql_url: str):
    name = empty_postgresql_url.rpartition("/")[2]
    with psycopg.connect(postgresql.dsn(name)) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        assert connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone() == (0,)


def durability(cluster: PostgresqlCluster) -> set[object]:
    with psycopg.connect(cluster.dsn("postgres")) as connection:
        return {connection.execute(f"show {name}".encode()).fetchone() for name in DURABILITY}


def test_commits_wait_for_the_disk_only_where_a_power_cut_is_tried(postgresql: PostgresqlCluster):
    with pytest.raises(AssertionError, match="could be lost"):
        postgresql.stop()
    with postgresql.durable():
        assert durability(postgresql) == {("on",)}
    assert durability(postgresql) == {("off",)}


def test_a_test_of_a_rule_loads_no_application():
    heavy = {"flask", "gevent", "playwright", "server.app", "server.store", "sqlalchemy"}
    rules = [".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in RULES.rglob("test_*.py")]
    loading = f"import importlib, sys; list(map(importlib.import_module, {['tests.conftest', *rules]}))"
    command = [str(PYTHON), "-c", f"{loading}; print(*{heavy} & set(sys.modules))"]
    loaded = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_a_database_can_be_copied_from_another(postgresql: PostgresqlCluster):
    original = postgresql.new_database()
    with psycopg.connect(postgresql.dsn(original)) as connection:
        connection.execute("create table ticket (number text)")
    copy = postgresql.new_database(original)
    with psycopg.connect(postgresql.dsn(copy)) as connection:
        assert connection.execute("select count(*) from ticket").fetchone() == (0,)
    postgresql.drop(copy)
    postgresql.drop(original)


def test_a_live_message_is_compared_with_its_model():
    right = '42/agent,["counter.keep",{"counter":"laon-g1","session":"s"}]'
    assert list(faults_of_frame(right, TAKEN)) == []
    assert list(faults_of_frame("2", TAKEN)) == []
    further = '42/screen,7["alert.shown",{"alert":"a","more":1}]'
    assert list(faults_of_frame(further, TAKEN)) == ["alert.shown: more: Extra inputs are not permitted"]
    assert list(faults_of_frame('42/screen,["alert.seen",{}]', TAKEN)) == [
        "alert.seen: this message has no model"
    ]


def test_an_expectation_of_what_is_not_in_a_page_in_node_fails_and_so_does_its_contrary(dom_page: DomPage):
    dom_page.evaluate("document.body.innerHTML = '<p>Un</p><p hidden>Deux</p>'")
    first, missing = expect(dom_page.locator("p").first), expect(dom_page.locator("b"))
    first.to_have_text("Un")
    first.not_to_have_text("Deux")
    expect(dom_page.locator("p").last).to_be_hidden()
    for wrong in (first.to_have_text, missing.to_have_text, missing.not_to_have_text):
        with pytest.raises(AssertionError):
            wrong("Deux", timeout=20)


def test_an_error_of_a_page_in_node_and_a_message_without_a_model_are_found(
    dom_pages: DomPages, hall_without_media: ContractServer
):
    page = dom_pages.open(f"{hall_without_media.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    hall_without_media.sockets.emit("board.forgotten", {}, namespace="/screen")
    hall_without_media.call("R042")
    hall_without_media.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    page.evaluate("setTimeout(() => { window.hasRun = true; throw new Error('it is broken'); })")
    wait_until(lambda: page.evaluate("window.hasRun === true"), "the timer of the page")
    troubles = "\n".join(dom_pages.close())
    assert "it is broken" in troubles
    assert "board.forgotten: this message has no model" in troubles


def test_what_is_made_once_is_what_each_application_would_make(tmp_path: Path, sqlite_url: str):
    told_routes(tmp_path, sqlite_url)
    again = told_routes(tmp_path, sqlite_url)
    command = [str(PYTHON), "-m", "tests.harness.made_once", str(tmp_path), sqlite_url]
    plain = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert again == plain.stdout.splitlines()[-1]


def test_an_application_without_sentences_of_its_site_has_the_catalogues_of_the_first(tmp_path: Path):
    catalogues = vars(app)["Catalogues"]
    assert catalogues(app.CATALOGUES, tmp_path / "translations") is catalogues(app.CATALOGUES)
    (tmp_path / "translations").mkdir()
    assert catalogues(app.CATALOGUES, tmp_path / "translations") is not catalogues(app.CATALOGUES)


def test_redis_answers(redis_url: str):
    with redis.from_url(redis_url) as connection:
        assert connection.ping()


def test_a_child_does_not_outlive_its_parent(tmp_path: Path):
    parent = child_of_tests(
        [
            "/bin/sh",
            "-c",
            f"setpriv --pdeathsig KILL -- tail -f /dev/null & echo $! > {tmp_path / 'pid'}; wait",
        ]
    )
    told = tmp_path / "pid"
    pid = wait_until(lambda: told.read_text().strip() if told.exists() else "", "the child started")
    # only then has setpriv asked to die with its parent
    wait_until(lambda: Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"tail"), "the child runs")
    parent.kill()
    parent.wait()
    wait_until(lambda: is_gone(pid), "the child is gone")


def is_gone(pid: str) -> bool:
    """Whether a process has ended; one that nobody has waited for yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_condition_that_stays_false_fails_with_its_name():
    with pytest.raises(AssertionError, match="the moon is blue"):
        wait_until(lambda: False, "the moon is blue", within_s=0.05)


def test_seconds_of_overloaded_processors_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pressure, looks = tmp_path / "cpu", count(1)
    monkeypatch.setattr(waiting, "PRESSURE", pressure)
    pressure.write_text("some avg10=99.00 total=0\n")

    def is_third() -> bool:
        look = next(looks)
        pressure.write_text(f"some avg10=99.00 total={look}000000\n")
        return look == 3

    assert wait_until(is_third, "the third look", within_s=0.0)


def test_a_test_that_measures_is_alone(tmp_path: Path):
    order: list[str] = []
    entered = threading.Event()

    def measure() -> None:
        entered.set()
        with machine(tmp_path, alone=True):
            order.append("measured")

    with machine(tmp_path, alone=False):
        measuring = threading.Thread(target=measure)
        measuring.start()
        entered.wait()
        measuring.join(0.2)
        order.append("behaved")
    measuring.join()
    assert order == ["behaved", "measured"]


def test_a_page_is_judged_for_accessibility(pages: Pages):
    page = pages.open()
    page.set_content(
        "<!doctype html><html lang=fr><title>Bon</title><main><h1>Bonjour</h1><button>Oui</button></main>"
    )
    assert_accessible(page)
    page.set_content(
        "<!doctype html><html><title>x</title><main><h1>x</h1><img src=x><button></button></main>"
    )
    broken = {line.partition(":")[0] for line in violations(page)}
    assert {"html-has-lang", "image-alt", "button-name"} <= broken


def test_the_check_detects_controls_without_tab_or_visible_focus(pages: Pages):
    page = pages.open()
    page.set_content(
        "<style>#plain { outline: none }</style><button>Oui</button><input type=date>"
        "<input type=radio name=one><input type=radio name=one>"
        "<a href=/a tabindex=-1>never</a><button id=plain>no sign</button><a href=/b>last</a>"
    )
    never, no_sign = unreached_by_keyboard(page)
    assert ">never<" in never
    assert ">no sign<" in no_sign


def test_a_page_that_fails_is_noticed(browser):
    opened = Pages(browser)
    page = opened.open()
    page.evaluate("() => setTimeout(() => { throw new Error('lost') })")
    wait_until(lambda: (page.title(), opened.troubles)[1], "the error arrives")
    page.route("**/*", lambda route: route.fulfill(status=404 if "/assets/" in route.request.url else 200))
    page.goto("http://localhost/")
    page.evaluate("() => { new Image().src = '/assets/icons/gone.svg'; }")
    wait_until(lambda: (page.title(), opened.troubles[1:])[1], "the missing icon is told")
    opened.close()
    assert "lost" in opened.troubles[0]
    assert "gone.svg" in opened.troubles[1]


def test_ports_are_free():
    assert free_port() != free_port()


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_a_server_survives_a_kill(serve, layout: str):
    server = serve(layout)
    assert len(server.demonstration["sites"]) == 5
    first = server.pids()
    server.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in first), "every process is gone")
    server.start()
    assert server.is_ready()
    server.stop()


FORKS_ONE_NUMBER = """
import sys
for line in sys.stdin:
    print('{"pid": 7}\\n{"pid": 7, "status": 0}' if "first" in line else '{"pid": 7}', flush=True)
"""


def test_a_server_that_gets_the_number_of_one_that_has_ended_has_not_ended(tmp_path: Path):
    """Failed without the guard: the newer one was left running, on ports of the next one."""
    forks = Forks([str(PYTHON), "-c", FORKS_ONE_NUMBER])
    first = forks.start("first", [], {}, tmp_path / "log")
    assert first.wait(timeout=20) == 0
    assert forks.start("second", [], {}, tmp_path / "log").poll() is None
    forks.close()


@pytest.mark.parametrize(
    ("today", "moved"),
    [
        ("2027-03-23T12:00+01:00", "2027-03-30T11:20+02:00"),  # the clocks change between
        ("2028-08-09T12:00+02:00", "2028-08-22T11:20+02:00"),  # a week later is Assumption Day
    ],
)
def test_a_moved_server_has_the_hour_of_an_open_tuesday(tmp_path: Path, today: str, moved: str):
    with time_machine.travel(datetime.fromisoformat(today), tick=False):
        server = MovedServed(tmp_path).at(11, 20)
        found = datetime.now(UTC) + timedelta(seconds=server.ahead_s)
    assert found.astimezone(ZONE).isoformat(timespec="minutes") == moved


def test_a_change_within_twice_the_noise_is_kept_and_a_larger_one_is_not():
    rounds = [
        ({"a": 1.00, "b": 1.00, "gone": 1.0}, {"a": 1.06, "b": 1.40, "new": 1.0}, {"a": 1.04, "b": 1.02}),
        ({"a": 1.02, "b": 0.98, "gone": 1.0}, {"a": 1.00, "b": 1.38, "new": 1.0}, {"a": 0.98, "b": 1.00}),
        ({"a": 1.04, "b": 1.00, "gone": 1.0}, {"a": 1.03, "b": 1.42, "new": 1.0}, {"a": 1.00, "b": 1.02}),
    ]
    kept, differs = compared(rounds)
    assert (kept.what, kept.is_kept) == ("a", True)
    assert (differs.what, differs.is_kept) == ("b", False)
    assert differs.by == pytest.approx(0.39, abs=0.02)
    assert differs.noise == pytest.approx(0.02, abs=0.005)
