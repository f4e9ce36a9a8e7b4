"""`python -m benchmarks.gate`: the gate's decision on 5,000 documents, beside bare predictions of both packages."""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from mailroom.embedded.packages import provide_package
from mailroom.model_package import load
from mailroom.progress import line
from mailroom.textprep import cleanse
from training.gate.cases import Case
from training.gate.judging import judge
from training.gate.limits import Limits
from training.generated import generate
from training.shell import train_package

TARGET_SECONDS = 60.0
SEED, OTHER_SEED = 4_321, 8_765
LIMITS = Limits(leaked=0.01)
"""Of thousands of generated documents a few are the same by chance."""


def main() -> None:
    """Judge a package beside the default one; status 1 above the target."""
    arguments = _parser().parse_args()
    documents = generate(arguments.documents, SEED)
    with tempfile.TemporaryDirectory() as folder:
        candidate, champion = _candidate(Path(folder) / "candidate"), provide_package(line)
        bare = _bare((candidate, champion), documents)
        case = Case(str(candidate), str(champion), (documents,), LIMITS, in_process=arguments.in_process)
        begin = time.perf_counter()
        verdict = judge(case, line)
        seconds = time.perf_counter() - begin
    result: dict[str, Any] = {
        "documents": arguments.documents,
        "containers": not arguments.in_process,
        "seconds": seconds,
        "bare_seconds": bare,
        "ratio": seconds / bare,
        "decision": verdict.told()["decision"],
        "reasons": [str(refusal.cause) for refusal in verdict.refusals],
    }
    print(json.dumps(result) if arguments.json else _table(result))
    raise SystemExit(0 if seconds < TARGET_SECONDS else 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--in-process", action="store_true", help="without containers")
    parser.add_argument("--json", action="store_true")
    return parser


def _candidate(folder: Path) -> Path:
    lessons = generate(1_400, OTHER_SEED)
    train_package([lessons], folder, kernel_name="text-linear", seed=1, name="mailroom", version="candidate")
    return folder


def _bare(packages: tuple[Path, Path], documents: Path) -> float:
    """The yardstick: both packages load, and predict the cleansed texts in this process."""
    begin = time.perf_counter()
    rows = map(json.loads, documents.read_text(encoding="utf-8").splitlines())
    texts = [cleanse(row["text"]).text for row in rows]
    for package in packages:
        load(package).predict(texts)
    return time.perf_counter() - begin


def _table(result: dict[str, Any]) -> str:
    return "\n".join(
        [
            "| | measured | target: below |",
            "|---|---|---|",
            f"| decision on {result['documents']} documents | {result['seconds']:.1f} s | {TARGET_SECONDS:.0f} s |",
            f"| times bare predictions ({result['bare_seconds']:.1f} s) | {result['ratio']:.1f} | |",
            f"| decision | {result['decision']} {', '.join(result['reasons'])} | |",
        ]
    )


if __name__ == "__main__":
    main()
