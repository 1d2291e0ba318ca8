"""A provider of identities: whether it answers, the way to it, and who it says came back."""

import secrets
import threading
from typing import Any

import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from server.clock import Clock
from server.domain.refusals import Refusal
from server.domain.texts import LONGEST_EMAIL
from server.oidc import AuthorizationRequest, Identity, Registration, answers

log = structlog.get_logger()

FRESH_S = 5.0
"""How long a look at the provider holds, in seconds."""
TOLD_S = 60.0
"""How long a failure to read the provider is reported."""
SECRET_BYTES = 32
"""Of a state, a nonce and a verifier: 43 characters (ProConnect asks for 32 at least)."""


class Provider:
    """One provider, as this process knows it. Nothing here is shared by workers: each looks for itself."""

    def __init__(self, registration: Registration, clock: Clock) -> None:
        self.registration = registration
        self._clock = clock
        self._discovered: answers.KnownProvider | None = None
        self._checked_at_s: float | None = None
        self._checking = threading.Lock()
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why the provider cannot be used (code of a refusal), as long as the last check is recent."""
        return self._trouble if self._was_checked_within(TOLD_S) else None

    def is_due(self) -> bool:
        """Whether the last check is old, and none is under way."""
        return not self._was_checked_within(FRESH_S) and not self._checking.locked()

    def check(self) -> None:
        """Reads the provider's description, unless that is under way; `trouble` says how it went."""
        if not self._checking.acquire(blocking=False):
            return
        try:
            self._fetch()
        except Refusal:
            pass  # kept as `trouble`
        finally:
            self._checking.release()

    def begin(self, back: str, *, next_path: str = "/") -> tuple[str, AuthorizationRequest]:
        """Where the browser goes, and what it keeps meanwhile; `back`: the address it comes back to.

        Refusals: oidc_away, oidc_broken, oidc_issuer.
        """
        description = self._now().description
        has_pkce = "S256" in description.code_challenge_methods_supported
        request = AuthorizationRequest(
            state=secrets.token_urlsafe(SECRET_BYTES),
            nonce=secrets.token_urlsafe(SECRET_BYTES),
            started_at_s=self._now_s(),
            verifier=secrets.token_urlsafe(SECRET_BYTES) if has_pkce else None,
            next=next_path,
        )
        # ProConnect refuses a request with any parameter it does not know
        more = {"prompt": "login"} if self.registration.asks_again else {}
        if request.verifier is not None:
            challenge = create_s256_code_challenge(request.verifier)
            more |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        address = prepare_grant_uri(
            description.authorization_endpoint,
            self.registration.client_id,
            "code",
            redirect_uri=back,
            scope=self.registration.scopes,
            state=request.state,
            nonce=request.nonce,
            **more,
        )
        return str(address), request

    def complete(self, code: str, request: AuthorizationRequest, back: str) -> Identity:
        """Who came back with a code.

        Refusals: oidc_code, oidc_rejected, oidc_unsigned, oidc_away and those of `server.oidc.answers`.
        """
        tokens = self._tokens(code, request, back)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise Refusal("oidc_broken", why="tokens")
        expected = answers.ExpectedToken(
            self.registration.issuer,
            self.registration.client_id,
            self._now_s(),
            nonce=request.nonce,
            access_token=access_token,
            asked_since_s=request.started_at_s if self.registration.asks_again else None,
        )
        header, claims = self._signed(id_token)
        subject = answers.check_id_token(header, claims, expected)
        person = claims | self._userinfo(access_token, subject, expected)
        is_unsaid = person.get("email_verified") is None
        is_verified = person.get("email_verified") in (True, "true")
        is_verified = is_verified or (is_unsaid and self.registration.is_verified_unsaid)
        return Identity(expected.issuer, subject, _address(person.get("email")), is_verified, id_token)

    def leave(self, id_token: str, back: str) -> str | None:
        """Where a browser ends the session it has at the provider, None where it has no such page.

        Refusals: oidc_away, oidc_broken, oidc_issuer.
        """
        address = self._now().description.end_session_endpoint
        if address is None:
            return None
        query = [
            ("id_token_hint", id_token),
            ("post_logout_redirect_uri", back),
            ("state", secrets.token_urlsafe(SECRET_BYTES)),
        ]
        return str(add_params_to_uri(address, query))

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    def _was_checked_within(self, seconds: float) -> bool:
        return self._checked_at_s is not None and self._clock.elapsed_s() - self._checked_at_s <= seconds

    def _fetch(self) -> answers.KnownProvider:
        before = self._trouble
        try:
            self._discovered, self._trouble = answers.fetch_provider(self.registration.issuer), None
        except Refusal as refusal:
            self._trouble = refusal.code
            if before != self._trouble:
                log.warning("provider_in_trouble", code=refusal.code, **refusal.details)
            raise
        finally:
            self._checked_at_s = self._clock.elapsed_s()
        if before is not None:
            log.info("provider_answers_again")
        return self._discovered

    def _now(self) -> answers.KnownProvider:
        """The provider's description, read again when it is old or reading it failed."""
        if self._discovered is not None and self._was_checked_within(FRESH_S) and self._trouble is None:
            return self._discovered
        return self._fetch()

    def _tokens(self, code: str, request: AuthorizationRequest, back: str) -> dict[str, Any]:
        description = (self._discovered or self._fetch()).description
        given = self.registration
        methods = description.token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        body = prepare_token_request(
            "authorization_code", redirect_uri=back, code=code, code_verifier=request.verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        client = ClientAuth(given.client_id, given.client_secret, method)
        address, headers, body = client.prepare("POST", description.token_endpoint, headers, body)
        answer = answers.ask("POST", address, headers=headers, body=body)
        if answer.status != 200:
            raise _token_refusal(answer)
        return answer.mapping()

    def _signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims; keys are read anew where they have changed. Refusal: oidc_signature."""
        discovered = self._discovered or self._fetch()
        try:
            return answers.signed_claims(token, discovered.keys)
        except answers.UnknownKey:
            keys = answers.keys_at(discovered.description.jwks_uri)
        self._discovered = answers.KnownProvider(discovered.description, keys)
        try:
            return answers.signed_claims(token, keys)
        except answers.UnknownKey as error:
            raise Refusal("oidc_signature", why="unknown key") from error

    def _userinfo(self, access_token: str, subject: str, expected: answers.ExpectedToken) -> dict[str, Any]:
        address = (self._discovered or self._fetch()).description.userinfo_endpoint
        if address is None:
            if self.registration.has_signed_userinfo:
                raise Refusal("oidc_unsigned")
            return {}
        answer = answers.ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status != 200:
            raise Refusal("oidc_broken", why=f"userinfo: {answer.status}")
        is_signed = answer.kind == "application/jwt"
        if is_signed:
            claims = self._signed(answer.body.decode("ascii", "replace").strip())[1]
        elif self.registration.has_signed_userinfo:
            raise Refusal("oidc_unsigned")
        else:
            claims = answer.mapping()
        answers.check_userinfo(claims, expected, subject=subject, is_signed=is_signed)
        return claims


def _address(email: Any) -> str | None:
    """An e-mail address as accounts have it; None for what is none."""
    is_address = isinstance(email, str) and "@" in email and len(email) <= LONGEST_EMAIL
    return email.strip().lower() if is_address else None


def _token_refusal(answer: answers.ProviderAnswer) -> Refusal:
    """A code that is too old or used is the person's to ask anew; the rest is for the IT service."""
    error = answer.mapping().get("error")
    code = error if error in ("invalid_grant", "invalid_client", "unauthorized_client") else "other"
    return Refusal("oidc_code" if code == "invalid_grant" else "oidc_rejected", why=code)
