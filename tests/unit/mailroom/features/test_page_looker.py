"""Pages made small in a child process, whatever becomes of the child."""

import io
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.kept_child import ChildLimits
from mailroom.features.page_looker import PageLooker
from mailroom.features.pages import HEIGHT, WIDTH, document_pixels

FATAL = "tests.unit.mailroom.features.fatal_page_worker"


def test_a_child_sees_what_this_process_would() -> None:
    """The same pixels, to the last one."""
    page = io.BytesIO()
    Image.radial_gradient("L").save(page, "PNG")
    with closing(PageLooker()) as look:
        seen = look(page.getvalue())
    assert seen.shape == (1, HEIGHT, WIDTH)
    np.testing.assert_array_equal(seen, document_pixels(page.getvalue()))


def test_a_document_that_is_none_is_refused_with_its_reason() -> None:
    """What the child refuses, its caller refuses."""
    with closing(PageLooker()) as look, pytest.raises(MalformedRecord, match="white space") as refusal:
        look(b"  ")
    assert refusal.value.reason is Reason.EMPTY


def test_a_page_that_kills_its_child_is_refused_and_the_next_is_seen() -> None:
    """A crash in native code costs one document."""
    with closing(PageLooker(worker=FATAL)) as look:
        with pytest.raises(MalformedRecord, match=r"died of it \(status -11\)") as refusal:
            look(b"deadly")
        assert refusal.value.reason is Reason.UNPARSABLE
        assert look(b"harmless").shape == (0, HEIGHT, WIDTH)


def test_a_page_without_an_end_is_given_up() -> None:
    """Its child is ended when its time is over, and not asked a second time."""
    limits = ChildLimits(seconds=0.2)
    with closing(PageLooker(worker=FATAL, limits=limits)) as look:
        look(b"harmless")
        with pytest.raises(MalformedRecord, match=r"not read within 0\.2 seconds") as refusal:
            look(b"endless")
    assert refusal.value.reason is Reason.TOO_SLOW
