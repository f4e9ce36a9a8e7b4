"""Releases in the registry of models: which image serves a version, who judged it, whom it took over from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailroom.model_package import Manifest
from training.release.errors import ReleaseFailed
from training.tracking.client import experiment_id
from training.tracking.errors import NotRegistered, translated
from training.tracking.registry import CHAMPION, ModelVersion, Registry
from training.tracking.values import model_tags

IMAGE, TAG, PREDECESSOR, RELEASED_AT = "image", "image.tag", "predecessor", "released_at"
VERDICTS = "release"
"""The folder of a run's artefacts that holds its verdict."""


@dataclass(frozen=True, slots=True)
class Released:
    """A version of the registry as far as releases are concerned.

    Attributes:
        version: The version.
        image: `repository@sha256:…`; empty where none was pushed.
        predecessor: The number of the champion before it; empty for the first.
    """

    version: ModelVersion
    image: str
    predecessor: str


def champion(registry: Registry) -> Released | None:
    """The version in production.

    Raises:
        TrackingFailed: The store does not answer.
    """
    try:
        version = registry.version(CHAMPION)
    except NotRegistered:
        return None
    tags = registry.tags(version)
    return Released(version, tags.get(IMAGE, ""), tags.get(PREDECESSOR, ""))


def registered(registry: Registry, package: Path, manifest: Manifest) -> ModelVersion:
    """The version of a package; one that was trained without a tracked run is kept now, whole.

    Raises:
        TrackingFailed: The store refused or lost something.
    """
    known = [item for item in registry.versions() if item.digest == manifest.digest]
    if known:
        return known[0]
    settings, client = registry.settings, registry.client
    experiment = experiment_id(client, settings)
    with translated(settings.uri):
        run = client.create_run(experiment, run_name=f"release of {manifest.name} {manifest.version}")
        for name, value in model_tags(manifest).items():
            client.set_tag(run.info.run_id, name, value)
        client.log_artifacts(run.info.run_id, str(package), "package")
        client.set_terminated(run.info.run_id, "FINISHED")
    place = f"{run.info.artifact_uri}/package"
    return registry.register(manifest, run_id=run.info.run_id, package=place)


def kept_package(registry: Registry, version: ModelVersion, folder: Path) -> Path:
    """A version's package, fetched from the store.

    Raises:
        TrackingFailed: It is not there.
    """
    with translated(registry.settings.uri):
        return Path(registry.client.download_artifacts(version.run_id, "package", str(folder)))


def record(registry: Registry, version: ModelVersion, tags: dict[str, str], files: Sequence[Path]) -> None:
    """Say of a version which image serves it, and keep its verdict with it.

    Raises:
        TrackingFailed: The store refused.
    """
    with translated(registry.settings.uri):
        for file in files:
            registry.client.log_artifact(version.run_id, str(file), VERDICTS)
        for name, value in tags.items():
            registry.client.set_model_version_tag(version.model, str(version.version), name, value)


def take_over(registry: Registry, version: ModelVersion, before: Released | None) -> ModelVersion:
    """Move the alias, unless another release did so meanwhile.

    Args:
        registry: Of the model.
        version: The next champion.
        before: The champion that it was judged against.

    Raises:
        ReleaseFailed: Another version is champion now, against which nobody judged this one.
        TrackingFailed: The store refused.
    """
    now = champion(registry)
    expected = before.version.version if before else None
    found = now.version.version if now else None
    if found not in {expected, version.version}:
        raise ReleaseFailed(
            f"version {found} became the champion meanwhile, and this one was judged against "
            f"{expected or 'none'}: release it again"
        )
    return registry.promote(str(version.version))
