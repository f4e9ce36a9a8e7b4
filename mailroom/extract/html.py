"""The text of HTML, laid out as a browser would, by Inscriptis over lxml."""

import functools
import re
from dataclasses import replace
from typing import Any

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import encodings, text
from mailroom.extract.results import Limits, TextFound
from mailroom.extract.sniffing import Kind

_UNSEEN = ("script", "style", "template", "noscript")
_HIDDEN = "//*[@hidden]"

_CHARSET_WITHIN = 4096


def parse(data: bytes, kind: Kind, limits: Limits) -> TextFound:
    """The visible text, tables and lists laid out in lines.

    Raises:
        MalformedRecord: Nothing visible in it (`Reason.NO_TEXT`), or no HTML after all (`Reason.UNPARSABLE`).
    """
    kind = _as_declared(data, kind)
    markup = text.decode(data, kind.encoding)
    try:
        visible = visible_text(markup)
    except (ValueError, AssertionError, RecursionError, LookupError) as error:
        raise MalformedRecord(
            Reason.UNPARSABLE, f"not readable as HTML ({error}): send it as text"
        ) from error
    return text.found(visible, kind, limits)


def _as_declared(data: bytes, kind: Kind) -> Kind:
    """The encoding that the page itself names, where its bytes were not plainly Unicode."""
    named = _charset().search(data, 0, _CHARSET_WITHIN)
    if named is None or (kind.encoding or "utf-8").startswith("utf"):
        return kind
    encoding = encodings.believable(named[1].decode("ascii"), data)
    return kind if encoding is None else replace(kind, encoding=encoding)


def visible_text(markup: str) -> str:
    """The text that a reader of decoded HTML sees.

    Raises:
        ValueError, AssertionError, RecursionError, LookupError: As lxml and Inscriptis do on hostile markup.
    """
    from inscriptis import Inscriptis  # noqa: PLC0415 - with lxml a tenth of a second to import

    tree = _tree(markup)
    return "" if tree is None else str(Inscriptis(tree, _layout()).get_text())


def _tree(markup: str) -> Any:
    from lxml import etree, html  # noqa: PLC0415

    # lxml refuses a declared encoding in text that is decoded already, and NUL characters.
    markup = _declaration().sub("", markup, count=1).replace("\0", "")
    try:
        tree = html.document_fromstring(markup)
    except etree.ParserError:
        return None
    unseen = [
        *tree.iter(*_UNSEEN, etree.Comment),
        *(tree.xpath(_HIDDEN) if "hidden" in markup.lower() else ()),
    ]
    for element in unseen:
        if element.getparent() is not None:
            element.drop_tree()
    return tree


@functools.cache
def _layout() -> Any:
    from inscriptis.css_profiles import CSS_PROFILES  # noqa: PLC0415
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415

    return ParserConfig(css=CSS_PROFILES["strict"])


@functools.cache
def _declaration() -> re.Pattern[str]:
    return re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


@functools.cache
def _charset() -> re.Pattern[bytes]:
    return re.compile(rb"(?i)(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([a-z0-9_:.-]{2,40})")
