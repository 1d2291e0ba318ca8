"""Settings: environment variables, or a TOML file named by `PARVIS_CONFIG` with the same names in small
letters and without the prefix (`port = 8080`).

The environment takes precedence. A wrong value gives one line and exit status 2. Settings are read at start.
Keep keys and passwords in a file that only the server reads.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from server.domain.refusals import Refusal
from server.domain.texts import LOOPBACK, is_private_way
from server.own_network import own_addresses

EVERY_ADDRESS = "0.0.0.0"
CODE = Path(__file__).resolve().parents[1]
"""The folder where the code is installed."""
_DELIVERED = Path(__file__).resolve().parent / "delivered"
"""What a wheel holds besides code (`.ci/wheel.py`); a checkout has none."""
_IS_WHEEL = _DELIVERED.is_dir()
ASSETS = _DELIVERED / "assets" if _IS_WHEEL else CODE / "var" / "assets"
"""The libraries, fonts and icons of browsers: `make assets` copies them there."""
DOCS = (_DELIVERED if _IS_WHEEL else CODE) / "docs"
"""The documents that the help shows."""


class Settings(BaseSettings):
    """Everything that differs from one installation to another.

    Defaults make the embedded layout: one process, SQLite.
    """

    model_config = SettingsConfigDict(env_prefix="PARVIS_", extra="ignore", use_attribute_docstrings=True)

    var: Path = Path("var")
    """Folder of the run-time state: SQLite database, media, audio, anchors, local socket, locks."""
    database_url: str = ""
    """`sqlite:///path` or `postgresql://…`; empty: SQLite, `parvis.db` in the var folder."""
    redis_url: str = ""
    """Redis that joins several workers and keeps their rate limits; empty: none, limits in memory."""
    workers: int = Field(default=1, ge=1, le=64)
    """Server processes. More than one needs PostgreSQL and Redis."""
    host: str = "127.0.0.1"
    """Address to listen on. Without TLS or a proxy only a loopback address is served.

    With `PARVIS_LAN` a loopback address stands for every address."""
    port: int = Field(default=8080, ge=1, le=65535)
    """TCP port to listen on."""
    lan: bool = False
    """Serves devices of the local network by https, with a certificate of the server’s own authority.

    `parvis serve --lan` sets it. One process, without proxy or other certificate. Not set: as somebody chose
    in the first set-up in the browser."""
    public_url: str = ""
    """The https address that visitors’ phones reach, in QR codes and invitations; empty: no QR code."""
    allowed_hosts: str = ""
    """The names by which the server answers, separated by spaces; `.exemple.fr`: every name below.

    A request to another name gets 421. Empty: by https any name, by http those of this machine and of
    `PARVIS_PUBLIC_URL`. A demonstration answers to this machine alone, and to no proxy."""
    survey_hosts: str = ""
    """Sites where the form of a survey may be, separated by spaces; empty: none (docs/rules/surveys.md)."""
    tls_certificate: str = ""
    """PEM file of the certificate chain; together with the key the server speaks https."""
    tls_key: str = ""
    """PEM file of the certificate’s key."""
    behind_proxy: bool = False
    """A proxy on this machine ends TLS: one `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.

    `PARVIS_HOST` stays a loopback address."""
    head_seconds: float = Field(default=10, ge=0.1, le=600)
    """Seconds that a client has for the head of a request, or for the start of TLS."""
    body_seconds: float = Field(default=30, ge=0.1, le=600)
    """Seconds that the body of a request may stall, or an answer that the client does not read."""
    next_request_seconds: float = Field(default=15, ge=0.1, le=600)
    """Seconds that an unused connection is kept after an answer."""
    first_packet_seconds: float = Field(default=10, ge=0.1, le=600)
    """Seconds that a websocket has to join what it may follow."""
    connections_per_address: int = Field(default=1024, ge=0, le=100_000)
    """Connections that one address (IPv6: one /64) may hold in each process without a known device, person,
    key or ticket; 0: no limit.

    Over the limit the one that has waited longest is closed. The network around (/24, /48) may hold four
    times as many, all of them together half of the process’s open files. Behind a proxy the forwarded address
    counts."""
    requests_per_address: int = Field(default=1200, ge=0, le=1_000_000)
    """Pages a minute for strangers at one address (IPv6: one /64); then 429. 0: no limit.

    Three times as many of tickets, ten times as many files; the network around (/24, /48) may ask for four
    times as many. Raise it where more than 300 phones share the address of a hall."""
    secret_key: str = Field(default="", repr=False)
    """Signs cookies, CSRF tokens and tickets; set it where several machines serve one database.

    Empty: a random one kept in the database, and for tickets `secret.key` in the var folder. With another
    value reprinted tickets get another code."""
    kiosk_tickets_a_minute: int = Field(default=30, ge=0, le=10_000)
    """New tickets that one kiosk may give a minute, check-ins included; 0: no limit, for measurements.

    One more is 429 `too_many_tickets`, and the kiosk tries again for 20 s."""
    oidc_issuer: str = ""
    """https address of an identity provider (OpenID Connect); empty: none (docs/manuels/connexion.md)."""
    oidc_client_id: str = ""
    """This installation’s name at the provider; needed with an issuer."""
    oidc_client_secret: str = Field(default="", repr=False)
    """Its secret at the provider; needed with an issuer, never logged."""
    oidc_name: str = Field(default="", max_length=60)
    """The provider’s name on the button, at most 60 characters; empty: « le compte de l’organisme »."""
    oidc_scopes: str = "openid email"
    """The scopes requested from the provider. Parvis uses the subject and the e-mail address only."""
    oidc_signed_userinfo: bool = False
    """The provider’s answer about a person must be a signed JWT, as ProConnect’s is."""
    oidc_without_email_verified: bool = False
    """The provider verifies addresses but never sends `email_verified`, as ProConnect seems to do.

    False: an answer without it links nobody to an account by address."""
    oidc_prompt_login: bool = True
    """The provider asks for the identity at each sign-in, which counters shared by several people need."""
    demo_hours: Literal["open", "real"] = "open"
    """Whether a demonstration is open round the clock or keeps its real hours."""
    demo_live: bool = True
    """Simulates visitors and agents while `parvis demo --serve` serves."""
    voice: bool = True
    """Speaks calls and reads kiosks’ views aloud, where the espeak-ng program is installed."""
    voices_folder: str = ""
    """Folder of the site’s own voices, one folder a language; empty: `voices` in the var folder
    (docs/manuels/son.md)."""
    media_bytes: int = Field(default=200_000_000, ge=1_000_000, le=2_000_000_000)
    """Bytes of the largest upload of an image, a document or a video."""
    site_media_bytes: int = Field(default=10_000_000_000, ge=10_000_000, le=10_000_000_000_000)
    """Bytes that the media of one site may keep, and those of all sites together (docs/rules/media.md)."""
    feeds_from_private: bool = False
    """Reads web feeds from private and loopback addresses too: a drafter’s address may then reach them."""
    vigilance_key: str = Field(default="", repr=False)
    """Key of Météo-France’s public API of the vigilance, read every ten minutes; empty: not read
    (docs/rules/cap.md)."""
    picture_minutes: int = Field(default=5, ge=0, le=1440)
    """Minutes between two pictures that a screen sends to supervision; 0: only when somebody asks
    (docs/rules/supervision.md)."""
    pictures_kept_hours: int = Field(default=24, ge=1, le=720)
    """Hours that the last picture of a screen is kept."""
    smtp_host: str = ""
    """Server that sends the letters of alarms and invitations; empty: none is sent (docs/rules/alarms.md)."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """TCP port of that server."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to that server is encrypted; its certificate is checked."""
    smtp_user: str = ""
    """Login at that server; empty: none."""
    smtp_password: str = Field(default="", repr=False)
    """Password of that login."""
    smtp_from: str = ""
    """Sender of the letters; empty: `parvis` at the name of that server."""
    webhooks_to_private: bool = False
    """Sends webhooks to private and loopback addresses too, and over http: people who configure may then
    reach that network."""
    language: str = Field(default="", pattern="^(fr|en|es)?$")
    """`fr`, `en` or `es`: the language of `serve`, `doctor` and refusals of commands on a terminal.

    Empty: the machine’s (`LANG`), French where it is another."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest level that the server, its workers and the commands log; libraries log from `warning` on."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the TOML file."""
        file = os.environ.get("PARVIS_CONFIG")
        sources = (init_settings, env_settings)
        return (*sources, TomlConfigSettingsSource(settings_cls, toml_file=file)) if file else sources

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise PydanticCustomError("unknown_database", "the database is sqlite:///path or postgresql://…")
        return url

    @field_validator("oidc_issuer")
    @classmethod
    def _private_issuer(cls, address: str) -> str:
        if address and not is_private_way(address):
            raise PydanticCustomError("insecure_issuer", "the issuer is an https address")
        return address

    @model_validator(mode="after")
    def _whole_registration(self) -> "Settings":
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise PydanticCustomError(
                "incomplete_registration",
                "an issuer needs PARVIS_OIDC_CLIENT_ID and PARVIS_OIDC_CLIENT_SECRET",
            )
        return self

    @model_validator(mode="after")
    def _several_workers_need_services(self) -> "Settings":
        if self.workers > 1 and not (self.database_address.startswith("postgresql") and self.redis_url):
            raise PydanticCustomError(
                "workers_alone",
                "several workers need PostgreSQL (PARVIS_DATABASE_URL) and Redis (PARVIS_REDIS_URL)",
            )
        return self

    @model_validator(mode="after")
    def _serves_the_local_network(self) -> "Settings":
        """Listens on every address with the own certificate, unless other settings say where and how."""
        has_other_way = self.behind_proxy or bool(self.tls_certificate) or self.workers > 1
        if self.lan and has_other_way:
            raise PydanticCustomError(
                "lan_is_for_one_process",
                "PARVIS_LAN goes with its own certificate, one process, no proxy",
            )
        if "lan" not in self.model_fields_set:
            self.lan = not has_other_way and self.lan_choice.exists()
        if self.lan:
            self.host = EVERY_ADDRESS if self.is_loopback else self.host
            self.tls_certificate = str(self.var / "tls" / "certificate.pem")
            self.tls_key = str(self.var / "tls" / "certificate.key")
        return self

    @property
    def lan_choice(self) -> Path:
        """The file that keeps the choice to serve the local network, made when the hall was set up."""
        return self.var / "tls" / "serves-local-network"

    @property
    def database_address(self) -> str:
        """The database URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.var.resolve() / 'parvis.db'}"

    @property
    def translations(self) -> Path:
        """The folder of the site's own sentences for visitors, a file a language."""
        return self.var / "translations"

    @property
    def voices_place(self) -> Path:
        """The folder of the site's own voices, with the default filled in."""
        return (Path(self.voices_folder) if self.voices_folder else self.var / "voices").resolve()

    @property
    def scheme(self) -> str:
        """http or https, as served by this process."""
        return "https" if self.tls_certificate and self.tls_key else "http"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the server by https: served by this process, or by a proxy before it."""
        return self.scheme == "https" or self.behind_proxy

    @property
    def base_url(self) -> str:
        """The address of the pages: on this machine, or on the local network where that is served."""
        return self.lan_url if self.lan else f"{self.scheme}://{self.host}:{self.port}"

    @property
    def lan_url(self) -> str:
        """The address of the pages on the local network, once that is served."""
        is_any = self.is_loopback or self.host == EVERY_ADDRESS
        host = next(iter(own_addresses()), "127.0.0.1") if is_any else self.host
        return f"https://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    def check_address(self, *, is_demonstration: bool) -> None:
        """Lets plain http and demonstrations stay on this machine, whatever starts the server.

        A proxy that ends TLS stands on this machine too: who could pass it by would choose the address they
        seem to come from. Refusals: http_on_loopback_only, demonstration_on_loopback_only.
        """
        if is_demonstration and (self.behind_proxy or not self.is_loopback):
            raise Refusal("demonstration_on_loopback_only", host=self.host)
        if self.is_loopback:
            return
        if self.scheme == "http":
            raise Refusal("http_on_loopback_only", host=self.host)

    @property
    def has_simulated_printers(self) -> bool:
        """Whether printers may be simulated here and seen on a page: nobody else reaches this machine."""
        return self.is_loopback and not self.behind_proxy
