"""`python -m benchmarks.console`: how soon pages can be used, and how soon a label is on the page."""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.lookup import world
from benchmarks.lookup.timing import Times
from console.accounts import first
from departments.desks import DeskRules
from departments.projection import documents
from departments.store.engine import Store, open_store
from mailroom.desk_settings import DesksSettings
from mailroom.readiness import VARIABLE
from mailroom.settings import DEPARTMENTS

YARDSTICK = "/livez"
"""A word of plain text by the same server to the same browser."""
PAGES = {
    "live": "/",
    "documents": "/documents",
    "documents of a desk": "/documents?desk=sales",
    "documents of a label": "/documents?label=invoice",
    "search by name": "/documents?q=scan-777",
    "a document": f"/documents/{world.identifier(777)}",
    "review": "/review",
}
INTERACTIVE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
"""Milliseconds from the navigation's begin until the page and its script can be used."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; times in milliseconds."""

    what: str
    times: Times
    ratio: float


def main() -> None:
    """Fill a database, open the console over it, and look."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="mailroom-console-") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'departments.db'}"
        with closing(open_store(DesksSettings(database=database))) as store:
            world.fill(store, arguments.documents)
            with _console(folder, database) as url, _browser(url, folder) as page:
                rows = list(_rows(page, arguments.times))
                label = _label_to_page(page, store, arguments.documents, arguments.times)
    if arguments.json:
        pages = [asdict(row) for row in rows]
        print(json.dumps({"documents": arguments.documents, "pages": pages, "label": asdict(label)}))
    else:
        print(_table(rows, label))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument(
        "--times", type=int, default=40, help="that each page is opened, and labels that come in"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _rows(page: Page, times: int) -> Iterator[Row]:
    yardstick = _opened(page, YARDSTICK, times)
    yield Row("nothing but a word", yardstick, 1.0)
    for what, path in PAGES.items():
        found = _opened(page, path, times)
        yield Row(what, found, found.p50 / yardstick.p50)


def _opened(page: Page, path: str, times: int) -> Times:
    spent = []
    for _ in range(times):
        page.goto(path)
        spent.append(float(page.evaluate(INTERACTIVE)))
    return Times(statistics.median(spent), statistics.quantiles(spent, n=100)[98])


def _label_to_page(page: Page, store: Store, count: int, times: int) -> Times:
    """From before the label is written to the database until its row is on the open page, as the browser sees it."""
    page.goto("/")
    source, rules, spent = random.Random(5), DeskRules(DEPARTMENTS), []
    for number in range(times):
        fresh = world.labelled(count + number, count, source)
        begin = time.perf_counter()
        with store.writing() as session:
            documents.project(session, [fresh], rules)
        page.wait_for_selector(f'tr[data-id="{world.identifier(count + number)}"]')
        spent.append((time.perf_counter() - begin) * 1000)
    return Times(statistics.median(spent), statistics.quantiles(spent, n=100)[98])


@contextmanager
def _browser(url: str, folder: Path) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("Chromium is not installed: `bash scripts/bootstrap.sh --for-tests` does it")
    name, password = first.password_file(folder).read_text(encoding="utf-8").split()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=program, args=arguments).new_page(base_url=url)
        page.goto("/sign-in")
        page.get_by_label("Account").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        yield page


@contextmanager
def _console(folder: Path, database: str) -> Iterator[str]:
    ready = folder / "ready"
    variables = {
        "MAILROOM_HOME": str(folder),
        "MAILROOM_DESKS__DATABASE": database,
        "MAILROOM_CONSOLE__PORT": "0",
        VARIABLE: str(ready),
    }
    command = [sys.executable, "-m", "console"]
    with subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise SystemExit("the console did not open")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{json.loads(ready.read_text())['port']}"
        finally:
            process.terminate()


def _table(rows: list[Row], label: Times) -> str:
    lines = [f"{'':28}{'p50':>9}{'p99':>9}{'ratio of p50':>14}"]
    lines += [f"{row.what:28}{row.times.p50:9.1f}{row.times.p99:9.1f}{row.ratio:14.1f}" for row in rows]
    lines += [
        f"{'a label is on the page':28}{label.p50:9.1f}{label.p99:9.1f}",
        "milliseconds until a page and its script can be used, in Chromium; of a label from before it is written",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
