"""Providers of identities as processes of their own, and people who sign in there by their forms."""

import secrets
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.harness.programs import PYTHON, child_of_tests
from tests.harness.sharing import free_port
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
    command = [str(PYTHON), "-m", "tests.harness.servers.identities", host, str(port)]
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


CLIENT_ID, CLIENT_SECRET = "parvis-tests", "a client secret for tests only"
ASKED = {
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt"),
    *("code_challenge", "code_challenge_method"),
}
"""Parameters accepted at /authorize; any other is refused, as ProConnect does."""
SHORTEST_SECRET = 32
CODE_S, TOKEN_S = 30, 60
FORM = (
    '<!doctype html><html lang="fr"><title>Fournisseur</title><h1>Fournisseur</h1><form method="post">'
    '<label>Adresse <input name="email" type="email" required></label><button>Entrer</button></form>'
)


@dataclass
class Identities:
    """Its keys, its codes, the requests it received, and how the next answer is wrong."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
    another: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    def now_s(self) -> int:
        return int(self.wrong.get("now_s", time.time()))

    def person(self, email: str) -> dict[str, Any]:
        return {
            "sub": self.wrong.get("sub", f"sub-of-{email}"),
            "email": email,
            "email_verified": True,
            **self.wrong.get("person", {}),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.another if self.wrong.get("another_key") else self.key
        # another key's signature under the name of the provider's key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key)

    # --- what OpenID Connect asks for ------------------------------------------------------------

    def discovery(self) -> Response:
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/jwks",
            "userinfo_endpoint": "/userinfo",
            "end_session_endpoint": "/session/end",
        }
        told: dict[str, Any] = {name: f"{self.issuer}{path}" for name, path in paths.items()}
        told |= {"issuer": self.issuer, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return jsonify(told | self.wrong.get("discovery", {}))

    def jwks(self) -> Response:
        return jsonify(KeySet([self.key]).as_dict())

    def authorize(self) -> Any:
        asked = request.args.to_dict()
        short = [name for name in ("state", "nonce") if len(asked.get(name, "")) < SHORTEST_SECRET]
        if short or set(asked) - ASKED or asked["client_id"] != CLIENT_ID:
            return Response("Y000400: Bad Request Exception", 400)
        self.seen["authorize"] = asked
        email = request.form.get("email")
        if email is None and asked.get("prompt") != "login":
            email = request.cookies.get("provider_session")
        if email is None:
            return Response(FORM)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked | {"email": email, "made_at_s": str(self.now_s())}
        back = {"code": code, "state": asked["state"], "iss": self.issuer} | self.wrong.get("back", {})
        response: Any = redirect(f"{asked['redirect_uri']}?{urlencode(back)}", 302)
        response.set_cookie("provider_session", email, httponly=True)
        return response

    def token(self) -> Any:
        given = request.form
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client"), 401
        asked = self.codes.pop(given.get("code", ""), None)
        is_late = asked is not None and self.now_s() - int(asked["made_at_s"]) > CODE_S
        is_other = asked is not None and (
            given.get("redirect_uri") != asked["redirect_uri"]
            or challenge_of(given.get("code_verifier")) != asked.get("code_challenge")
        )
        if asked is None or is_late or is_other:
            return jsonify(error="invalid_grant"), 400
        access = secrets.token_urlsafe(24)
        self.tokens[access] = asked["email"]
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.person(asked["email"])["sub"],
            "nonce": asked["nonce"],
            "iat": self.now_s(),
            "exp": self.now_s() + TOKEN_S,
        } | self.wrong.get("id_token", {})
        return jsonify(
            access_token=access, token_type="Bearer", expires_in=TOKEN_S, id_token=self.signed(claims)
        )

    def userinfo(self) -> Any:
        email = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if email is None:
            return jsonify(error="invalid_token"), 401
        claims = self.person(email) | {"iss": self.issuer, "aud": CLIENT_ID} | self.wrong.get("userinfo", {})
        if self.wrong.get("is_unsigned"):
            return jsonify(claims)
        return Response(self.signed(claims), mimetype="application/jwt")

    def end(self) -> Any:
        asked = request.args.to_dict()
        self.seen["end"] = asked
        response: Any = redirect(f"{asked['post_logout_redirect_uri']}?state={asked['state']}", 303)
        response.delete_cookie("provider_session")
        return response

    # --- what tests ask for ----------------------------------------------------------------------

    def answer_wrongly(self) -> Response:
        self.wrong = request.get_json()
        return Response(status=204)

    def change_key(self) -> Response:
        self.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
        return Response(status=204)

    def last_requests(self) -> Response:
        return jsonify(self.seen)


def challenge_of(verifier: str | None) -> str | None:
    """What PKCE sends ahead of a verifier."""
    if verifier is None:
        return None
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def make_app(issuer: str) -> Flask:
    """The pages of a provider at an address."""
    app, known = Flask(__name__), Identities(issuer)
    for method, path, view in (
        ("GET", "/.well-known/openid-configuration", known.discovery),
        ("GET", "/jwks", known.jwks),
        ("GET", "/authorize", known.authorize),
        ("POST", "/authorize", known.authorize),
        ("POST", "/token", known.token),
        ("GET", "/userinfo", known.userinfo),
        ("GET", "/session/end", known.end),
        ("POST", "/test/wrong", known.answer_wrongly),
        ("POST", "/test/new-key", known.change_key),
        ("GET", "/test/seen", known.last_requests),
    ):
        app.add_url_rule(path, f"{method} {path}", view, methods=[method])
    return app


if __name__ == "__main__":
    host, port = sys.argv[1], int(sys.argv[2])
    make_app(f"http://{host}:{port}").run("127.0.0.1", port, threaded=True)
