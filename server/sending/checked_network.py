"""Connections for webhooks: to addresses that were checked, and over when their time is, whatever drips."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from server.sending.refused import SendRefused
from signage.feeds import PrivateAddress, UnknownHost, checked_address


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only, unless others are allowed; all of it within `within_s` seconds."""

    def __init__(self, *, may_be_private: bool, within_s: float) -> None:
        self._may_be_private = may_be_private
        self._ends_at_s = time.monotonic() + within_s
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the address that was checked. Raises SendRefused."""
        try:
            address = checked_address(host, port, may_be_private=self._may_be_private)
        except UnknownHost as error:
            raise SendRefused("webhook_unknown_host") from error
        except PrivateAddress as error:
            raise SendRefused("webhook_private") from error
        stream = self._network.connect_tcp(
            address, port, self._left_s(), local_address=local_address, socket_options=socket_options
        )
        return _EndingStream(stream, self._ends_at_s)

    def _left_s(self) -> float:
        return max(0.01, self._ends_at_s - time.monotonic())


class _EndingStream(httpcore.NetworkStream):
    """A stream that gives each step what is left of the whole time."""

    def __init__(self, stream: httpcore.NetworkStream, ends_at_s: float) -> None:
        self._stream, self._ends_at_s = stream, ends_at_s

    def _left_s(self) -> float:
        left_s = self._ends_at_s - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return left_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left_s())
        return _EndingStream(secured, self._ends_at_s)

    def get_extra_info(self, name: str) -> Any:
        return self._stream.get_extra_info(name)
