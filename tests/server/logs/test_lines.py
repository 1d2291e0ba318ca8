"""A record is one line of names and values on standard error; a traceback follows it, plain and indented."""

import re
import subprocess
import sys

import pytest

from server.ids import new_token
from tests.harness.programs import PROJECT, PYTHON

TOKEN = new_token()
START = """import logging, structlog
from server.logs import configure_logs
from server.logs import guard_standard_error
"""


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


LEVELS = ["debug", "info", "warning", "error"]


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
token = {TOKEN!r}
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
    assert TOKEN not in text
    assert text.count("***") == 8
    assert "level=critical event=uncaught" in text
    assert "  ValueError: no device has ***" in lines


def test_an_uncaught_error_is_one_record_and_ends_the_process():
    before = sys.excepthook
    first, *below = logged("error", "raise ValueError('no')", expected=1)
    assert "level=critical event=uncaught" in first
    assert below[-1] == "  ValueError: no"
    assert sys.excepthook is before, "only that process was set up"
