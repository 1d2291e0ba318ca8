"""Offices on each kind of database, and endpoints to which they send."""

from collections.abc import Iterator

import pytest

from tests.server.sending.office import Endpoint, Mailbox, Office, mailbox, opened_office, webhook_endpoint


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with webhook_endpoint() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def office(sqlite_url: str, box: Mailbox) -> Iterator[Office]:
    with opened_office(sqlite_url, box) as found:
        yield found


@pytest.fixture
def any_office(database_url: str, box: Mailbox) -> Iterator[Office]:
    with opened_office(database_url, box) as found:
        yield found
