"""A release on a real engine, a real registry of images and a real registry of models; and what stops it midway."""

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from filelock import FileLock

from mailroom.model_image.containers import forget
from mailroom.model_image.engine import connect
from mailroom.model_image.errors import RegistryFailed
from mailroom.model_image.registries import pull, push
from mailroom.model_package import load
from mailroom.progress import line
from mailroom.settings import home
from tests.integration.docker.registry import ImageRegistry
from tests.integration.gate.models import bent, rewritten
from training.gate.cases import Case
from training.gate.judging import judge
from training.gate.limits import Limits
from training.gate.signing import default_key, verified
from training.generated import generate
from training.release import records
from training.release.errors import ReleaseFailed
from training.release.releasing import Order, Outcome, release
from training.release.signature import require_signed
from training.tracking.registry import Registry
from training.tracking.settings import TrackingSettings

pytestmark = [pytest.mark.docker, pytest.mark.gate, pytest.mark.timeout(900)]

GATE_TEST = "mailroom/gate-test"
LIMITS = Limits(resamples=200, timed=20, latency_ratio=5, memory_ratio=5)


@pytest.fixture(scope="module")
def registry(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageRegistry]:
    """A registry of images that runs."""
    found = ImageRegistry(tmp_path_factory.mktemp("registry"))
    found.start()
    yield found
    found.stop()
    docker = connect()
    for image in docker.api.images():
        for tag in image["RepoTags"] or ():
            if tag.startswith((found.host, GATE_TEST)):
                forget(docker, tag)


@dataclass(frozen=True)
class Releases:
    """Orders for one model.

    Attributes:
        order: One that is complete but for the package.
        registry: Of models.
    """

    order: Order
    registry: Registry

    def __call__(
        self, package: Path, report: Callable[[str], object] = line, *, first: bool = False
    ) -> Outcome:
        """Release a package."""
        return release(replace(self.order, package=package, first=first), report)

    @property
    def champion(self) -> int | None:
        """The version that is in production."""
        found = records.champion(self.registry)
        return found.version.version if found else None


@pytest.fixture(scope="module")
def releases(
    registry: ImageRegistry, packed: dict[str, str], package: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Releases]:
    """Orders for a model of which nothing was released yet."""
    folder = tmp_path_factory.mktemp("release")
    tracking = TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILROOM_HOME", str(folder))
        repository = f"{registry.host}/mailroom/classifier"
        order = Order(package, (generate(140, 31),), repository, tracking, LIMITS, default_key())
        yield Releases(order, Registry(tracking))


def test_releases_one_after_the_other(
    releases: Releases, registry: ImageRegistry, package: Path, tmp_path: Path
) -> None:
    """The first; one whose registry goes away midway; the same again; and once more, which changes nothing."""
    with pytest.raises(ReleaseFailed, match="say --first for the first one"):
        releases(package)
    first = releases(package, first=True)
    assert (first.predecessor, releases.champion) == ("", 1)
    assert first.verdict is not None
    assert first.verdict.machine["containers"] is True

    following = rewritten(package, tmp_path / "next")
    with pytest.raises(RegistryFailed, match=r"would not push|did not take"):
        releases(following, lambda told: registry.stop() if told == "pushing the image" else None)
    assert releases.champion == 1
    with pytest.raises(RegistryFailed, match="does not answer"):
        releases(following)

    registry.start()
    outcome = releases(following)
    assert (outcome.predecessor, releases.champion) == ("1", 2)
    assert outcome.image.partition("@")[2] == registry.digest("mailroom/classifier", outcome.tag)
    assert outcome.tag == f"model-{load(following).manifest.digest[:16]}"
    assert outcome.files is not None
    key = default_key()
    assert verified(outcome.files.envelope, key.with_name(key.name + ".pub"))["decision"] == "pass"
    signature = outcome.files.envelope.with_name("release.dsse.json")
    assert (
        require_signed(outcome.image, signature, key.with_name(key.name + ".pub"))["image"] == outcome.image
    )
    assert releases.registry.tags(releases.registry.version("2"))["image"] == outcome.image

    again = releases(following)
    assert (again.told()["changed"], again.image, releases.champion) == (False, outcome.image, 2)


