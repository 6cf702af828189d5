"""Every environment variable, typed and validated once at start.

The defaults are what `make run` uses: embedded servers and the simulator. Secrets never appear in an error or a repr.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Published in the gateway's example configuration: whoever uses it has no secret at all.
PUBLISHED_EXAMPLE_KEY = "429683C4C977415CAAFCCE10F7D57E11"
DEVELOPMENT_SECRET = "development-only"  # noqa: S105 (published: it is no secret)
_NEEDED_IN_PRODUCTION = ("database_url", "evolution_url", "evolution_api_key")


class SettingsInvalid(Exception):
    """Some variables are wrong; `problems` names each with what it should be, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    # An empty variable counts as unset, as compose files and service managers write it.
    model_config = SettingsConfigDict(env_file=None, env_ignore_empty=True, extra="ignore", frozen=True)

    # Servers. Unset: embedded ones under `frontdesk_data_dir`.
    database_url: SecretStr | None = Field(None, description="PostgreSQL the application logs in to")
    migrate_database_url: SecretStr | None = Field(
        None, description="the same database as its owner, for migrations"
    )
    valkey_url: SecretStr | None = Field(None, description="Valkey or Redis; only a cache")
    frontdesk_data_dir: Path = Field(
        Path(".frontdesk"), description="folder of the embedded servers and the simulator"
    )

    # HTTP.
    host: str = Field("127.0.0.1", description="address the API listens on")
    port: int = Field(8700, ge=1, le=65535, description="port the API listens on")
    environment: Literal["development", "production"] = Field(
        "development", description="production has no simulator"
    )

    # Gateway.
    evolution_url: str | None = Field(
        None, description="base address of the Evolution API; unset: the simulator"
    )
    evolution_api_key: SecretStr | None = Field(None, description="its global key or an instance token")
    webhook_secrets: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET), description="accepted values of X-Webhook-Secret, separated by commas"
    )
    webhook_jwt_key: SecretStr | None = Field(None, description="key of the gateway's webhook tokens (HS256)")

    # Behaviour.
    debounce_ms: int = Field(300, ge=0, le=10_000, description="wait for the rest of a burst, milliseconds")
    stale_after_minutes: float = Field(45, gt=0, description="older messages are kept but not answered")
    staff_takeover_hours: float = Field(
        4, gt=0, description="the assistant stays silent this long after staff wrote"
    )
    alert_next_contact_minutes: float = Field(5, gt=0, description="then the next staff contact is told")
    typing: bool = Field(True, description="show 'typing' before an answer")
    sends_per_second: float = Field(20, gt=0, description="pace of sends of one WhatsApp instance")
    receipt_wait_seconds: float = Field(
        60, gt=0, description="a message nobody acknowledged by then is tried at the person's other address"
    )
    relevance_mode: Literal["off", "shadow", "enforce"] = Field(
        "enforce",
        description="the relevance model: off, shadow (recorded only) or enforce (decides what the rules leave open)",
    )
    relevance_threshold: float = Field(
        0.6, ge=0, le=1, description="least probability at which a message is about what is pending"
    )
    session_expires_hours: float = Field(24, gt=0, description="an idle chat starts afresh after this time")

    # Process.
    worker_concurrency: int = Field(100, ge=1, le=1000, description="turns thought at the same time")
    database_connections: int = Field(10, ge=2, le=100, description="connections of each process")
    log_format: Literal["console", "json"] = Field("console", description="json for machines")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("evolution_api_key")
    @classmethod
    def _refuse_published_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value() == PUBLISHED_EXAMPLE_KEY:
            raise ValueError(
                "is the key published in the gateway's example configuration; make one of your own"
            )
        return value

    @field_validator("webhook_secrets")
    @classmethod
    def _want_a_secret(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().replace(",", "").strip():
            raise ValueError("must name at least one secret")
        return value

    @field_validator("database_url", "migrate_database_url")
    @classmethod
    def _want_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value is not None else ""
        if (
            value is not None
            and not text.startswith(("postgresql://", "postgres://"))
            and "dbname=" not in text
        ):
            raise ValueError("must start with postgresql:// (or be keywords with dbname=)")
        return value

    @field_validator("valkey_url")
    @classmethod
    def _want_valkey(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("redis://", "rediss://", "valkey://", "unix://")
        ):
            raise ValueError("must start with redis://, rediss://, valkey:// or unix://")
        return value

    @model_validator(mode="after")
    def _need_what_belongs_together(self) -> Settings:
        if self.migrate_database_url is not None and self.database_url is None:
            raise ValueError("MIGRATE_DATABASE_URL needs DATABASE_URL beside it")
        if self.environment == "production":
            given = {name for name in _NEEDED_IN_PRODUCTION if getattr(self, name) is not None}
            if missing := _list_missing(given, has_key=bool(self.accepted_secrets or self.webhook_jwt_key)):
                raise ValueError(missing)
        return self

    @property
    def accepted_secrets(self) -> tuple[str, ...]:
        """Empty where only tokens are accepted: the published default opens nothing in production."""
        secrets = (part.strip() for part in self.webhook_secrets.get_secret_value().split(","))
        published = DEVELOPMENT_SECRET if self.environment == "production" else ""
        return tuple(secret for secret in secrets if secret and secret != published)

    @property
    def has_simulator(self) -> bool:
        """In development, while no real gateway is named."""
        return self.environment == "development" and self.evolution_url is None

    @property
    def own_url(self) -> str:
        return own_url(self.host, self.port)

    @property
    def stale_after(self) -> timedelta:
        return timedelta(minutes=self.stale_after_minutes)

    @property
    def receipt_wait(self) -> timedelta:
        return timedelta(seconds=self.receipt_wait_seconds)

    @property
    def staff_takeover(self) -> timedelta:
        return timedelta(hours=self.staff_takeover_hours)


def own_url(host: str, port: int) -> str:
    """Where processes of this machine reach an API that listens there."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (named, not bound)
    host = everywhere.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _list_missing(given: Collection[str], *, has_key: bool) -> str:
    missing = [name.upper() for name in _NEEDED_IN_PRODUCTION if name not in given]
    if not has_key:
        missing.append("WEBHOOK_SECRETS or WEBHOOK_JWT_KEY of your own")
    return f"production needs {', '.join(missing)}" if missing else ""


def _in_our_words(complaint: str) -> str:
    return (
        complaint.removeprefix("Value error, ").replace("Input should be", "must be").partition(", unable")[0]
    )


def load_settings() -> Settings:
    """Settings from the environment. Raises SettingsInvalid naming every wrong variable at once."""
    try:
        return Settings()
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        said = [
            f"{'_'.join(map(str, problem['loc'])).upper() or 'SETTINGS'}: {_in_our_words(problem['msg'])}"
            for problem in problems
        ]
        # What belongs together is looked at only where each value is right: here it is said all the same.
        if os.environ.get("ENVIRONMENT") == "production" and all(problem["loc"] for problem in problems):
            given = {name for name in _NEEDED_IN_PRODUCTION if os.environ.get(name.upper())}
            has_key = any(os.environ.get(name) for name in ("WEBHOOK_SECRETS", "WEBHOOK_JWT_KEY"))
            if missing := _list_missing(given, has_key=has_key):
                said.append(f"SETTINGS: {missing}")
        raise SettingsInvalid(said) from None
