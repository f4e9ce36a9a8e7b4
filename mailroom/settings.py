"""Settings of every part: typed, frozen, read once at the edge.

Precedence, last wins: defaults, `mailroom.yaml` (or the file that `MAILROOM_CONFIG` names), `MAILROOM_*` variables
(two underscores between section and name: `MAILROOM_KAFKA__BOOTSTRAP`), `MAILROOM_*_FILE` variables (the value is
read from that file: for secrets), arguments. Labels and departments are data here, never code.
"""

import os
import socket
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import REVIEW, ConsoleSettings, DesksSettings
from mailroom.door_settings import MailboxSettings, SmtpSettings
from mailroom.sections import Section

__all__ = [
    "DEPARTMENTS",
    "FILE_SUFFIX",
    "MIB",
    "PREFIX",
    "ClassifierSettings",
    "EnvironmentSource",
    "KafkaSettings",
    "ObjectStoreSettings",
    "RemoteSettings",
    "RestSettings",
    "Section",
    "Settings",
    "StreamSettings",
    "TelemetrySettings",
    "config_file",
    "home",
    "load_settings",
]

PREFIX = "MAILROOM_"
FILE_SUFFIX = "_FILE"
MIB = 1024 * 1024

SameContent = Literal["link", "drop", "ignore"]

DEPARTMENTS = {
    "invoice": "accounts-payable",
    "offer": "procurement",
    "purchase_order": "sales",
    "job_application": "human-resources",
    "complaint": "customer-care",
    "service_request": "service-desk",
    "other": "front-office",
}


def home() -> Path:
    """Where this user's embedded system keeps its data; `MAILROOM_HOME` moves it."""
    return Path(os.environ.get("MAILROOM_HOME") or platformdirs.user_data_dir("mailroom"))


class KafkaSettings(Section):
    """How to reach the log."""

    bootstrap: str = Field("127.0.0.1:9092", description="host:port of one or more brokers")
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None

    def client(self) -> dict[str, str]:
        """The connection settings in librdkafka's names."""
        password = self.sasl_password.get_secret_value() if self.sasl_password else None
        pairs = {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.security_protocol,
            "sasl.mechanism": self.sasl_mechanism,
            "sasl.username": self.sasl_username,
            "sasl.password": password,
        }
        return {name: value for name, value in pairs.items() if value is not None}


class KinesisSettings(Section):
    """Amazon Kinesis as the log; keys and roles come as AWS's own tools have them. See docs/kinesis.md."""

    region: str | None = Field(None, description="by default AWS_DEFAULT_REGION, or the machine's own")
    endpoint: str | None = Field(None, pattern="^https?://", description="by default AWS's")
    prefix: str = Field("", pattern=r"^[A-Za-z0-9_.-]*$", description="before each topic: a stream's name")
    table: str = Field(
        "mailroom", min_length=3, description="DynamoDB table of positions, and of ids that were seen"
    )
    record_bytes: int = Field(1 * MIB, ge=64 * 1024, description="what a stream takes as one record")
    poll_seconds: float = Field(
        0.2, ge=0, description="between two reads of a shard; AWS allows five a second"
    )
    member: int = Field(0, ge=0, description="which of a stage's instances this is, from 0")
    members: int = Field(1, ge=1, description="instances of each stage; they share the shards")

    @model_validator(mode="after")
    def _is_a_member(self) -> "KinesisSettings":
        if self.member >= self.members:
            raise ValueError("kinesis.member counts from 0 and is below kinesis.members")
        return self


class ObjectStoreSettings(Section):
    """Where originals are kept, and documents above the inline limit travel by (the claim check)."""

    uri: str = Field(
        default_factory=lambda: f"file://{home() / 'objects'}", description="any fsspec URI: file://, s3://"
    )
    inline_limit: int = Field(1 * MIB, gt=0, description="bytes; larger documents travel by reference")
    keep_originals: bool = Field(
        True, description="every document is kept, so that its label leads to it; else only large ones are"
    )


class FailureSettings(Section):
    """When a stage stops because it is broken, and not its documents; see `mailroom/failure_cap.py`."""

    window: int = Field(200, ge=20, description="documents that each stage looks back on")
    share: float = Field(
        0.5, gt=0, le=1, description="of the window; more failures than that stop the stage, 1 never does"
    )


