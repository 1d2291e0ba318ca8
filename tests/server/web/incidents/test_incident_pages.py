"""The page of incidents: the form of a note that is changed."""

import json
import re

import pytest

from server.domain.author import SYSTEM
from server.usecases.configuration.publication import publish_hall
from server.web.rendering.problems import id_of_form
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import COUNTER, HALL, ApiSite, csrf_of

PAGE = f"/incidents?hall={HALL}"
NOTE = {"happened_on": "2026-11-23", "kind": "insult", "gravity": "1", "counter": COUNTER}


@pytest.mark.parametrize("is_dropped", [False, True], ids=["retired", "dropped"])
def test_a_note_keeps_its_counter_once_the_hall_no_longer_has_it(api: ApiSite, is_dropped: bool):
    head = api.person("supervisor")
    kept = head.post(PAGE, data=NOTE | {"formulaire": "a-form", "csrf_token": csrf_of(head)})
    assert kept.status_code == 303
    note = id_of_form("a-form")
    document = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
    gone = next(each for each in document["counters"] if each["id"] == COUNTER)
    if is_dropped:
        document["counters"].remove(gone)
    else:
        gone["is_retired"] = True
    publish_hall(api.database, SYSTEM, json.dumps(document))
    assert f'<option value="{COUNTER}"' not in head.get(PAGE).text
    form = head.get(f"{PAGE}&modifier={note}").text
    [counter] = re.findall(r'<option value="([^"]*)" selected>', form)
    changed = NOTE | {"note": note, "gravity": "2", "counter": counter, "csrf_token": csrf_of(head)}
    assert head.post(PAGE, data=changed).status_code == 303
    assert one_row(api.database, "SELECT counter, gravity FROM incident_note") == {
        "counter": COUNTER,
        "gravity": 2,
    }
