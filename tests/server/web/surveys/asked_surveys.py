"""Surveys as people ask and answer them in a browser: drafted, opened, answered without JavaScript."""

import re
from typing import Any

from server.web.access.cookies import DEVICE_COOKIE
from tests.harness.sql import all_rows
from tests.server.web.api_site import ApiSite, csrf_of

PLACE = "/voix/enquetes"
FIRST, LAST = "2026-11-23", "2026-12-20"
CHANNELS = ["link", "screen", "ticket", "kiosk", "paper"]


def press(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def form_of(page: str) -> dict[str, Any]:
    """The fields of the form of a survey as a browser sends them unchanged."""
    main = page.partition("<main")[2]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", main):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "on")
    for name, inner in re.findall(r'<select[^>]+name="([^"]+)">(.*?)</select>', main):
        chosen = re.search(r'value="([^"]+)" selected', inner)
        fields[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]+name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        fields[name] = inner
    return fields


def draft(browser: Any, **changes: Any) -> str:
    """The address of a new draft of the ready-made questionnaire."""
    fields = form_of(browser.get(f"{PLACE}/nouvelle").text)
    fields |= {"title": "Mars", "opens_on": FIRST, "closes_on": LAST, "channels": CHANNELS} | changes
    fields.pop("csrf_token")
    answer = press(browser, PLACE, **fields)
    assert answer.status_code == 303, re.findall(r'class="problem"[^>]*>([^<]+)', answer.text)
    return str(answer.headers["Location"]).partition("/modifier")[0]


def opened(site: ApiSite, **changes: Any) -> tuple[Any, str]:
    browser = site.person("quality")
    survey = draft(browser, **changes)
    assert press(browser, f"{survey}/ouverture").status_code == 303
    return browser, survey


def address(site: ApiSite, channel: str) -> str:
    [row] = all_rows(
        site.database, "SELECT code FROM survey_address WHERE channel = :channel", channel=channel
    )
    return f"/avis/{row['code']}"


def answer(site: ApiSite, path: str, *, token: str = "", **fields: str) -> Any:
    """What a visitor without JavaScript gets who opens the page and sends it. `token`: of a paired device."""
    browser = browser_of(site, token)
    page = browser.get(path)
    if page.status_code != 200:
        return page
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return browser.post(path, data=hidden | fields)


def browser_of(site: ApiSite, token: str) -> Any:
    """A browser that nobody has signed in with; of a paired device where its token is given."""
    browser = site.app.test_client()
    if token:
        browser.set_cookie(DEVICE_COOKIE, token)
    return browser