class StreamSettings(Section):
    """The Flink job that cleanses and routes."""

    parallelism: int = Field(2, gt=0)
    checkpoint_interval_ms: int = Field(200, gt=0, description="also the wait for a committed result")
    state_dir: Path = Field(default_factory=lambda: home() / "flink")
    duplicate_window_hours: int = Field(24 * 7, gt=0, description="how long an id is remembered")
    max_document_bytes: int = Field(20 * MIB, gt=0)
    max_depth: int = Field(5, ge=0, description="documents within documents: 1 is a mail with attachments")
    max_parts: int = Field(500, ge=0, description="documents within one, all levels together")
    max_parts_bytes: int = Field(100 * MIB, gt=0, description="of all of them, unpacked")
    max_parts_seconds: float = Field(
        60.0, gt=0, description="parts that are not parsed by then are dead letters"
    )
    same_content: SameContent = Field(
        "link",
        description="the same bytes under another id: named in the label, not labelled again, or not looked for",
    )
    consumer_group: str = "mailroom-stream-processing"
    connector_jar: Path | None = Field(
        None, description="Flink's Kafka connector, where it is not to be fetched"
    )


class RemoteSettings(Section):
    """A model behind HTTP, which the Kafka door asks instead of a package; see docs/foreign-models.md."""

    url: str | None = Field(None, pattern="^https?://", description="base URL: http://model:8080")
    model: str = Field("model", description="its name in the protocol's paths")
    token: SecretStr | None = Field(None, description="sent as `authorization: Bearer …`")
    timeout_seconds: float = Field(30.0, gt=0, description="for the answer to one request")


class ClassifierSettings(Section):
    """The classifier's Kafka door."""

    package: str | None = Field(None, description="folder or URI of the model package")
    consumer_group: str = "mailroom-classifier"
    instance: str = Field(
        default_factory=socket.gethostname,
        description="stable over restarts, unique among running instances; by default the host's name",
    )
    batch_size: int = Field(1_000, gt=0)
    doors: tuple[Literal["text", "scanned"], ...] = Field(
        ("text", "scanned"),
        min_length=1,
        description="topics that the Kafka door reads; services for one each scale apart",
    )
    remote: RemoteSettings = RemoteSettings()
    ocr_workers: int | None = Field(
        None,
        gt=0,
        description="pages read at a time, each by a process of some 300 MB; by default one per core",
    )
    review_below: float | None = Field(None, ge=0, le=1, description="overrides the package's thresholds")


class TelemetrySettings(Section):
    """What running parts tell of themselves."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="at debug every document has its line"
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="where the Kafka door serves /metrics; 0 takes a free port"
    )
    metrics_host: str = Field("127.0.0.1", description="0.0.0.0 lets other machines read the metrics")
    otlp_endpoint: str | None = Field(
        None, description="OTLP/HTTP collector (http://host:4318); else OpenTelemetry's own variables decide"
    )


class AccessSettings(Section):
    """Who may ask what listens; see docs/access.md."""

    keys: str | None = Field(
        None,
        description="the file of keys' hashes, or (by MAILROOM_ACCESS__KEYS_FILE) its content; else keys.json at home",
    )
    open: bool = Field(False, description="the network guards what listens beyond 127.0.0.1 without keys")


class RestSettings(Section):
    """The classifier's REST door."""

    host: str = Field("127.0.0.1", description="0.0.0.0 in a container")
    port: int = Field(8080, ge=0, le=65535)
    model_name: str | None = Field(None, description="in the protocol's paths; else the first package's")
    batch_size: int = Field(256, gt=0, description="documents labelled together, at most")
    gather_seconds: float = Field(
        0.01, ge=0, description="what a document may wait for others, while they keep coming in"
    )
    queue: int = Field(320, gt=0, description="documents that may wait; beyond, 429")
    workers: int | None = Field(
        None,
        gt=0,
        description="threads for files, long texts, slow models; by default as pages read at a time",
    )
    long_queue: int = Field(16, ge=0, description="requests that may wait for one of them; beyond, 429")
    max_body_bytes: int = Field(32 * MIB, gt=0)
    max_bodies_bytes: int = Field(128 * MIB, gt=0, description="all that are not yet answered, together")
    head_seconds: float = Field(10.0, gt=0, description="until a request's head must have come")
    body_seconds: float = Field(30.0, gt=0, description="until a body's last byte must have come")
    drain_seconds: float = Field(1.0, ge=0, description="requests are still taken so long after SIGTERM")


