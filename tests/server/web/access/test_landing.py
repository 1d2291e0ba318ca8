"""Where signing in leads to."""

import pytest

from server.domain.author import SYSTEM
from server.store.people.accounts import Grant
from server.usecases.people.accounts import NewAccount, create_account
from tests.server.web.api_site import HALL, PASSWORD, ApiSite


@pytest.mark.parametrize(
    ("roles", "wanted", "where"),
    [
        (("agent",), "/", "/console"),
        (("agent",), "/aide", "/aide"),
        (("agent", "reception"), "/", "/"),
        (("supervisor",), "/", "/"),
    ],
)
def test_signing_in_opens_the_counter_for_people_who_are_only_agents(
    api: ApiSite, roles: tuple[str, ...], wanted: str, where: str
):
    new = NewAccount("sam", PASSWORD, "Sam", [Grant(role, HALL) for role in roles])
    create_account(api.database, SYSTEM, new)
    browser = api.app.test_client()
    token = browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    form = {"login": "sam", "password": PASSWORD, "csrf_token": token, "next": wanted}
    assert browser.post("/connexion", data=form).headers["Location"] == where
