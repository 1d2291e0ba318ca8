"""The certificate of the server's own authority, `/certificat/…`: what devices need to trust the server."""

import json
from base64 import b64encode
from ssl import PEM_cert_to_DER_cert

from flask import Blueprint, Response, abort

from server.settings import Settings
from server.web.access.requirements import Access, open_to
from server.web.rendering.device_address import AUTHORITY_PATH, POLICY_PATH, own_authority


def add_routes(routes: Blueprint, settings: Settings) -> None:
    """The certificate, and a file of policies by which Chromium trusts it. Certificates are public."""

    def certificate() -> str:
        file = own_authority(settings).authority
        if not file.exists():
            abort(404)
        return file.read_text("ascii")

    @routes.get(AUTHORITY_PATH)
    @open_to(Access.EVERYBODY)
    def authority() -> Response:
        return _downloaded(certificate(), "application/x-x509-ca-cert", "parvis.pem")

    @routes.get(POLICY_PATH)
    @open_to(Access.EVERYBODY)
    def policy() -> Response:
        der = b64encode(PEM_cert_to_DER_cert(certificate())).decode("ascii")
        return _downloaded(json.dumps({"CACertificates": [der]}), "application/json", "parvis.json")


def _downloaded(text: str, mimetype: str, name: str) -> Response:
    answer = Response(text, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-cache"
    return answer