class HttpSettings(Section):
    """The HTTP door of ingest."""

    host: str = Field("127.0.0.1", description="0.0.0.0 in a container, or for other machines, with keys")
    port: int = Field(8090, ge=0, le=65535)
    state_dir: Path = Field(
        default_factory=lambda: home() / "http",
        description="its journal, and uploads while they come; one door each",
    )
    max_document_bytes: int = Field(256 * MIB, gt=0)
    max_request_bytes: int = Field(512 * MIB, gt=0, description="all files of one request")
    max_files: int = Field(100, gt=0, description="of one request")
    max_uploads: int = Field(
        32, gt=0, description="requests whose files are coming or being sent; beyond, 429"
    )
    rate: str = Field("600/minute", description="requests of each key, or address where there are no keys")
    stranger_rate: str = Field("30/minute", description="requests of an address without a valid key")
    head_seconds: float = Field(10.0, gt=0, description="until a request's head must have come")
    grace_seconds: float = Field(10.0, gt=0, description="that a body may take however little comes")
    least_bytes_per_second: int = Field(8 * 1024, gt=0, description="of a body, once its grace is over")
    drain_seconds: float = Field(1.0, ge=0, description="requests are still taken so long after SIGTERM")
    keep_days: float = Field(90.0, gt=0, description="how long the journal tells what became of a document")
    follow: bool = Field(True, description="whether it reads labels and dead letters, to tell of them")


class Settings(BaseSettings):
    """All settings. Parts take the sections they need."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore", yaml_file_encoding="utf-8"
    )
    log: Literal["kafka", "kinesis"] = Field("kafka", description="what the parts read and write")
    kafka: KafkaSettings = KafkaSettings()
    kinesis: KinesisSettings = KinesisSettings()
    objects: ObjectStoreSettings = Field(default_factory=ObjectStoreSettings)
    failures: FailureSettings = FailureSettings()
    stream: StreamSettings = Field(default_factory=StreamSettings)
    classifier: ClassifierSettings = Field(default_factory=ClassifierSettings)
    rest: RestSettings = Field(default_factory=RestSettings)
    mailbox: MailboxSettings = MailboxSettings()
    smtp: SmtpSettings = SmtpSettings()
    http: HttpSettings = Field(default_factory=HttpSettings)
    telemetry: TelemetrySettings = TelemetrySettings()
    access: AccessSettings = AccessSettings()
    desks: DesksSettings = Field(default_factory=DesksSettings)
    console: ConsoleSettings = ConsoleSettings()
    departments: dict[str, str] = Field(
        default_factory=lambda: dict(DEPARTMENTS), description="label to department"
    )

    @model_validator(mode="after")
    def _departments_have_names(self) -> "Settings":
        if not self.departments or not all(self.departments.values()):
            raise ValueError("departments: every label needs a department")
        if REVIEW in self.departments.values():
            raise ValueError(f"departments: none can be called {REVIEW}, the desk where people decide")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before files named by `*_FILE`, before variables, before the YAML file."""
        yaml = YamlConfigSettingsSource(settings_cls, yaml_file=config_file())
        return init_settings, EnvironmentSource(settings_cls), yaml


class EnvironmentSource(EnvSettingsSource):
    """`MAILROOM_*`, where `MAILROOM_KAFKA__SASL_PASSWORD_FILE=/run/secrets/kafka` names a file that holds the value."""

    def _load_env_vars(self) -> dict[str, str | None]:
        variables = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
        return {
            name.removesuffix(FILE_SUFFIX).lower(): _read_secret(name, value)
            if name.endswith(FILE_SUFFIX)
            else value
            for name, value in variables.items()
        }


def config_file() -> Path:
    """The YAML file of settings: `MAILROOM_CONFIG`, else `mailroom.yaml` in the working directory."""
    return Path(os.environ.get(PREFIX + "CONFIG") or "mailroom.yaml")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; to be called once, at the edge.

    Raises:
        UsageError: A value is missing or wrong; the message names it and what is allowed.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise UsageError("; ".join(_sentence(item) for item in error.errors())) from error


def _sentence(item: Any) -> str:
    return f"setting {'.'.join(str(part) for part in item['loc']) or 'value'}: {item['msg']}"


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise UsageError(f"{name} names a file that cannot be read ({error.strerror}): {path}") from error
