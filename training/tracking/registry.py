"""Model versions: registered with the alias `candidate`, promoted to `champion`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import UsageError
from mailroom.model_package.manifest import MANIFEST, Manifest
from training.tracking.client import open_client
from training.tracking.errors import NotRegistered, TrackingFailed, translated
from training.tracking.settings import TrackingSettings
from training.tracking.values import DIGEST, FINGERPRINT, model_tags

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE, CHAMPION = "candidate", "champion"
PAGE = 200


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered package.

    Attributes:
        model: The name it is registered under.
        version: Its number under that name.
        aliases: Among them `candidate` (the last one trained) and `champion`.
        digest: Of the package.
        data_fingerprint: Of its training documents.
        run_id: MLflow's run that trained it.
        package: Where the package lies.
        created_at: RFC 3339.
    """

    model: str
    version: int
    aliases: tuple[str, ...]
    digest: str
    data_fingerprint: str
    run_id: str
    package: str
    created_at: str


class Registry:
    """The versions of one model.

    Args:
        settings: Where.
        client: An open client of that place; made without.
    """

    def __init__(self, settings: TrackingSettings, client: "MlflowClient | None" = None) -> None:
        self.settings = settings
        self.client = client or open_client(settings)

    def versions(self) -> list[ModelVersion]:
        """All, the newest first.

        Raises:
            TrackingFailed: The store does not answer.
        """
        aliases = self._aliases()
        found = [
            _version(entry, aliases) for entry in self._entries(f"name = '{_quoted(self.settings.model)}'")
        ]
        return sorted(found, key=lambda item: -item.version)

    def version(self, name: str) -> ModelVersion:
        """The version of a number or an alias.

        Raises:
            NotRegistered: There is none.
        """
        for item in self.versions():
            if name == str(item.version) or name in item.aliases:
                return item
        raise NotRegistered(
            f"model {self.settings.model!r} has no version {name!r} at {self.settings.uri}: "
            "`mailroom models list` shows what there is"
        )

    def of_digest(self, digest: str) -> list[ModelVersion]:
        """The versions whose package has a digest that begins so, the newest first.

        Raises:
            UsageError: Several packages begin so.
        """
        found = [item for item in self.versions() if item.digest.startswith(digest)]
        if len({item.digest for item in found}) > 1:
            raise UsageError(f"several packages have digests that begin with {digest}: give more of it")
        return found

    def tags(self, version: ModelVersion) -> dict[str, str]:
        """What is noted of a version.

        Raises:
            TrackingFailed: The store does not answer.
        """
        with translated(self.settings.uri):
            return dict(self.client.get_model_version(version.model, str(version.version)).tags)

    def register(self, manifest: Manifest, *, run_id: str, package: str) -> ModelVersion:
        """Make a version of a package that lies in the store, whole; the alias `candidate` goes to it.

        The same run registers once, however often it is resumed.

        Args:
            manifest: Of the package.
            run_id: The run that trained it.
            package: Its place in the store.
        """
        name = self.settings.model
        self._require_whole(manifest, run_id)
        with translated(self.settings.uri):
            entry = next(self._entries(f"run_id = '{run_id}'"), None)
            if entry is None:
                self._ensure_model()
                entry = self.client.create_model_version(
                    name, source=package, run_id=run_id, tags=model_tags(manifest)
                )
            self.client.set_registered_model_alias(name, CANDIDATE, entry.version)
        return self.version(str(entry.version))

    def promote(self, name: str) -> ModelVersion:
        """Move the alias `champion` to a version; once more changes nothing.

        Raises:
            NotRegistered: There is no such version, or its package is gone.
        """
        chosen = self.version(name)
        with translated(self.settings.uri):
            files = {item.path for item in self.client.list_artifacts(chosen.run_id, "package")}
        if f"package/{MANIFEST}" not in files:
            raise NotRegistered(
                f"the package of version {chosen.version} is gone from {chosen.package}: train again or promote another"
            )
        if CHAMPION not in chosen.aliases:
            with translated(self.settings.uri):
                self.client.set_registered_model_alias(chosen.model, CHAMPION, str(chosen.version))
        return self.version(str(chosen.version))

    def _require_whole(self, manifest: Manifest, run_id: str) -> None:
        with translated(self.settings.uri):
            there = set(_files(self.client, run_id, "package"))
        lacking = sorted({f"package/{name}" for name in (*manifest.files, MANIFEST)} - there)
        if lacking:
            raise TrackingFailed(
                f"{lacking[0]} did not reach {self.settings.uri}: nothing was registered; train again"
            )

    def _ensure_model(self) -> None:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            self.client.create_registered_model(self.settings.model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _aliases(self) -> Mapping[str, int]:
        with translated(self.settings.uri):
            models = self.client.search_registered_models(f"name = '{_quoted(self.settings.model)}'")
        return {alias: int(version) for model in models for alias, version in model.aliases.items()}

    def _entries(self, wanted: str) -> Iterator[Any]:
        token = None
        with translated(self.settings.uri):
            while True:
                page = self.client.search_model_versions(wanted, max_results=PAGE, page_token=token)
                yield from page
                token = page.token
                if not token:
                    return


def _version(entry: Any, aliases: Mapping[str, int]) -> ModelVersion:
    number = int(entry.version)
    created = datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC)
    return ModelVersion(
        model=entry.name,
        version=number,
        aliases=tuple(sorted(alias for alias, target in aliases.items() if target == number)),
        digest=entry.tags.get(DIGEST, ""),
        data_fingerprint=entry.tags.get(FINGERPRINT, ""),
        run_id=entry.run_id or "",
        package=entry.source,
        created_at=created.isoformat(timespec="seconds").replace("+00:00", "Z"),
    )


def _files(client: "MlflowClient", run_id: str, folder: str) -> Iterator[str]:
    for item in client.list_artifacts(run_id, folder):
        if item.is_dir:
            yield from _files(client, run_id, item.path)
        else:
            yield item.path


def _quoted(name: str) -> str:
    return name.replace("'", "''")
