"""Samples on disk: one file per document and a `labels.jsonl` that names and describes them."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from mailroom.contracts.errors import UsageError
from mailroom.terminal import messages
from samples.errors import UnknownChoice
from samples.rendering import render, suffix_of
from samples.sample import FORMS, Sample

LABELS_FILE = "labels.jsonl"


def prepare_folder(folder: Path, *, overwrite: bool) -> None:
    """Make the folder.

    Raises:
        UsageError: It is a file, or has files in it and `overwrite` is not set.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder with --output")
    if folder.exists() and any(folder.iterdir()) and not overwrite:
        raise UsageError(f"{folder} is not empty; name another folder with --output, or add --overwrite")
    folder.mkdir(parents=True, exist_ok=True)


def write_samples(
    samples: Iterable[Sample], count: int, folder: Path, *, forms: Sequence[str]
) -> dict[str, Any]:
    """Write every sample in the next of `forms`, or none of them to files when `forms` is empty.

    Returns:
        `documents`, `labels_file`, and counts by label, language and form.

    Raises:
        UnknownChoice: A form that does not exist.
    """
    unknown = [form for form in forms if form not in FORMS]
    if unknown:
        raise UnknownChoice(f"no form named {', '.join(unknown)}; choose from {', '.join(FORMS)}")
    counts: dict[str, Counter[str]] = {"labels": Counter(), "languages": Counter(), "forms": Counter()}
    path = folder / LABELS_FILE
    with path.open("w", encoding="utf-8") as stream:
        console = messages()
        watched = track(
            samples, "Writing documents", total=count, console=console, disable=not console.is_terminal
        )
        for position, sample in enumerate(watched):
            form = _form(position, forms)
            stream.write(json.dumps(_row(sample, form, folder), ensure_ascii=False) + "\n")
            for key, value in zip(counts, (sample.label, sample.lang, form or "inline"), strict=True):
                counts[key][value] += 1
    totals = {key: dict(sorted(counter.items())) for key, counter in counts.items()}
    return {"documents": sum(counts["labels"].values()), "labels_file": str(path), **totals}


def _form(position: int, forms: Sequence[str]) -> str | None:
    # Labels take turns too: a step per round keeps labels and forms from running in lockstep.
    return forms[(position + position // len(forms)) % len(forms)] if forms else None


def _row(sample: Sample, form: str | None, folder: Path) -> dict[str, str]:
    row = {"id": sample.id, "label": sample.label}
    if form:
        name = f"{sample.id}.{suffix_of(sample, form)}"
        (folder / name).write_bytes(render(sample, form))
        row |= {"path": name, "form": form}
    return row | {"source": sample.source, "group": sample.group, "lang": sample.lang, "text": sample.text}
