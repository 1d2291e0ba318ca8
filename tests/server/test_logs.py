"""A record is one line of names and values on standard error; a traceback follows it, plain and indented."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import logs
from server.ids import is_token_shaped, new_api_key, new_token
from server.logs import (
    LONGEST_VALUE,
    OF_ALL,
    OF_SOURCE,
    PERIOD_S,
    SOURCE,
    TRACEBACKS,
    LogLines,
    RatedLines,
    mask_secrets,
    masked_values,
)
from server.settings import Settings
from tests.harness.programs import PROJECT, PYTHON

NEW_TOKEN = new_token()
START = """import logging, structlog
from server.logs import configure_logs
from server.logs import guard_standard_error
"""
LEVELS = ["debug", "info", "warning", "error"]
TOKEN = "e0Cgbdz1xEDF-OgBKRbPFg"  # fixed: the parameters of a test must not change from run to run


def logged(level: str, program: str, *, expected: int = 0) -> list[str]:
    """The standard error of a process that logs from a level on."""
    ended = subprocess.run(
        [
            str(PYTHON),
            "-c",
            f"{START}configure_logs('{level}')\nlog = structlog.get_logger('server.tests')\n{program}",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == expected, ended.stderr
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_a_record_is_one_line_of_names_and_values():
    (line,) = logged(
        "info", "log.info('day_closed', hall='laon', legs=3, suspect=False, why='two\\nlines', day=None)"
    )
    time, rest = line.split(" ", 1)
    assert re.fullmatch(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", time)
    assert rest == 'level=info event=day_closed hall=laon legs=3 suspect=false why="two\\nlines" day=null'


def test_a_traceback_is_plain_and_indented():
    program = "try:\n  1 / 0\nexcept ZeroDivisionError:\n  log.exception('job_failed', job='purge')"
    first, *below = logged("info", program)
    assert first.endswith("level=error event=job_failed job=purge")
    assert below[0] == "  Traceback (most recent call last):"
    assert below[-1] == "  ZeroDivisionError: division by zero"
    assert all(line.startswith("  ") for line in below)


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_is_respected(level: str):
    lines = logged(level, "\n".join(f"log.{each}('{each}')" for each in LEVELS))
    assert [re.findall("event=([a-z]+)", line) for line in lines] == [
        [each] for each in LEVELS[LEVELS.index(level) :]
    ]


@pytest.mark.parametrize(("level", "heard"), [("debug", ["warning"]), ("info", ["warning"]), ("error", [])])
def test_libraries_speak_from_warning_on(level: str, heard: list[str]):
    lines = logged(
        level, "for each in ('debug', 'info', 'warning'): getattr(logging.getLogger('alembic'), each)(each)"
    )
    assert [re.findall("event=([a-z]+) logger=alembic", line) for line in lines] == [[each] for each in heard]


def test_no_way_of_logging_writes_a_token():
    program = f"""
