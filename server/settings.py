"""Settings: environment variables `PARVIS_*` or a TOML file named by `PARVIS_CONFIG`.

The environment wins.
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
from server.domain.web_addresses import LOOPBACK, is_private_way
from server.own_network import own_addresses

EVERY_ADDRESS = "0.0.0.0"
CODE = Path(__file__).resolve().parents[1]
"""The folder where the code is installed."""
ASSETS = CODE / "var" / "assets"
"""The libraries, fonts and icons of browsers: `make assets` copies them there."""


class Settings(BaseSettings):
    """Everything that differs from one installation to another.

    Defaults make the embedded layout: one process, SQLite.
    """

    model_config = SettingsConfigDict(env_prefix="PARVIS_", extra="ignore")

    var: Path = Field(
        default=Path("var"), description="Folder of the run-time state: database, media, audio, anchors."
    )
    database_url: str = Field(
        default="", description="sqlite:///path or postgresql://…; empty: SQLite in the var folder."
    )
    redis_url: str = Field(default="", description="Redis that joins several workers; empty: none.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes; more than one needs PostgreSQL and Redis."
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; without TLS only a loopback address is served.",
    )
    port: int = Field(default=8080, ge=1, le=65535, description="TCP port to listen on.")
    lan: bool = Field(
        default=False,
        description="Whether devices of the local network are served, by https with a certificate of the "
        "server's own authority; not set: as chosen when the hall was set up.",
    )
    public_url: str = Field(
        default="", description="https address visitors' phones reach; empty: no QR code, no phone page."
    )
    allowed_hosts: str = Field(
        default="",
        description="Names by which the server answers, separated by spaces; empty: see the manual of https.",
    )
    survey_hosts: str = Field(
        default="",
        description="Names of the sites where the form of a survey may be, separated by spaces; empty: none.",
    )
    tls_certificate: str = Field(
        default="", description="PEM file of the certificate chain; with tls_key: https."
    )
    tls_key: str = Field(default="", description="PEM file of the certificate's key.")
    behind_proxy: bool = Field(
        default=False, description="A proxy on this machine ends TLS and sets X-Forwarded headers."
    )
    head_seconds: float = Field(
        default=10, ge=0.1, le=600, description="How long a client has for the head of a request."
    )
    body_seconds: float = Field(
        default=30,
        ge=0.1,
        le=600,
        description="How long a body may stand still, or an answer that is not taken.",
    )
    next_request_seconds: float = Field(
        default=15, ge=0.1, le=600, description="How long an unused connection is kept after an answer."
    )
    first_packet_seconds: float = Field(
        default=10, ge=0.1, le=600, description="How long a websocket has to join what it may follow."
    )
    connections_per_address: int = Field(
        default=1024,
        ge=0,
        le=100_000,
        description="Connections of one address that nobody has identified, a process; 0: no limit.",
    )
    requests_per_address: int = Field(
        default=1200,
        ge=0,
        le=1_000_000,
        description="Pages a minute that strangers at one address may ask for; 0: no limit.",
    )
    secret_key: str = Field(
        default="", repr=False, description="Signs cookies; empty: a random one kept in the database."
    )
    kiosk_tickets_a_minute: int = Field(
        default=30, ge=0, le=10_000, description="New tickets one kiosk may give a minute; 0: no limit."
    )
    oidc_issuer: str = Field(
        default="", description="https address of a provider of identities (OpenID Connect); empty: none."
    )
    oidc_client_id: str = Field(default="", description="This installation's name at the provider.")
    oidc_client_secret: str = Field(default="", repr=False, description="Its secret at the provider.")
    oidc_name: str = Field(
        default="", max_length=60, description="The provider's name on the button; empty: the organisation's."
    )
    oidc_scopes: str = Field(
        default="openid email", description="What the provider is asked to tell, separated by spaces."
    )
    oidc_signed_userinfo: bool = Field(
        default=False, description="Whether what it tells of a person must be a signed JWT (ProConnect)."
    )
    oidc_without_email_verified: bool = Field(
        default=False,
        description="Whether the provider verifies addresses but never sends `email_verified` (ProConnect).",
    )
    oidc_prompt_login: bool = Field(
        default=True, description="Whether the provider asks who it is at each sign-in: shared counters."
    )
    demo_hours: Literal["open", "real"] = Field(
        default="open", description="Whether a demonstration is open round the clock or keeps its real hours."
    )
    demo_live: bool = Field(
        default=True,
        description="Whether visitors and agents are simulated while `parvis demo --serve` serves.",
    )
    voice: bool = Field(
        default=True,
        description="Whether calls are spoken and kiosks read their views aloud, with the espeak-ng program.",
    )
    voices_folder: str = Field(
        default="",
        description="Folder of the site's own voices, one a language; empty: voices in the var folder.",
    )
    media_bytes: int = Field(
        default=200_000_000,
        ge=1_000_000,
        le=2_000_000_000,
        description="Largest upload of an image, a document or a video, in bytes.",
    )
    site_media_bytes: int = Field(
        default=10_000_000_000,
        ge=10_000_000,
        le=10_000_000_000_000,
        description="Bytes that the media of one site may keep, and those of all sites together.",
    )
    feeds_from_private: bool = Field(
        default=False, description="Whether web feeds may be read from private and loopback addresses."
    )
    vigilance_key: str = Field(
        default="", repr=False, description="The key of Météo-France’s API of the vigilance; empty: not read."
    )
    picture_minutes: int = Field(
        default=5,
        ge=0,
        le=1440,
        description="How often a screen sends a picture of itself to supervision, in minutes; 0: when asked.",
    )
    pictures_kept_hours: int = Field(
        default=24, ge=1, le=720, description="How long the last picture of a screen is kept, in hours."
    )
    smtp_host: str = Field(
        default="",
        description="Server that takes the letters of alarms and of invitations; empty: none is sent.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="TCP port of that server.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way to that server is encrypted."
    )
    smtp_user: str = Field(default="", description="Who signs in at that server; empty: nobody.")
    smtp_password: str = Field(default="", repr=False, description="The password of that user.")
    smtp_from: str = Field(
        default="", description="Sender of the letters; empty: parvis at the name of that server."
    )
    webhooks_to_private: bool = Field(
        default=False,
        description="Whether webhooks may go to private and loopback addresses, and over plain http.",
    )
    language: str = Field(
        default="",
        pattern="^(fr|en|es)?$",
        description="Language of the sentences of commands; empty: the machine's (LANG), else French.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is logged."
    )

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
