"""How many people wait, whatever the queue of a hall lists of them."""

from server.store.transactions.database import Database
from server.usecases.hall.read_queue import read_queue
from server.usecases.visits.leg_verbs import Destination, transfer
from tests.server.usecases.at_counters import HALL, OTHER, SERVICE, issue, served


def test_a_queue_counts_all_who_wait_by_service_and_for_one_counter(database: Database) -> None:
    issue(database, 5)
    transfer(database, served(database), to=Destination(counter=OTHER))
    answer = next(
        each for each in read_queue(database, HALL, page=2)["queues"] if SERVICE in each["services"]
    )
    assert (answer["waiting"], len(answer["legs"])) == (5, 2)
    assert sorted(answer["groups"], key=lambda group: group["people"]) == [
        {"service": SERVICE, "counter": OTHER, "people": 1},
        {"service": SERVICE, "counter": None, "people": 4},
    ]
