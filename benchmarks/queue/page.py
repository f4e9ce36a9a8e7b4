"""The review page as a browser's form fields."""

import html
import re
from dataclasses import dataclass

_FORM = re.compile(r'<form method="post" action="(?P<action>[^"]+)">(?P<fields>.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)">')


@dataclass(frozen=True, slots=True)
class Form:
    """A form that does something.

    Attributes:
        action: The path that it goes to.
        fields: Names and values that go along.
    """

    action: str
    fields: dict[str, str]

    @property
    def kind(self) -> str:
        """Which act it is; empty for one that undoes."""
        return self.fields.get("kind", "")


def forms(page: str) -> list[Form]:
    """The forms of a page that go to the queue, in order."""
    found = (Form(form["action"], _fields(form["fields"])) for form in _FORM.finditer(page))
    return [form for form in found if form.action.startswith("/review/")]


def _fields(text: str) -> dict[str, str]:
    return {html.unescape(name): html.unescape(value) for name, value in _FIELD.findall(text)}
