"""A receiver that answers at once, as a process of its own, so that it takes no time from who is measured."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from mailroom.embedded.ports import any_free

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of a receiver that lives for a minute
SECONDS = 30.0


@contextmanager
def listening() -> Iterator[str]:
    """The receiver's address."""
    port = any_free()
    url = f"http://127.0.0.1:{port}/"
    with subprocess.Popen([sys.executable, "-m", "benchmarks.deliveries.receiver", str(port)]) as process:
        try:
            _wait(url)
            yield url
        finally:
            process.kill()


def _wait(url: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, data=b"", timeout=SECONDS).close()  # noqa: S310 - our own
        except urllib.error.URLError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(url)


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


if __name__ == "__main__":
    application = web.Application()
    application.router.add_post("/", _take)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
