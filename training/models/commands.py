"""The verbs `models list|runs|show|trace|promote|verify`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom.verb_group import verb_group
from training.tracking.settings import VARIABLE, default_uri

Uri = Annotated[
    str,
    typer.Option(
        "--tracking-uri",
        help=f"MLflow: http://host:port or sqlite:///file; by default {VARIABLE}, else this user's own store.",
        default_factory=default_uri,
        show_default=False,
    ),
]
Model = Annotated[str, typer.Option("--model", help="The name that versions are registered under.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Version = Annotated[str, typer.Argument(help="A number, or an alias: candidate, champion.")]

app = verb_group(
    "Registered models: what there is, where a label comes from, which is the champion; each verb has --json."
)


@app.command("list")
def list_models(*, tracking_uri: Uri, model: Model = "mailroom", as_json: Json = False) -> None:
    """List the versions of a model, the newest first."""
    from mailroom.terminal import emit
    from training.models.rendering import draw_versions

    versions = _registry(tracking_uri, model).versions()
    result = {"model": model, "tracking": tracking_uri, "versions": [asdict(item) for item in versions]}
    emit(result, as_json=as_json, render=lambda console: draw_versions(console, result))


@app.command()
def runs(
    *,
    tracking_uri: Uri,
    model: Model = "mailroom",
    experiment: Annotated[str, typer.Option(help="MLflow's folder of runs.")] = "mailroom",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="So many of the newest.")] = 50,
    as_json: Json = False,
) -> None:
    """List training runs, the newest first: what was measured, and why one came to nothing; and the versions."""
    from mailroom.terminal import emit
    from training.models.rendering import draw_runs
    from training.tracking.history import history

    registry = _registry(tracking_uri, model)
    found = history(registry.settings.model_copy(update={"experiment": experiment}), limit)
    result = {
        "tracking": tracking_uri,
        "runs": [asdict(item) for item in found],
        "versions": [asdict(item) for item in registry.versions()],
    }
    emit(result, as_json=as_json, render=lambda console: draw_runs(console, result))


@app.command()
def show(version: Version, *, tracking_uri: Uri, model: Model = "mailroom", as_json: Json = False) -> None:
    """Show a version: its figures, parameters, where its package and its report lie."""
    from mailroom.terminal import emit
    from training.models.rendering import draw_facts
    from training.tracking.trace import version_facts

    registry = _registry(tracking_uri, model)
    result = version_facts(registry, registry.version(version))
    emit(result, as_json=as_json, render=lambda console: draw_facts(console, result))


@app.command()
def trace(
    label_or_package: Annotated[
        str,
        typer.Argument(
            help="A package's folder, a file with a record of documents.classified (- for standard input), or a digest."
        ),
    ],
    *,
    tracking_uri: Uri,
    model: Model = "mailroom",
    as_json: Json = False,
) -> None:
    """Lead from a label or a package to model version, run, code and data."""
    from mailroom.terminal import emit
    from training.models.rendering import draw_facts
    from training.tracking.trace import subject_of
    from training.tracking.trace import trace as origin_of

    subject = subject_of(label_or_package)
    result = origin_of(_registry(tracking_uri, model), subject)
    emit(result, as_json=as_json, render=lambda console: draw_facts(console, result))


@app.command()
def promote(version: Version, *, tracking_uri: Uri, model: Model = "mailroom", as_json: Json = False) -> None:
    """Move the alias champion to a version; once more changes nothing."""
    from mailroom.terminal import emit

    promoted = _registry(tracking_uri, model).promote(version)
    result = asdict(promoted)
    emit(
        result,
        as_json=as_json,
        render=lambda console: console.print(
            f"{promoted.model} version {promoted.version} is the champion", highlight=False
        ),
    )


@app.command()
def verify(
    *,
    package: Annotated[Path, typer.Option("--package", help="Folder of the package.")],
    verdict: Annotated[
        Path | None,
        typer.Option(
            "--verdict", help="The gate's verdict.dsse.json, which must let this very package through."
        ),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", help="With --verdict: PEM of the key that must have signed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a package: every file's digest, its golden documents, and the gate's signed verdict where one is given."""
    from mailroom.contracts.errors import UsageError
    from mailroom.model_package import load
    from mailroom.model_package.manifest import GOLDEN
    from mailroom.terminal import emit

    if (verdict is None) is not (public_key is None):
        raise UsageError("--verdict and --public-key are given together, or neither")
    loaded = load(package)
    if verdict is not None and public_key is not None:
        from training.gate.signing import require_pass, verified

        require_pass(verified(verdict, public_key), digest=loaded.manifest.digest)
    result: dict[str, Any] = {
        "verdict": None if verdict is None else "pass",
        "package": str(package),
        "digest": loaded.manifest.digest,
        "golden_documents": len((package / GOLDEN).read_text(encoding="utf-8").splitlines()),
        "largest_difference": loaded.check_golden(),
    }
    emit(
        result,
        as_json=as_json,
        render=lambda console: console.print(
            f"{package} is whole; {result['golden_documents']} golden documents differ by at most "
            f"{result['largest_difference']:.1e}" + ("; the gate let it through" if verdict else ""),
            highlight=False,
            markup=False,
            soft_wrap=True,
        ),
    )


def _registry(uri: str, model: str) -> Any:
    from training.tracking.registry import Registry
    from training.tracking.settings import tracking_settings

    return Registry(tracking_settings(uri, model))
