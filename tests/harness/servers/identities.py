"""Providers of identities as processes of their own, and people who sign in there by their forms."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.harness.programs import PYTHON, child_of_tests
from tests.harness.servers.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.harness.servers.ports import free_port
from tests.harness.waiting import wait_until


@dataclass
class RunningProvider:
    """A provider that can be killed. `issuer`: its address, by name or by number."""

    issuer: str
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an installation that it knows."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_name": "ProConnect",
        }

    def answer_wrongly(self, **wrong: Any) -> None:
        httpx.post(f"{self.issuer}/test/wrong", json=wrong, trust_env=False).raise_for_status()

    def change_key(self) -> None:
        httpx.post(f"{self.issuer}/test/new-key", trust_env=False).raise_for_status()

    def last_requests(self) -> dict[str, Any]:
        """The last request it received, by page."""
        found: dict[str, Any] = httpx.get(f"{self.issuer}/test/seen", trust_env=False).json()
        return found

    def enter(self, address: str, email: str) -> str:
        """Fills in its form; the address it sends the browser back to."""
        answer = httpx.post(address, data={"email": email, "sub": email}, trust_env=False)
        assert answer.is_redirect, answer.text
        return str(answer.headers["location"])

    def knows(self, email: str) -> None:
        """The mock gives this e-mail address for every person who signs in by it."""
        told = {"email": email, "email_verified": True}
        httpx.put(f"{self.issuer}/users/{email}", json=told, trust_env=False).raise_for_status()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def running_provider(folder: Path, *, host: str = "localhost") -> Iterator[RunningProvider]:
    """A provider with ProConnect's rules. `localhost` is another site than `127.0.0.1` for a browser."""
    port = free_port()
    command = [str(PYTHON), "-m", "tests.harness.servers.identity_provider", host, str(port)]
    with _running(command, f"http://{host}:{port}", folder) as provider:
        yield provider


@contextmanager
def running_mock(folder: Path) -> Iterator[RunningProvider]:
    """`oidc-provider-mock`, a provider written by others: any client, JSON userinfo, PKCE."""
    port = free_port()
    command = [str(PYTHON), "-m", "oidc_provider_mock", "--port", str(port)]
    with _running(command, f"http://localhost:{port}", folder) as provider:
        yield provider


@contextmanager
def _running(command: list[str], issuer: str, folder: Path) -> Iterator[RunningProvider]:
    process = child_of_tests(command, output=folder / "provider.log")

    def is_there() -> bool:
        try:
            asked = f"{issuer}/.well-known/openid-configuration"
            return httpx.get(asked, timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(is_there, f"{issuer} answers")
        yield RunningProvider(issuer, process)
    finally:
        process.kill()
        process.wait()
