"""Write the JSON Schemas of the contracts; `--check` fails where the committed ones differ.

The schemas are made from the dataclasses by pydantic, so that no second description of a record exists.
"""

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter

from mailroom.contracts.records import SCHEMA_VERSION, Classification, Duplicate, Feedback, TextDocument
from mailroom.contracts.topics import Topic

FOLDER = Path(__file__).parent.parent / "mailroom" / "contracts" / "schemas"
VALUES = {
    Topic.TEXT: TextDocument,
    Topic.CLASSIFIED: Classification,
    Topic.DUPLICATES: Duplicate,
    Topic.FEEDBACK: Feedback,
}


def schemas() -> dict[Path, str]:
    """Each schema file with its text."""
    return {
        FOLDER / f"{topic}.v{SCHEMA_VERSION}.json": _schema(topic, kind) for topic, kind in VALUES.items()
    }


def main(arguments: list[str]) -> int:
    """Write or check; the exit status."""
    stale = [path for path, text in schemas().items() if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.name} is not what the records say: run `make fix`\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(schemas()[path])
    return 0


def _schema(topic: str, kind: type) -> str:
    schema = TypeAdapter(kind).json_schema()
    # Optional fields are left out of a record, never null; readers ignore what they do not know.
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"mailroom:{topic}:v{SCHEMA_VERSION}",
    }
    return json.dumps({**document, **schema}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
