"""A hall with days of visits."""

from datetime import date

import pytest

from tests.server.usecases.quality.figures_history import play_days
from tests.server.web.api_site import ApiSite


@pytest.fixture
def played(api: ApiSite) -> ApiSite:
    play_days(api.database, date(2026, 9, 21), 8)
    return api
