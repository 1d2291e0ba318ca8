"""Send an alarm to a webhook: one signed POST, no redirect; of the answer only its status is read."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import httpcore

from server.domain.alarms.signs import signed_headers
from server.sending.checked_network import CheckedNetwork
from server.sending.refused import SendRefused
from server.store.alarms.recipients import Recipient

WITHIN_S = 10.0
"""How long an endpoint has from the look-up of its name to the status of its answer."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where webhooks may go: `may_be_private`, also to addresses of this machine and its network."""

    may_be_private: bool = False
    within_s: float = WITHIN_S
    tls: ssl.SSLContext = field(default_factory=cache(ssl.create_default_context))

    def send(self, recipient: Recipient, delivery: str, body: str, *, now: datetime) -> None:
        """Returns once the endpoint has answered 2xx. Raises SendRefused."""
        content = body.encode()
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/json",
            "User-Agent": "Parvis",
        }
        headers.update(signed_headers(recipient.secret or "", delivery, now, content))
        network = CheckedNetwork(may_be_private=self.may_be_private, within_s=self.within_s)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self.tls, network_backend=network, max_connections=1
                ) as pool,
                pool.stream("POST", recipient.address, headers=headers, content=content) as answer,
            ):
                status = answer.status
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise SendRefused("webhook_silent") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            raise SendRefused("webhook_unreachable", type(error).__name__) from error
        if not 200 <= status < 300:
            raise SendRefused("webhook_refused", str(status))
