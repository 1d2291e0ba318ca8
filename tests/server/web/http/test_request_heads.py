"""A request that is not HTTP gets 400 in both layouts: a proxy before us and we read the same requests."""

import socket

import pytest

from tests.harness.servers.served import Layout, Served

HELLO = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n"


def answered(served: Served, sent: str) -> list[str]:
    """The status of each answer on one connection, until the server closes it."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(sent.encode("latin-1"))
        received = b""
        while part := connection.recv(65_536):
            received += part
    return [answer[:3] for answer in received.decode("latin-1").split("HTTP/1.1 ")[1:]]


@pytest.fixture(params=["embedded", "workers"])
def served(request: pytest.FixtureRequest, standing) -> Served:
    layout: Layout = request.param
    started: Served = standing(layout)
    return started


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param("Content-Length: 4\r\nContent-Length: 40\r\n", id="two_lengths"),
        pytest.param("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", id="a_length_and_chunks"),
        pytest.param("Content-Length: +4\r\n", id="a_length_with_a_sign"),
        pytest.param("Content-Length : 4\r\n", id="a_space_before_the_colon"),
        pytest.param("Content-Length\r\n", id="no_colon"),
        pytest.param("A(b): c\r\n", id="a_name_of_no_token"),
        pytest.param("Accept: a\rb\r\n", id="a_return_within"),
        pytest.param("Accept: a\0b\r\n", id="a_zero_within"),
    ],
)
def test_a_head_that_http_forbids_gets_400_and_the_connection_ends(served, fields):
    assert answered(served, f"{HELLO}{fields}\r\n{HELLO}Connection: close\r\n\r\n") == ["400"]


def test_a_head_without_measure_is_refused(served):
    status = answered(served, f"{HELLO}Accept: {'a' * 70_000}\r\n\r\n")
    assert status in (["400"], ["431"])


def test_an_address_of_more_than_8_kb_is_refused_and_the_connection_ends(served):
    head = "GET /health/live?q={} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert answered(served, head.format("a" * 8_200)) == ["414"]


def test_requests_on_one_connection_are_answered_in_turn(served):
    last = f"{HELLO.replace('GET', 'HEAD')}Connection: close\r\n\r\n"
    assert answered(served, f"{HELLO}\r\n{HELLO}\r\n{last}") == ["200", "200", "200"]


def test_header_names_are_recognised_in_any_case(served):
    head = "GET /api/v1/halls/laon/queue HTTP/1.1\r\nhost: localhost\r\n"
    assert answered(served, f"{head}AUTHORIZATION: Bearer none\r\nconnection: close\r\n\r\n") == ["401"]
