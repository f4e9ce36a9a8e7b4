"""A release from beginning to end. Every step may be repeated; the alias moves last of all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailroom.model_image.building import BuiltImage, build_image
from mailroom.model_image.engine import Engine, connect
from mailroom.model_image.registries import Credentials, pull, push, require_registry
from mailroom.model_package import Manifest, load
from mailroom.progress import Report
from mailroom.settings import home
from training.gate.cases import INTEGRITY, Case
from training.gate.judging import judge
from training.gate.limits import Limits
from training.gate.signing import require_pass, verified
from training.gate.verdict import Verdict
from training.gate.writing import VerdictFiles, write_verdict
from training.release import records
from training.release.ecr import credentials_of
from training.release.errors import ReleaseFailed
from training.release.records import IMAGE, PREDECESSOR, RELEASED_AT, TAG, Released
from training.release.signature import sign_image
from training.tracking.registry import ModelVersion, Registry
from training.tracking.settings import TrackingSettings


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be released.

    Attributes:
        package: The package's folder.
        documents: What the gate judges it on.
        repository: Where its image goes, such as `registry.example:5000/mailroom/classifier`.
        tracking: The registry of models.
        limits: The gate's margins.
        key: What signs the verdict.
        integrity: The report on its training data; by default the one beside the package.
        output: Folder of the verdict; by default one of its own.
        first: Whether there may be no champion to compare with.
    """

    package: Path
    documents: tuple[Path, ...]
    repository: str
    tracking: TrackingSettings
    limits: Limits
    key: Path
    integrity: Path | None = None
    output: Path | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a release.

    Attributes:
        verdict: What the gate says; None where the package is in production already.
        files: The verdict's.
        version: The model's version; None where the gate refused.
        image: `repository@sha256:…`; empty where the gate refused.
        tag: Its tag there.
        predecessor: The champion before it.
    """

    verdict: Verdict | None
    files: VerdictFiles | None
    version: ModelVersion | None = None
    image: str = ""
    tag: str = ""
    predecessor: str = ""

    @property
    def released(self) -> bool:
        """Whether the package is the champion now."""
        return self.version is not None

    def told(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        return {
            "released": self.released,
            "changed": self.verdict is not None and self.released,
            "image": self.image,
            "tag": self.tag,
            "model": self.version.model if self.version else None,
            "version": self.version.version if self.version else None,
            "predecessor": self.predecessor or None,
            "verdict": self.verdict.told() if self.verdict else None,
            "files": self.files.told() if self.files else {},
        }


def release(order: Order, report: Report) -> Outcome:
    """Build, judge, push, record, take over.

    Args:
        order: What.
        report: Told what is done.

    Returns:
        The outcome; one that the gate refused changed nothing anywhere.

    Raises:
        PackageError: The package must not be used.
        RegistryFailed: The registry of images cannot be reached, or did not take the image.
        ReleaseFailed: Another release was quicker, or there is no champion and `first` was not said.
        TrackingFailed: The registry of models did not answer.
    """
    manifest = load(order.package).manifest
    with _alone(order.tracking.model):
        registry = Registry(order.tracking)
        before = records.champion(registry)
        if before and before.image and before.version.digest == manifest.digest:
            return Outcome(None, None, before.version, before.image, predecessor=before.predecessor)
        if before is None and not order.first:
            raise ReleaseFailed(
                f"model {order.tracking.model!r} has no champion to compare with: say --first for the first one"
            )
        require_registry(order.repository)
        credentials = credentials_of(order.repository)
        return _Release(order, registry, before, connect(), credentials, report).outcome()


@dataclass(frozen=True, slots=True)
class _Release:
    """A release whose registries answer."""

    order: Order
    registry: Registry
    before: Released | None
    engine: Engine
    credentials: Credentials | None
    report: Report

    def outcome(self) -> Outcome:
        repository = self.order.repository
        tag = f"model-{load(self.order.package).manifest.digest[:16]}"
        built = build_image(self.order.package, f"{repository}:{tag}", report=self.report)
        with _opponent(self.engine, self.registry, self.before, self.credentials) as champion:
            verdict = judge(_case(self.order, built, champion), self.report)
        files = write_verdict(verdict, self.order.output, self.order.key)
        if not verdict.passed:
            return Outcome(verdict, files)
        _require_judged(self.order, built, files, verdict)
        self.report("pushing the image")
        image = push(self.engine, built.id, repository, tag, self.credentials)
        self.report("recording the release")
        return self._recorded(built.model, image, tag, verdict, files)

    def _recorded(
        self, manifest: Manifest, image: str, tag: str, verdict: Verdict, files: VerdictFiles
    ) -> Outcome:
        folder, key = files.envelope.parent, self.order.key
        signature = sign_image(image, package=manifest.digest, verdict=verdict.told(), folder=folder, key=key)
        version = records.registered(self.registry, self.order.package, manifest)
        predecessor = _predecessor(self.before, version)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        tags = {IMAGE: image, TAG: tag, RELEASED_AT: now, PREDECESSOR: predecessor}
        kept = (files.statement, files.page, files.envelope, signature)
        records.record(self.registry, version, tags, kept)
        champion = records.take_over(self.registry, version, self.before)
        return Outcome(verdict, files, champion, image, tag, predecessor)


def _case(order: Order, built: BuiltImage, champion: str | None) -> Case:
    beside = order.package.parent / INTEGRITY
    integrity = order.integrity or (beside if beside.is_file() else None)
    return Case(built.tag, champion, order.documents, order.limits, integrity)


def _require_judged(order: Order, built: BuiltImage, files: VerdictFiles, verdict: Verdict) -> None:
    """The signed verdict, read back, is about this package in this very image."""
    signed = verified(files.envelope, order.key.with_name(order.key.name + ".pub"))
    require_pass(signed, digest=built.model.digest)
    if verdict.image != built.id:
        raise ReleaseFailed(f"{built.tag} was built anew while it was judged: release it again")


def _predecessor(before: Released | None, version: ModelVersion) -> str:
    if before is None:
        return ""
    # Repeated after a crash between alias and answer: its predecessor is the one of then.
    same = before.version.version == version.version
    return before.predecessor if same else str(before.version.version)


@contextmanager
def _opponent(
    engine: Engine, registry: Registry, before: Released | None, credentials: Credentials | None
) -> Iterator[str | None]:
    """The champion as it runs in production: by its image, else by its package."""
    if before is None:
        yield None
    elif before.image:
        yield pull(engine, before.image, credentials)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield str(records.kept_package(registry, before.version, Path(folder)))


@contextmanager
def _alone(model: str) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415

    folder = home() / "release"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"{model.replace('/', '_')}.lock", timeout=0):
            yield
    except Timeout as error:
        raise ReleaseFailed(
            f"another release of {model!r} runs on this machine: repeat this one when it is done"
        ) from error
