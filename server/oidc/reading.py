"""Answers of a provider, read within a time and a size."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from server.domain.refusals import Refusal

TIMEOUT = httpx.Timeout(3.0, connect=2.0)
"""Seconds, for each wait on the network."""
WITHIN_S = 5.0
"""For a whole answer."""
LARGEST_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """An answer of the provider."""

    status: int
    kind: str
    body: bytes

    def mapping(self) -> dict[str, Any]:
        """Its JSON object. Refusal: oidc_broken."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refusal("oidc_broken", why="no JSON object")
        return found


def ask(
    method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
) -> ProviderAnswer:
    """What the provider answers at an address; it is not followed elsewhere.

    Refusals: oidc_away when nothing comes in time or it says that it cannot (5xx), oidc_broken.
    """
    ends_at_s = time.monotonic() + WITHIN_S
    try:
        with (
            httpx.Client(timeout=TIMEOUT) as client,
            client.stream(method, address, headers=headers, content=body) as answer,
        ):
            if answer.status_code >= 500:
                raise Refusal("oidc_away", why=answer.status_code)
            read = b""
            for part in answer.iter_bytes():
                read += part
                if len(read) > LARGEST_BYTES:
                    raise Refusal("oidc_broken", why="too large")
                if time.monotonic() > ends_at_s:
                    raise Refusal("oidc_away", why="too slow")
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return ProviderAnswer(answer.status_code, kind, read)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refusal("oidc_away", why=type(error).__name__) from error
