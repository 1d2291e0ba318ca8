"""The page of alerts ticks no hall for people with several: they choose each."""

import re

from tests.server.web.api_site import ApiSite


def test_no_hall_is_ticked_when_there_are_several_and_the_only_one_is(api: ApiSite):
    ticked = {
        site: re.findall(r'name="hall" value="([^"]+)" checked', api.person("security", site).get(page).text)
        for site, page in (("*", "/alerte?hall=laon"), ("laon", "/alerte"))
    }
    assert ticked == {"*": [], "laon": ["laon"]}
