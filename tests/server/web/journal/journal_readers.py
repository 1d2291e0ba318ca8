"""A morning of Laon in its journal, and the lines that its page shows."""

import re
from typing import Any

from server.domain.author import SYSTEM, Author
from server.store.people.accounts import Grant
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from tests.harness.sql import execute
from tests.server.web.api_site import COUNTER, HALL, PASSWORD, SERVICE, ApiSite, accepted

WHERE = f"/journal?hall={HALL}"


def account(site: ApiSite, name: str, role: str = "supervisor", where: str = HALL) -> Author:
    new = NewAccount(name.split(maxsplit=1)[0].lower(), PASSWORD, name, [Grant(role, where)])
    return Author(create_account(site.database, SYSTEM, new))


def a_morning(site: ApiSite) -> Author:
    """Tickets, a counter opened and a call by a person; tickets stopped by the same one."""
    person = account(site, "Camille Dupont")
    accepted(site.press(token=site.kiosk), 201)
    session = site.open()
    headers = {"X-Counter-Session": session}
    leg = accepted(site.next(headers=headers))["leg"]
    accepted(site.verb(leg, "start", headers=headers))
    stop_tickets(site.database, HALL, person, service=SERVICE)
    reopen_tickets(site.database, HALL, person, service=SERVICE)
    # as if the person held the counter, not the key of the tests
    execute(site.database, "UPDATE hall_fact SET author = :a WHERE counter = :c", a=person.id, c=COUNTER)
    return person


def lines(text: str) -> list[tuple[str, ...]]:
    """The cells of each row of the page, without the details."""
    body = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    rows = re.findall(r"<tr>\s*<td class=\"at\">(.*?)</tr>", body, flags=re.DOTALL)
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", f"<td>{row}", flags=re.DOTALL) for row in rows]
    return [tuple(" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row) for row in found]


def read(browser: Any, query: str = "", path: str = WHERE) -> list[tuple[str, ...]]:
    answer = browser.get(path + query)
    assert answer.status_code == 200, answer.text
    return lines(answer.text)
