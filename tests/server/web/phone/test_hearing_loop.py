"""The phone of a called visitor says that an induction loop helps at the counter, where it is in order."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.server.web.api_site import ApiSite, accepted


@pytest.mark.parametrize(("years_later", "is_told"), [(0, True), (1, False)])
def test_a_loop_is_shown_while_its_test_is_valid(
    sqlite_url: str, tmp_path: Path, years_later: int, is_told: bool
):
    site = ApiSite(sqlite_url, tmp_path)
    site.hands.now += timedelta(weeks=52 * years_later)
    session = {"X-Counter-Session": site.open()}
    token = site.ticket()["token"]
    accepted(site.next(headers=session))
    page = site.app.test_client().get(f"/t/{token}").text
    assert ('<p class="loop" data-loop>' in page) is is_told
    assert ('<p class="loop" data-loop hidden>' in page) is not is_told
    site.close()
