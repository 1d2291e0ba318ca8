"""Settings: environment variables `PARVIS_*` or a TOML file named by `PARVIS_CONFIG`.

The environment wins.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """Everything that differs from one installation to another.

    Defaults make the embedded layout: one process, SQLite.
    """

    model_config = SettingsConfigDict(env_prefix="PARVIS_", extra="ignore")

    var: Path = Field(
        default=Path("var"), description="Folder of the run-time state: database, assets, audio, anchors."
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
    public_url: str = Field(
        default="", description="https address visitors' phones reach; empty: no QR code, no phone page."
    )
    tls_certificate: str = Field(
        default="", description="PEM file of the certificate chain; with tls_key: https."
    )
    tls_key: str = Field(default="", description="PEM file of the certificate's key.")
    behind_proxy: bool = Field(
        default=False, description="A proxy on this machine ends TLS and sets X-Forwarded headers."
    )
    secret_key: str = Field(
        default="", description="Signs cookies; empty: a random one kept in the database."
    )
    demo_hours: Literal["open", "real"] = Field(
        default="open", description="Whether a demonstration is open round the clock or keeps its real hours."
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
    feeds_from_private: bool = Field(
        default=False, description="Whether web feeds may be read from private and loopback addresses."
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
            raise ValueError("the database is sqlite:///path or postgresql://…")
        return url

    @model_validator(mode="after")
    def _several_workers_need_services(self) -> "Settings":
        if self.workers > 1 and not (self.database_address.startswith("postgresql") and self.redis_url):
            raise ValueError(
                "several workers need PostgreSQL (PARVIS_DATABASE_URL) and Redis (PARVIS_REDIS_URL)"
            )
        return self

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
    def base_url(self) -> str:
        """The address the pages have on this machine."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in ("127.0.0.1", "::1", "localhost")
