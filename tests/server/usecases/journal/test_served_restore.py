"""The whole way: a backup while the server runs, a hundred tickets, a restore, and a hall that goes on."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import Serve
from tests.harness.counts import count
from tests.harness.servers.served import Served


def api(served: Served) -> httpx.Client:
    key = served.demonstration["api_key"]
    return httpx.Client(
        base_url=f"{served.base_url}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
        trust_env=False,
    )


def issue(client: httpx.Client) -> str:
    body = {"service": "laon-accueil", "press_id": str(uuid.uuid4()), "language": "fr", "priority": False}
    answer = client.post("/halls/laon/tickets", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def board(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/halls/laon/board").raise_for_status().json()
    return answer


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_after_a_restore_the_hall_has_a_new_epoch_and_no_number_is_given_twice(serve: Serve, layout: str):
    served = serve(layout)
    copy = served.var / "copy"
    tickets = count(small=100, large=400)
    with api(served) as client:
        before = [issue(client) for _ in range(5)]
        served.parvis("backup", str(copy))
        with ThreadPoolExecutor(4) as presses:
            on_paper = [*before, *presses.map(lambda _: issue(client), range(tickets))]
        old = board(client)
    served.stop()
    assert "laon\u00a0: au moins" in served.parvis("restore", str(copy))
    served.start()
    with api(served) as client:
        new = board(client)
        anew = [issue(client) for _ in range(30)]
    assert new["epoch"] != old["epoch"]
    assert len(set(on_paper)) == tickets + 5
    assert not set(on_paper) & set(anew)
    served.parvis("verify-journal", "--full")
