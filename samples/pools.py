"""Names, companies and places drawn from Faker once per language, so that a document costs no Faker call."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

LOCALES = {
    "en": ("en_US", "en_GB", "en_AU", "en_CA"),
    "de": ("de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_CH", "fr_CA"),
    "es": ("es_ES", "es_MX", "es_AR"),
}
_SIZE = 240


@dataclass(frozen=True, slots=True)
class Pools:
    """Draws of one language; `places` are pairs of street and postcode with town."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    companies: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    postcodes: tuple[str, ...]
    phones: tuple[str, ...]


@cache
def load_pools(lang: str) -> Pools:
    """The pools of a language, the same in every process."""
    from faker import Faker  # noqa: PLC0415

    fakers = [Faker(locale) for locale in LOCALES[lang]]
    for faker in fakers:
        faker.seed_instance(7)
    return Pools(
        women=_draws(fakers, "first_name_female"),
        men=_draws(fakers, "first_name_male"),
        surnames=_draws(fakers, "last_name"),
        companies=_draws(fakers, "company"),
        streets=_draws(fakers, "street_address"),
        towns=_draws(fakers, "city"),
        postcodes=_draws(fakers, "postcode"),
        phones=_draws(fakers, "phone_number"),
    )


def _draws(fakers: list[Any], provider: str) -> tuple[str, ...]:
    found: list[str] = []
    for faker in fakers:
        draw: Callable[[], str] = getattr(faker, provider)
        # The first locale is the language's home: it gets half of all draws.
        share = _SIZE if faker is fakers[0] else _SIZE // len(fakers)
        found += [text for text in (draw().replace("\n", ", ") for _ in range(share)) if _is_printable(text)]
    return tuple(found)


def _is_printable(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
