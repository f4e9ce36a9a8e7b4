"""A registry of images on this machine, of Debian's package."""

import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from mailroom.embedded.ports import any_free

CONFIGURATION = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
log: {{accesslog: {{disabled: true}}, level: warn}}
"""


class ImageRegistry:
    """A registry that can be stopped and started again.

    Args:
        folder: For what it keeps.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("docker-registry") is None:
            pytest.skip(
                "there is no docker-registry on this machine: scripts/bootstrap.sh --for-tests installs it"
            )
        self.host = f"127.0.0.1:{any_free()}"
        self._file, self._log = folder / "registry.yml", folder / "registry.log"
        port = self.host.partition(":")[2]
        self._file.write_text(CONFIGURATION.format(folder=folder / "kept", port=port), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(self._file)], stdout=log, stderr=log
            )
        end = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < end, self._log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def stop(self) -> None:
        """As if its machine had lost power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def digest(self, repository: str, tag: str) -> str:
        """What it calls an image; empty if it has none of the name."""
        kinds = {"accept": "application/vnd.docker.distribution.manifest.v2+json"}
        answer = httpx.head(f"http://{self.host}/v2/{repository}/manifests/{tag}", headers=kinds)
        return str(answer.headers.get("docker-content-digest", ""))

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://{self.host}/v2/").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False
