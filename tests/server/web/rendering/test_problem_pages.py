"""The pages that say that there is no such page, and that a page is for another role."""

import re

import pytest

from tests.server.web.api_site import ApiSite

HEADLINE = re.compile(r"<h1[^>]*>\s*[^<\s]")


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_missing_page_answers_in_the_readers_language(api: ApiSite, language: str):
    answer = api.app.test_client().get("/nothing-here", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.text
    assert HEADLINE.search(answer.text)


def test_a_page_of_another_role_says_so_in_a_sentence(api: ApiSite):
    answer = api.person("quality").get("/console")
    assert answer.status_code == 403
    assert HEADLINE.search(answer.text)
