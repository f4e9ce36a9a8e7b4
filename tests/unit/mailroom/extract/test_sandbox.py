import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, PagesFound, TextFound
from mailroom.extract.sandbox import Sandbox, SandboxLimits

Make = Callable[..., bytes]


def _child(sandbox: Sandbox) -> int:
    assert sandbox.child is not None
    return sandbox.child


def _gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        threading.Event().wait(0.02)
    return False


def test_the_child_finds_what_extract_finds(make_pdf: Make, make_image: Make) -> None:
    """Text, pages and refusals come through the pipe as they are, from one warm child."""
    with Sandbox() as sandbox:
        assert sandbox.extract(make_pdf("Größe 5 €".replace("€", "EUR"))) == TextFound(
            "application/pdf", "Größe 5 EUR", None
        )
        child = _child(sandbox)
        assert sandbox.extract(make_image("JPEG")) == PagesFound("image/jpeg", 1)
        with pytest.raises(MalformedRecord, match="needs a password") as refusal:
            sandbox.extract(make_pdf(owner_password="a", user_password="b"))  # noqa: S106
        assert refusal.value.reason is Reason.ENCRYPTED
        assert _child(sandbox) == child


def test_text_starts_no_child() -> None:
    """Plain text and small HTML are read where they are, and so are refusals that need no parser."""
    with Sandbox() as sandbox:
        sandbox.extract(b"Dear Sir or Madam")
        sandbox.extract(b"<html><p>Hi</p></html>")
        with pytest.raises(MalformedRecord):
            sandbox.extract(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
        assert sandbox.child is None


def test_large_html_goes_to_the_child() -> None:
    """HTML above 64 KB is parsed in the child."""
    with Sandbox() as sandbox:
        assert isinstance(sandbox.extract(b"<html><p>" + b"Hi " * 30_000), TextFound)
        assert sandbox.child is not None


def test_limits_reach_the_child(make_pdf: Make) -> None:
    """The document limits hold there as well."""
    with Sandbox(SandboxLimits(documents=Limits(max_characters=5))) as sandbox:
        assert sandbox.extract(make_pdf("Hello world")) == TextFound("application/pdf", "Hello", None)


def test_a_document_that_takes_too_long(make_pdf: Make) -> None:
    """At the time limit the child is killed, and the next document gets a fresh one."""
    with Sandbox(SandboxLimits(wall_seconds=1)) as sandbox:
        sandbox.extract(make_pdf("Hello"))
        stopped = _child(sandbox)
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(MalformedRecord) as refusal:
            sandbox.extract(make_pdf("Hello"))
        assert refusal.value.reason is Reason.TOO_SLOW
        assert isinstance(sandbox.extract(make_pdf("Hello")), TextFound)
        assert _child(sandbox) != stopped


def test_a_document_that_takes_too_much_processor_time() -> None:
    """The kernel ends a child that computes for too long."""
    data = b"<html>" + b"<p>a</p>" * 1_000_000
    with Sandbox(SandboxLimits(cpu_seconds=1)) as sandbox, pytest.raises(MalformedRecord) as refusal:
        sandbox.extract(data)

    assert refusal.value.reason is Reason.TOO_SLOW


def test_a_document_that_needs_too_much_memory() -> None:
    """Within its address space the child refuses, or dies; either way the document is refused."""
    out = io.BytesIO()
    Image.new("RGB", (8500, 8500)).save(out, "PNG")
    with (
        Sandbox(SandboxLimits(memory_bytes=200 * 1024**2)) as sandbox,
        pytest.raises(MalformedRecord) as refusal,
    ):
        sandbox.extract(out.getvalue())

    assert refusal.value.reason is Reason.UNPARSABLE


def test_a_child_that_died_between_documents_is_replaced(make_pdf: Make) -> None:
    """A crash that no document caused costs no document."""
    with Sandbox() as sandbox:
        sandbox.extract(make_pdf("Hello"))
        os.kill(_child(sandbox), signal.SIGSEGV)
        assert _gone_within(_child(sandbox), 10)
        assert isinstance(sandbox.extract(make_pdf("Hello")), TextFound)


def test_a_child_is_replaced_after_its_share(make_pdf: Make) -> None:
    """Leaks of a parser are bounded."""
    with Sandbox(SandboxLimits(documents_per_child=1)) as sandbox:
        sandbox.extract(make_pdf("Hello"))
        assert sandbox.child is None


def test_closing_ends_the_child(make_pdf: Make) -> None:
    """Nothing is left behind."""
    with Sandbox() as sandbox:
        sandbox.extract(make_pdf("Hello"))
        child = _child(sandbox)

    assert _gone_within(child, 10)


def test_the_child_dies_with_its_parent(make_pdf: Make, tmp_path: Path) -> None:
    """After a kill -9 of the parent, the child ends by itself."""
    (tmp_path / "x.pdf").write_bytes(make_pdf("Hello"))
    script = (
        "import sys, pathlib, signal\n"
        "from mailroom.extract.sandbox import Sandbox\n"
        "sandbox = Sandbox()\n"
        "sandbox.extract(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "print(sandbox.child, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "x.pdf")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert _gone_within(child, 15)