def test_a_refusal_changes_nothing(releases: Releases, package: Path, tmp_path: Path) -> None:
    """A candidate that calls everything by another name is judged, signed, and not pushed."""
    if releases.champion is None:
        releases(package, first=True)
    before = releases.champion
    labels = load(package).manifest.labels
    outcome = releases(rewritten(package, tmp_path / "turned", labels=(*labels[1:], labels[0])))
    assert not outcome.released
    assert outcome.verdict is not None
    assert "worse" in {str(item.cause) for item in outcome.verdict.refusals}
    assert releases.champion == before


def test_two_at_once(releases: Releases, package: Path) -> None:
    """The second one is told to wait, and has done nothing."""
    (home() / "release").mkdir(exist_ok=True)
    with (
        FileLock(home() / "release" / "mailroom.lock"),
        pytest.raises(ReleaseFailed, match="another release"),
    ):
        releases(package)


@pytest.mark.security
def test_an_image_with_a_package_that_was_changed(
    packed: dict[str, str], package: Path, tmp_path: Path
) -> None:
    """Its weights were exchanged inside an image: that is found before anything of it is started."""
    folder = bent(package, tmp_path / "bent", vouched=False)
    image = image_of(folder, f"{GATE_TEST}:bent", str(packed["id"]))
    verdict = judge(Case(image, str(package), (), LIMITS), line)
    assert [str(item.cause) for item in verdict.refusals] == ["tampered"]


def test_an_image_with_other_text_rules(packed: dict[str, str], package: Path) -> None:
    """The package is sound, the code around it reads the beginnings of texts alone: its golden documents tell."""
    rules = "/opt/mailroom/mailroom/textprep/cleansing.py"
    short = "s/rules_of(version), text)/rules_of(version), text[:40])/"
    change = f"USER root\nRUN sed -i '{short}' {rules}\nUSER mailroom\n"
    image = image_of(package, f"{GATE_TEST}:rules", str(packed["id"]), change)
    verdict = judge(Case(image, str(package), (generate(140, 31),), LIMITS), line)
    assert "golden" in {str(item.cause) for item in verdict.refusals}
    assert verdict.evidence["golden"]["largest_difference"] > 0.01


def test_an_image_for_another_machine(engine: None, package: Path) -> None:
    """An image of 64-bit ARM on this machine."""
    image = image_of(package, f"{GATE_TEST}:arm", "scratch", platform="linux/arm64")
    verdict = judge(Case(image, str(package), (generate(140, 31),), LIMITS), line)
    assert [str(item.cause) for item in verdict.refusals] == ["other-architecture"]
    assert "the image is for linux/arm64" in verdict.refusals[0].message


def test_an_image_goes_and_comes_back(registry: ImageRegistry, package: Path) -> None:
    """By its digest, whatever its tag names by then."""
    docker, repository = connect(), f"{registry.host}/small/model"
    image_of(package, f"{GATE_TEST}:small", "scratch")
    identity = docker.api.inspect_image(f"{GATE_TEST}:small")["Id"]
    name = push(docker, identity, repository, "one", None)
    docker.api.remove_image(identity, force=True)
    assert pull(docker, name, None) == identity
    docker.api.remove_image(identity, force=True)


def image_of(package: Path, tag: str, base: str, change: str = "", **more: str) -> str:
    """An image of a base and a package, whatever is in it."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        content = f"FROM {base}\nCOPY model /opt/ml/model\n{change}".encode()
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        archive.add(package, "model")
    context.seek(0)
    [*_] = connect().api.build(fileobj=context, custom_context=True, tag=tag, rm=True, decode=True, **more)
    return tag