token = {NEW_TOKEN!r}
guard_standard_error()
log.info('asked', path='/t/' + token, token=token, body={{'a': [token]}})
logging.getLogger('gunicorn.error').warning('Error handling request %s', '/api/v1/tickets/' + token)
import sys; print('Authorization: Bearer', token, file=sys.stderr)
import threading
thread = threading.Thread(target=lambda: {{}}[token]); thread.start(); thread.join()
raise ValueError(f'no device has {{token}}')
"""
    lines = logged("debug", program, expected=1)
    text = "\n".join(lines)
    assert NEW_TOKEN not in text
    assert text.count("***") == 8
    assert "level=critical event=uncaught" in text
    assert "  ValueError: no device has ***" in lines


def test_an_uncaught_error_is_one_record_and_ends_the_process():
    before = sys.excepthook
    first, *below = logged("error", "raise ValueError('no')", expected=1)
    assert "level=critical event=uncaught" in first
    assert below[-1] == "  ValueError: no"
    assert sys.excepthook is before, "only that process was set up"


@pytest.mark.parametrize(
    "text",
    [
        f"http://127.0.0.1:8080/kiosk#t={TOKEN}",
        f"GET /t/{TOKEN} HTTP/1.1",
        f"/api/v1/tickets/{TOKEN}/give-up",
        f"Authorization: Bearer {TOKEN}",
        f"{{'HTTP_COOKIE': 'parvis_device={TOKEN}; lang=fr'}}",
        f"parvis_session={TOKEN}{TOKEN}",
        f'{{"token": "{TOKEN}"}}',
        f"('{TOKEN}', 'kiosk')",
        f"Key (token)=({TOKEN}) already exists.",
        f"https%3A%2F%2Faccueil.example.fr%2Fscreen%23t%3D{TOKEN}",
        f"{TOKEN} failed",
    ],
)
def test_a_token_is_masked_anywhere_in_a_line(text: str):
    assert TOKEN not in mask_secrets(text)
    assert "***" in mask_secrets(text)


def test_whose_an_e_mail_address_is_is_masked():
    refused = "(550, b'nobody', {'marie.dubreuil+1@mail.example.fr': 1})"
    assert mask_secrets(refused) == "(550, b'nobody', {'***@mail.example.fr': 1})"
    assert mask_secrets("parvis at 10@20, @import") == "parvis at 10@20, @import"


def test_the_secret_of_a_webhook_is_masked_whole():
    assert mask_secrets("signed with whsec_4zcIi7mu/Ose+YmkQw=, sent") == "signed with ***, sent"
    assert masked_values({"smtp_password": "sesame"}) == {"smtp_password": "***"}


def test_an_api_key_is_masked_whole_by_its_prefix_also_when_it_was_cut():
    key = new_api_key()
    assert key.startswith("parvis_key_")
    assert mask_secrets(f"sent by {key}, refused") == "sent by ***, refused"
    assert mask_secrets(f"sent by {key[:20]}") == "sent by ***"


@pytest.mark.parametrize(
    "text",
    [
        "#t=short",
        "Bearer abc",
        "parvis_device=abc",
        "/t/abc",
        "?code=ABCD2345",
        "/retour?state=ABCD2345",
        "&id_token_hint=abc",
        "client_secret=abc",
        "parvis_provider=abc",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        "password: hunter2",
        "api_key='k'",
    ],
)
def test_a_named_secret_of_any_shape_is_masked(text: str):
    kept = mask_secrets(text)
    assert kept.endswith(("***", "***'"))


def test_the_password_of_a_database_is_masked():
    assert mask_secrets("postgresql://parvis:s3cret@db/parvis") == "postgresql://parvis:***@db/parvis"


@given(st.integers(1, 50))
def test_a_token_is_masked_without_any_context(count: int):
    tokens = [new_token() for _ in range(count)]
    assert mask_secrets(", ".join(tokens)) == ", ".join(["***"] * count)
    assert mask_secrets(new_token() + new_token()) == "***"


@pytest.mark.parametrize(
    "text",
    [
        "ConnectionRefusedError",
        "InstallationTransaction",
        "Access-Control-Max-Age",
        "test_a_token_is_masked",
        "01a20f43-edfc-77c2-86ab-f11e33a8891c",
        "c0ffee" * 10 + "abcd",
        "/srv/anywhere/server/store/engines.py",
        "code=unknown_device",
        "the token is unknown",
    ],
)
def test_names_ids_and_hashes_are_left_as_they_are(text: str):
    assert mask_secrets(text) == text
    assert not is_token_shaped("ConnectionRefusedError")


def test_a_value_named_as_a_secret_is_not_written():
    assert masked_values({"token": "x", "Cookie": "y", "hall": "laon"}) == {
        "token": "***",
        "Cookie": "***",
        "hall": "laon",
    }


@pytest.mark.parametrize("name", ["secret_key", "oidc_client_secret", "smtp_password"])
def test_settings_that_are_written_out_hold_no_secret(name: str):
    settings = Settings.model_validate({name: TOKEN, "smtp_host": "host.tests"})
    assert "host.tests" in repr(settings)
    assert TOKEN not in repr(settings)


class Log:
    """A log with a clock that a test sets; `lines` are those written."""

    def __init__(self) -> None:
        self.at_s, self.lines = 1_000.0, list[str]()
        self._rated, self._form = RatedLines(), LogLines()

    def monotonic(self) -> float:
        return self.at_s

    def write(
        self, event: str, source: str | None = "192.0.2.1", *, failed: bool = False, **values: Any
    ) -> None:
        SOURCE.set(None if source is None else lambda: source)
        record = logging.LogRecord(
            "server", logging.WARNING, "", 0, event, (), sys.exc_info() if failed else None
        )
        record.values = values
        if self._rated.filter(record):
            self.lines.append(self._form.format(record))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    found = Log()
    monkeypatch.setattr(logs, "time", found)
    yield found
    SOURCE.set(None)


def test_a_source_writes_a_few_lines_of_a_kind_and_the_next_says_how_many_were_left_out(log: Log):
    for number in range(500):
        log.write("cut", number=number)
    assert len(log.lines) == OF_SOURCE
    log.write("refused")
    log.write("cut", reason="packets")
    log.write("cut", "192.0.2.2", number=500)
    assert [line.partition(" event=")[2] for line in log.lines[-3:]] == [
        "refused",
        "cut reason=packets",
        "cut number=500 left_out=495",
    ]
    log.at_s += PERIOD_S
    log.write("cut", number=501)
    assert log.lines[-1].endswith("event=cut number=501")


def test_however_many_sources_there_are_a_kind_writes_so_many_lines_a_minute(log: Log):
    for number in range(5_000):
        log.write("cut", f"2001:db8:{number:x}::/64")
    assert len(log.lines) == OF_ALL


def test_a_line_of_nobodys_request_is_its_own_source(log: Log):
    for hall in ("laon", "soissons"):
        for _ in range(50):
            log.write("alarms_not_watched", None, hall=hall)
    assert len(log.lines) == 2 * OF_SOURCE


def test_after_a_few_tracebacks_of_a_kind_the_line_stands_alone(log: Log):
    try:
        raise LookupError("here")
    except LookupError:
        for number in range(20):
            log.write("request_failed", f"192.0.2.{number}", failed=True)
    assert len(log.lines) == 20
    assert ["LookupError" in line for line in log.lines] == [True] * TRACEBACKS + [False] * (20 - TRACEBACKS)


def test_a_value_that_a_stranger_chose_is_cut(log: Log):
    log.write("request_failed", path="/" + "é" * 8_000)
    assert len(log.lines[0]) < LONGEST_VALUE + 100
