"""A form names itself so that it is taken once; what it says is never the id of what it adds."""

import re
from typing import Any

from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, ApiSite, csrf_of
from tests.server.web.surveys.asked_surveys import draft

PATH = "../../x"
TABLES = (
    *("committee_member", "committee_meeting", "committee_decision"),
    *("action", "hall_check", "incident_note", "survey"),
)


def test_the_server_makes_the_id_of_what_a_form_adds_and_adds_it_once(api: ApiSite):
    anne = api.person("quality")
    agent = api.person("agent")

    def press(browser: Any, path: str, **fields: str) -> str:
        answer = browser.post(path, data={"csrf_token": csrf_of(browser), "formulaire": PATH, **fields})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    for _ in range(2):
        press(anne, "/voix/comite/membres", function="Association")
        meeting = press(anne, "/voix/comite/reunions", met_on="2026-11-24", agenda="Attente")
        press(anne, f"{meeting}/decisions", text="Quatre sièges")
        press(anne, "/voix/actions", remark="Sièges", state="to_do")
        results = {f"result-{number}": "met" for number in range(7)}
        check = {"done_on": "2026-11-23", "function": "Qualité", "scenario": "Vient sans rendez-vous"}
        press(anne, f"/voix/visites/nouveau?hall={HALL}", **check, **results)
        press(agent, f"/incidents?hall={HALL}", happened_on="2026-11-24", kind="insult", gravity="2")
        draft(anne, formulaire=PATH)
    for table in TABLES:
        ids = [row["id"] for row in all_rows(api.database, f"SELECT id FROM {table}")]
        assert ids, table
        assert all(re.fullmatch(r"[0-9a-f-]{36}", each) for each in ids), (table, ids)
        assert len(ids) == 1, (table, ids)
