"""Media are prepared once, in a separate process, even if a process dies."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.apart import IsolatedWorker
from server.store.media.uploads import claim_upload
from server.usecases.media.prepare_media import Preparing
from server.usecases.media.remove_medium import sweep_media
from tests.server.web.api_site import accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import image


def test_a_medium_removed_while_it_is_prepared_stays_removed(lone: Bureau):
    medium = accepted(lone.upload(image("PNG")), 201)["medium"]

    def slow(work: Any, *values: Any) -> Any:
        prepared = work(*values)
        lone.remove(medium)
        return prepared

    lone.media.off_loop = slow
    lone.prepare()
    refused(lone.browser.get(f"/api/v1/media/{medium}"), 404, "unknown_medium")
    lone.age()
    sweep_media(lone.site.database, lone.media.files)
    assert lone.left() == []


def test_one_of_several_workers_prepares(bureau: Bureau):
    bureau.upload(image("PNG"))
    other = Preparing(bureau.site.database, bureau.media.files, bureau.media.off_loop)
    counts = []

    def work_during_another(work: Any, *values: Any) -> Any:
        counts.append(other.prepare_waiting())
        return work(*values)

    bureau.media.off_loop = work_during_another
    assert bureau.prepare() == 1
    assert counts == [0]


def test_a_worker_that_died_is_replaced_and_a_file_that_kills_is_refused(bureau: Bureau):
    medium = accepted(bureau.upload(image("PNG")), 201)["medium"]

    class Killed(BaseException):
        pass

    def dies(*_: Any) -> Any:
        raise Killed

    for _ in range(3):
        bureau.media.off_loop = dies
        with pytest.raises(Killed):
            bureau.prepare()
        assert bureau.prepare() == 0, "somebody may still be at it"
        bureau.site.hands.now += timedelta(seconds=1000)
    assert bureau.prepare() == 1
    assert bureau.see(medium)["refusal"]["code"] == "medium_too_heavy"


def test_a_lone_server_resumes_interrupted_preparations_at_once(lone: Bureau):
    lone.upload(image("PNG"))
    now = lone.site.database.clock.now()
    with lone.site.database.store.write() as rows:
        assert claim_upload(rows, lone.waiting(), now=now, until=now + timedelta(seconds=1000))
    assert lone.prepare() == 0
    lone.media.take_over()
    assert lone.prepare() == 1


def test_the_separate_process_is_ended_when_it_takes_too_much_time_or_memory(tmp_path: Path):
    slow = IsolatedWorker(deadline_s=0.2)
    with pytest.raises(OSError, match="ended"):
        slow.call(time.sleep, 60)
    small = IsolatedWorker(memory_bytes=2_000_000_000)
    with pytest.raises(MemoryError):
        small.call(bytes, 3_000_000_000)
    assert small.call(len, "abc") == 3
    small.close()
