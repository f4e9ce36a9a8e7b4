"""`python -m benchmarks.container`: size with and without OCR, and from `docker run` to the first answer."""

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import httpx

from mailroom.embedded.packages import provide_package
from mailroom.model_image.building import build_image
from mailroom.progress import line

READY_SECONDS = 5.0
SIZES = {"with OCR": 700e6, "without OCR": 500e6}
DEADLINE_SECONDS = 120.0


def main() -> None:
    """Build both images, then start containers in turn; status 1 below a target."""
    arguments = _parser().parse_args()
    package = arguments.package or provide_package(line)
    images = {
        "with OCR": build_image(package, "mailroom/benchmark:ocr"),
        "without OCR": build_image(package, "mailroom/benchmark:texts", ocr=False),
    }
    sizes = {name: image.size_bytes for name, image in images.items()}
    rounds = [
        (_bare("mailroom/benchmark:ocr"), _ready("mailroom/benchmark:ocr")) for _ in range(arguments.rounds)
    ]
    result = {"sizes": sizes, **_figures(rounds)}
    print(json.dumps(result) if arguments.json else _table(result))
    met = result["ready_seconds"] < READY_SECONDS and all(sizes[name] < SIZES[name] for name in SIZES)
    raise SystemExit(0 if met else 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="model package; by default the embedded system's")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    return parser


def _bare(image: str) -> float:
    """The yardstick: seconds of a container of the same image in which Python starts and does nothing."""
    began = time.perf_counter()
    with _running(image, ["-c", "pass"], entrypoint="python") as container:
        container.wait(timeout=DEADLINE_SECONDS)
        return time.perf_counter() - began


def _ready(image: str) -> float:
    """Seconds until the door answers that it is ready, with a model that has predicted its golden documents."""
    began = time.perf_counter()
    with _running(image, ["serve"], ports={"8080/tcp": ("127.0.0.1", None)}) as container:
        container.reload()
        [published] = container.ports["8080/tcp"]
        address = f"http://127.0.0.1:{published['HostPort']}/v2/health/ready"
        while not _answers(address):
            if time.perf_counter() - began > DEADLINE_SECONDS:
                raise SystemExit(f"the door did not open: {container.logs().decode()}")
            time.sleep(0.01)
        return time.perf_counter() - began


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@contextmanager
def _running(image: str, command: Sequence[str], **more: Any) -> Iterator[Any]:
    client = docker.from_env()
    container = client.containers.run(image, list(command), detach=True, read_only=True, **more)
    try:
        yield container
    finally:
        container.remove(force=True, v=True)
        client.close()


def _figures(rounds: Sequence[tuple[float, float]]) -> dict[str, Any]:
    bare, ready = (list(column) for column in zip(*rounds, strict=True))
    ratios = [after / before for before, after in rounds]
    return {
        "bare_seconds": statistics.median(bare),
        "ready_seconds": statistics.median(ready),
        "slowest_ready_seconds": max(ready),
        "ratio": statistics.median(ratios),
        "rounds": len(rounds),
    }


def _table(result: dict[str, Any]) -> str:
    sizes = [
        f"| size {name} | {size / 1e6:.0f} MB | {SIZES[name] / 1e6:.0f} MB |"
        for name, size in result["sizes"].items()
    ]
    ready = f"{result['ready_seconds']:.2f} s (slowest {result['slowest_ready_seconds']:.2f} s)"
    times = [
        f"| `docker run` to ready | {ready} | {READY_SECONDS:.0f} s |",
        f"| times of a container that does nothing ({result['bare_seconds']:.2f} s) | {result['ratio']:.1f} | |",
    ]
    return "\n".join(["| | measured | target: below |", "|---|---|---|", *sizes, *times])


if __name__ == "__main__":
    main()
