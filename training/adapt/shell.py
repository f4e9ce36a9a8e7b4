"""The shell of `mailroom adapt`: files in, files out, what was done on standard error."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailroom.model_package import load
from mailroom.model_package.writing import refuse_foreign
from mailroom.terminal import messages
from training.adapt.adapting import adapt, require_adaptable, write_adapted
from training.documents import read_documents
from training.files import text_of_file
from training.run import cleansed


def adapt_package(directory: Path, paths: Sequence[Path], output: Path) -> dict[str, Any]:
    """Read, teach, write.

    Args:
        directory: The package.
        paths: Corrected documents.
        output: Where the new package goes; may be the old one's place.

    Raises:
        UsageError: The package is none of texts, the documents cannot be read, have an unknown label or are too many,
            or `output` holds something else.
        PackageError: The package must not be used.
    """
    started = time.perf_counter()
    refuse_foreign(output)
    package = load(directory)
    documents = cleansed(read_documents(paths, package.manifest.labels, read_file=text_of_file))
    require_adaptable(package, documents)
    adapted = adapt(package, documents)
    manifest = write_adapted(output, package, adapted, documents)
    if adapted.reason:
        messages().print(
            f"{adapted.reason}: a small residual layer was fitted over the package. It knows these documents and "
            "their like; a refit, on the machine that trained, learns more from them.",
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )
    return {
        "package": str(output),
        "name": manifest.name,
        "version": manifest.version,
        "digest": manifest.digest,
        "adapted_from": manifest.adapted_from,
        "corrected_documents": len(documents),
        "way": adapted.way,
        "reason": adapted.reason,
        "seconds": round(time.perf_counter() - started, 2),
    }
