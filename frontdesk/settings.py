"""Every environment variable, typed and validated once at start.

The defaults are what `make run` uses: embedded servers and the simulator. Secrets never appear in an error or a repr.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Published in the gateway's example configuration: whoever uses it has no secret at all.
PUBLISHED_EXAMPLE_KEY = "429683C4C977415CAAFCCE10F7D57E11"


class SettingsInvalid(Exception):
    """Some variables are wrong; `problems` names each with what it should be, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

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
        SecretStr("development-only"), description="accepted values of X-Webhook-Secret, separated by commas"
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
    def _production_needs(self) -> Settings:
        if self.environment == "production":
            if self.evolution_url is None or self.evolution_api_key is None:
                raise ValueError("production needs EVOLUTION_URL and EVOLUTION_API_KEY")
            if "development-only" in self.accepted_secrets and self.webhook_jwt_key is None:
                raise ValueError("production needs WEBHOOK_SECRETS or WEBHOOK_JWT_KEY of your own")
        return self

    @property
    def accepted_secrets(self) -> tuple[str, ...]:
        return tuple(
            part.strip() for part in self.webhook_secrets.get_secret_value().split(",") if part.strip()
        )

    @property
    def stale_after(self) -> timedelta:
        return timedelta(minutes=self.stale_after_minutes)

    @property
    def receipt_wait(self) -> timedelta:
        return timedelta(seconds=self.receipt_wait_seconds)

    @property
    def staff_takeover(self) -> timedelta:
        return timedelta(hours=self.staff_takeover_hours)


def load_settings() -> Settings:
    """Settings from the environment. Raises SettingsInvalid naming every wrong variable at once."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsInvalid(
            [
                f"{'_'.join(map(str, problem['loc'])).upper() or 'SETTINGS'}: {problem['msg'].removeprefix('Value error, ')}"
                for problem in error.errors(include_input=False, include_url=False)
            ]
        ) from None
