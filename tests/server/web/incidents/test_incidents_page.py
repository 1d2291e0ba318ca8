"""The page of incidents: who notes them at one site reads the summary of another."""

from server.store.people.accounts import Grant
from tests.server.web.api_site import HALL, OTHER, ApiSite


def test_a_role_at_one_site_hides_nothing_of_another(api: ApiSite):
    reader = api.person_of(Grant("agent", HALL), Grant("quality", OTHER))
    own, other = (reader.get(f"/incidents?hall={hall}") for hall in (HALL, OTHER))
    assert (own.status_code, other.status_code) == (200, 200)
    assert 'name="gravity"' in own.text
    assert 'name="gravity"' not in other.text
    assert f"?hall={OTHER}" in own.text
