"""Media are prepared once, in a separate process, even if a process dies."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.apart import IsolatedWorker
from server.store.notices.media import claim_upload
from server.usecases.media.uploads import Preparing, sweep_media
from tests.server.web.api_site import accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import image


def test_a_medium_removed_while_it_is_prepared_stays_removed(bureau: Bureau):
    medium = accepted(bureau.upload(image("PNG")), 201)["medium"]

    def slow(work: Any, *values: Any) -> Any:
        prepared = work(*values)
        bureau.remove(medium)
        return prepared

    bureau.media.off_loop = slow
    bureau.prepare()
    refused(bureau.browser.get(f"/api/v1/media/{medium}"), 404, "unknown_medium")
    bureau.age()
    sweep_media(bureau.site.database, bureau.media.files)
    assert bureau.left() == []


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


def test_a_lone_server_resumes_interrupted_preparations_at_once(bureau: Bureau):
    bureau.upload(image("PNG"))
    now = bureau.site.database.clock.now()
    with bureau.site.database.store.write() as rows:
        assert claim_upload(rows, bureau.waiting(), now=now, until=now + timedelta(seconds=1000))
    assert bureau.prepare() == 0
    bureau.media.take_over()
    assert bureau.prepare() == 1


def test_the_separate_process_is_ended_when_it_takes_too_much_time_or_memory(tmp_path: Path):
    slow = IsolatedWorker(deadline_s=0.2)
    with pytest.raises(OSError, match="ended"):
        slow.call(time.sleep, 60)
    small = IsolatedWorker(memory_bytes=2_000_000_000)
    with pytest.raises(MemoryError):
        small.call(bytes, 3_000_000_000)
    assert small.call(len, "abc") == 3
    small.close()
