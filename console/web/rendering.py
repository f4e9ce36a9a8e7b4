"""Pages as HTML: Jinja2, which escapes all that it is given, in the visitor's language and colours."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.accounts.roles import Permission, Person
from console.accounts.sessions import SignedIn
from console.web import formats
from console.web.forms import new_id
from console.web.languages import LANGUAGES, Catalogue, catalogue, chosen

FOLDER = Path(__file__).parent.parent
STATIC = FOLDER / "static"
THEMES = ("system", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "mailroom_language", "mailroom_theme"

NAVIGATION = (
    ("/", "Live", Permission.SEE),
    ("/documents", "Documents", Permission.SEE),
    ("/review", "Review", Permission.REVIEW),
    ("/dead-letters", "Dead letters", Permission.OPERATE),
    ("/models", "Models", Permission.OPERATE),
    ("/settings", "Settings", Permission.OPERATE),
)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes HTML.

    Attributes:
        now: Tells the time, seconds since the epoch, for ages.
    """

    now: formats.Now
    _environments: dict[str, Environment] = field(default_factory=dict)

    def page(
        self, request: Request, template: str, signed_in: SignedIn | None, /, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A whole page; its template knows the status as well."""
        return HTMLResponse(self.html(request, template, signed_in, status=status, **values), status)

    def html(self, request: Request, template: str, signed_in: SignedIn | None, /, **values: Any) -> str:
        """A page, or a part of one."""
        language = language_of(request)
        words = catalogue(language)
        frame = _frame(request, signed_in, words)
        return self._environment(language).get_template(template).render({**frame, **values})

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            self._environments[language] = _environment(language, self.now)
        return self._environments[language]


def _environment(language: str, now: formats.Now) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(static=static_url, new_id=new_id)
    environment.filters.update(formats.filters(catalogue(language), now))
    return environment


def _frame(request: Request, signed_in: SignedIn | None, words: Catalogue) -> Mapping[str, Any]:
    person = None if signed_in is None else signed_in.person
    return {
        "visitor": None if signed_in is None else {"name": signed_in.person.name, "csrf": signed_in.csrf},
        "person": person,
        "role_name": "" if person is None else words.gettext(person.role.value),
        "csrf": "" if signed_in is None else csrf_field(signed_in.csrf),
        "navigation": [] if person is None else navigation(person, words),
        "here": request.url.path,
        "url": own_url(request),
        "language": words.language,
        "languages": LANGUAGES,
        "theme": theme_of(request),
        "themes": [(theme, words.gettext(theme)) for theme in THEMES],
        "note": "",
    }


def navigation(person: Person, words: Catalogue) -> list[tuple[str, str]]:
    """The pages that a person may open."""
    return [(path, words.gettext(name)) for path, name, needed in NAVIGATION if person.may(needed)]


def language_of(request: Request) -> str:
    """The language that a visitor chose, else the one that the browser asks for."""
    return chosen(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""))


def theme_of(request: Request) -> str:
    """The colours that a visitor chose; empty where the system decides."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return theme if theme in THEMES[1:] else ""


def csrf_field(token: str) -> Markup:
    """What every form must bring."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


def own_url(request: Request) -> str:
    """The path and query of a request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


@cache
def static_url(name: str) -> str:
    """Where a file of the page is; another one once its content changes, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
