"""A person who fills the media library: one for the tests of a module, the library emptied after each."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences
from server.usecases.media.uploads import Preparing
from tests.conftest import FreshDatabase
from tests.harness.sql import all_rows
from tests.server.web.api_site import ApiSite, accepted


class Bureau:
    """A signed-in drafter of notices; the test calls the server's preparation."""

    def __init__(self, site: ApiSite, role: str = "communication") -> None:
        self.site = site
        self.browser, self.headers = site.writer(role)
        parvis = site.app.extensions["parvis"]
        self.media: Preparing = parvis.media
        self.settings = parvis.settings
        self.media_bytes = parvis.settings.media_bytes
        self.empty()

    def empty(self) -> None:
        """Removes every medium; the next test begins as the first did."""
        self.settings.media_bytes = self.media_bytes
        object.__setattr__(self.media.files, "reserve", 0)
        self.media.off_loop = lambda work, *values: work(*values)
        self.media.is_busy = True  # nothing is prepared behind the test's back
        for medium in accepted(self.browser.get("/api/v1/media"))["media"]:
            self.remove(medium["medium"])
        shutil.rmtree(self.media.files.folder, ignore_errors=True)

    def standing(self) -> int:
        """How many media were not removed."""
        return self.site.count("medium WHERE state <> 'removed'")

    def waiting(self) -> str:
        """The one medium that waits to be prepared."""
        (upload,) = all_rows(self.site.database, "SELECT medium FROM upload")
        return str(upload["medium"])

    def fetch(self, url: str, reader: Any = None, **headers: str) -> TestResponse:
        """A file of the library, read to its end."""
        with (reader or self.browser).get(url, headers=headers) as answer:
            answer.get_data()
            found: TestResponse = answer
            return found

    def upload(self, content: bytes, **more: Any) -> TestResponse:
        headers = self.headers | more.pop("headers", {})
        more.setdefault("content_type", "application/octet-stream")
        answer: TestResponse = self.browser.post("/api/v1/media", data=content, headers=headers, **more)
        return answer

    def prepare(self) -> int:
        self.media.is_busy = False
        try:
            return self.media.prepare_waiting()
        finally:
            self.media.is_busy = True

    def add(self, content: bytes) -> str:
        """A medium that was uploaded and prepared, or refused."""
        medium = accepted(self.upload(content), 201)["medium"]
        assert self.prepare() == 1
        return str(medium)

    def see(self, medium: str) -> dict[str, Any]:
        return accepted(self.browser.get(f"/api/v1/media/{medium}"))

    def describe(self, medium: str, **texts: str) -> TestResponse:
        answer: TestResponse = self.browser.patch(
            f"/api/v1/media/{medium}", json={"texts": texts}, headers=self.headers
        )
        return answer

    def remove(self, medium: str, **more: str) -> TestResponse:
        answer: TestResponse = self.browser.delete(f"/api/v1/media/{medium}", headers=self.headers | more)
        return answer

    def left(self) -> list[str]:
        """Every file below the media folder."""
        folder = self.media.files.folder
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def age(self) -> None:
        """Makes the files on the disk two hours older."""
        long_ago = self.site.database.clock.now().timestamp() - 7200
        for path in self.media.files.folder.rglob("*"):
            os.utime(path, (long_ago, long_ago))


type Bureaus = Callable[[str], Bureau]


@pytest.fixture(scope="module")
def bureaus(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureaus]:
    """`bureaus(kind)`: one bureau on each kind of database, for all tests of a module."""
    with ExitStack() as standing:

        @cache
        def bureau_on(kind: str) -> Bureau:
            url = standing.enter_context(fresh_database(kind))
            site = ApiSite(url, tmp_path_factory.mktemp("bureau"))
            standing.callback(site.database.close)
            return Bureau(site)

        yield bureau_on


@pytest.fixture
def bureau(bureaus: Bureaus, database_kind: str) -> Iterator[Bureau]:
    """The bureau, with an empty library. After any test, the rows follow from the journal."""
    found = bureaus(database_kind)
    yield found
    found.empty()
    with snapshot(found.site.database) as rows:
        assert installation_differences(rows) == []
