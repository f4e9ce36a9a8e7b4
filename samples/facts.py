"""The world of one document: its people, figures and goods, each drawn when first named and kept."""

import datetime as dt
import math
from collections.abc import Callable
from random import Random
from typing import Any

from samples import tables
from samples.errors import BrokenSampleData
from samples.figures import MONTHS, WEEKDAYS, draw_style, write_date, write_money, write_number
from samples.grammar import Template
from samples.library import Family
from samples.pools import load_pools

_WITH_CENTS = 0.6  # of prices; the others are round
_ASCII = str.maketrans("äöüßéèêáàâíîóôúûñçëïÄÖÜÉÁÓÍ", "aouseeeaaaiioouunceiAOUEAOI")


class Facts:
    """Fills slots from a family's phrases and from values; implements the grammar's `Scope`.

    A value keeps its first draw: `{client}` is one company throughout, `{client2}` another.
    """

    def __init__(self, family: Family, lang: str, rng: Random) -> None:
        self.lang = lang
        self.rng = rng
        self.random = rng.random
        self.style = draw_style(lang, rng)
        self.pools = load_pools(lang)
        self._family = family
        self._phrases = family.phrases[lang]
        self._kept: dict[str, Any] = {}
        self._decks: dict[str, list[Template]] = {}

    def fill(self, name: str) -> str:
        """One phrase of that name, else the value of that name.

        Raises:
            BrokenSampleData: Neither exists in this family and language.
        """
        options = self._phrases.get(name)
        if options is not None:
            return options[0](self) if len(options) == 1 else self._draw(name, options)(self)
        return str(self.keep(name))

    def fill_many(self, name: str, count: int) -> list[str]:
        """Up to `count` different phrases of that name."""
        options = self._phrases.get(name)
        if options is None:
            return [str(self.keep(f"{name}{number or ''}")) for number in range(count)]
        return [self._draw(name, options)(self) for _ in range(min(count, len(options)))]

    def keep(self, name: str) -> Any:
        """The value of that name, drawn once; digits at the end make it another draw."""
        if name not in self._kept:
            base = name.rstrip("0123456789")
            maker = VALUES.get(base)
            if maker is None:
                raise BrokenSampleData(
                    f"{self._family.label}/{self._family.name} ({self.lang}): no phrase or value named '{name}'"
                )
            self._kept[name] = maker(self, name)
        return self._kept[name]

    def draw_items(self, count: int) -> list[str]:
        """Up to `count` different goods or services of the family's trade."""
        items = self._family.items[self.lang]
        if not items:
            raise BrokenSampleData(f"{self._family.label}/{self._family.name} ({self.lang}): no items")
        return self.rng.sample(items, min(count, len(items)))

    def draw_price(self) -> float:
        """A unit price between the trade's bounds, evenly on a logarithmic scale."""
        low, high = self._family.prices
        price = math.exp(self.rng.uniform(math.log(low), math.log(high)))
        return round(price, 2) if self.random() < _WITH_CENTS else float(max(1, round(price)))

    def one(self, options: tuple[str, ...] | list[str]) -> str:
        """One of several words."""
        return options[int(self.random() * len(options))]

    def digits(self, count: int) -> str:
        """That many digits, the first not 0."""
        return str(int(10 ** (count - 1) * (1 + 9 * self.random())))

    def _draw(self, name: str, options: tuple[Template, ...]) -> Template:
        deck = self._decks.get(name)
        if not deck:
            deck = self._decks[name] = list(options)
        chosen = int(self.random() * len(deck))
        deck[chosen], deck[-1] = deck[-1], deck[chosen]
        return deck.pop()


Maker = Callable[[Facts, str], Any]


def _first(facts: Facts, name: str) -> str:
    gender = facts.keep("gender" + name.removesuffix("_first"))
    return facts.one(facts.pools.women if gender == "f" else facts.pools.men)


def _person(name: str) -> Maker:
    return lambda facts, _: f"{facts.keep(name + '_first')} {facts.keep(name + '_last')}"


def _dear(facts: Facts, _name: str) -> str:
    return facts.fill("dear_f" if facts.keep("genderyou") == "f" else "dear_m")


def _slug(text: str) -> str:
    return (
        "".join(c for c in text.translate(_ASCII).lower() if c.isalnum() or c in " -").split(" ")[0] or "info"
    )


def _domain(facts: Facts, name: str) -> str:
    company = facts.fill("client" if name.startswith("client") else "company")
    ending = facts.one({"en": ["com", "co.uk", "org", "io"], "de": ["de", "com", "at", "ch"],
                        "fr": ["fr", "com", "ch"], "es": ["es", "com", "com.mx"]}[facts.lang])  # fmt: skip
    return f"{_slug(company).strip('-')}.{ending}"


def _mail(person: str) -> Maker:
    def made(facts: Facts, _name: str) -> str:
        first, last = _slug(facts.keep(f"{person}_first")), _slug(facts.keep(f"{person}_last"))
        host = facts.one(
            ["gmail.com", "outlook.com", "example.org", "example.com", "yahoo.com", facts.keep("domain")]
        )
        return facts.one(
            [f"{first}.{last}@{host}", f"{first[0]}{last}@{host}", f"{last}{facts.digits(2)}@{host}"]
        )

    return made


def _date(low: int, high: int) -> Maker:
    def made(facts: Facts, _name: str) -> str:
        day = facts.style.today + dt.timedelta(days=facts.rng.randint(low, high))
        return write_date(day, facts.lang, facts.style)

    return made


def _reference(facts: Facts, _name: str) -> str:
    letters = "".join(facts.one(list("ABCDEFGHKLMNPRSTVWXZ")) for _ in range(2))
    year, digits = facts.style.today.year, facts.digits(facts.rng.randint(3, 7))
    return facts.one(
        [digits, digits, f"{year}-{digits}", f"{letters}-{digits}", f"{letters}{digits}", f"{digits}/{year % 100:02}",
         f"{letters}/{year}/{digits}", f"#{digits}"]
    )  # fmt: skip


def _junk(facts: Facts, _name: str) -> str:
    """Letters as a scanner reads them from a photograph or a hand."""
    signs = "aeiounrstlmcdgwMTVSIl1.,;:-_~|\\/'\"*=()"
    words = (
        "".join(facts.rng.choices(signs, k=facts.rng.randint(1, 9))) for _ in range(facts.rng.randint(3, 14))
    )
    return " ".join(words)


def _amount(facts: Facts, _name: str) -> str:
    value = math.exp(facts.rng.uniform(2.3, 8.5))
    return write_money(round(value, 2) if facts.random() < _WITH_CENTS else float(round(value)), facts.style)


def _big_amount(facts: Facts, _name: str) -> str:
    return write_money(float(round(math.exp(facts.rng.uniform(8, 14)), -2)), facts.style)


def _iban(facts: Facts, _name: str) -> str:
    country = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES"}[facts.lang]
    return (
        f"{country}{facts.digits(2)} " + " ".join(facts.digits(4) for _ in range(4)) + f" {facts.digits(2)}"
    )


def _vat_id(facts: Facts, _name: str) -> str:
    return {"en": "GB{}", "de": "DE{}", "fr": "FR{}", "es": "ESB{}"}[facts.lang].format(facts.digits(9))


def _net(facts: Facts, _name: str) -> float:
    return tables.net_total(facts.keep("lines"))


def _gross(facts: Facts, _name: str) -> str:
    net = facts.keep("netvalue")
    return write_money(net + round(net * facts.style.vat / 100, 2), facts.style)


def _item(facts: Facts, name: str) -> str:
    """`{item}`, `{item2}` and so on are different goods while there are enough."""
    goods: list[str] = facts.keep("goods")
    return goods[int(name.removeprefix("item") or 1) % len(goods)]


def _pool(attribute: str) -> Maker:
    return lambda facts, _name: facts.one(getattr(facts.pools, attribute))


def _choice(*options: str) -> Maker:
    return lambda facts, _name: facts.one(options)


def _lines(writer: Callable[[tuple[tables.Line, ...], Facts], str]) -> Maker:
    return lambda facts, _name: writer(facts.keep("lines"), facts)


VALUES: dict[str, Maker] = {
    "gender": _choice("f", "m"),
    "genderme": _choice("f", "m"),
    "genderyou": _choice("f", "m"),
    "genderthey": _choice("f", "m"),
    "me_first": _first,
    "you_first": _first,
    "they_first": _first,
    "me_last": _pool("surnames"),
    "you_last": _pool("surnames"),
    "they_last": _pool("surnames"),
    "me": _person("me"),
    "you": _person("you"),
    "they": _person("they"),
    "person": lambda facts, _: (
        f"{facts.one(facts.pools.women + facts.pools.men)} {facts.one(facts.pools.surnames)}"
    ),
    "surname": _pool("surnames"),
    "dear_named": _dear,
    "company": _pool("companies"),
    "client": _pool("companies"),
    "street": _pool("streets"),
    "town": _pool("towns"),
    "postcode": _pool("postcodes"),
    "phone": _pool("phones"),
    "domain": _domain,
    "clientdomain": _domain,
    "me_mail": _mail("me"),
    "you_mail": _mail("you"),
    "they_mail": _mail("they"),
    "date": _date(0, 0),
    "today": _date(0, 0),
    "past": _date(-75, -2),
    "longago": _date(-1500, -200),
    "next": _date(2, 20),
    "due": _date(7, 45),
    "later": _date(25, 160),
    "birth": _date(-20000, -7500),
    "month": lambda facts, _: MONTHS[facts.lang][facts.rng.randrange(12)],
    "weekday": lambda facts, _: WEEKDAYS[facts.lang][facts.rng.randrange(7)],
    "year": lambda facts, _: str(facts.style.today.year),
    "lastyear": lambda facts, _: str(facts.style.today.year - 1),
    "yearago": lambda facts, _: str(facts.style.today.year - facts.rng.randint(2, 15)),
    "time": lambda facts, _: (
        f"{facts.rng.randint(7, 19)}:{facts.rng.choice(('00', '15', '30', '45', '10', '52'))}"
    ),
    "ref": _reference,
    "no": _reference,
    "custno": lambda facts, _: facts.digits(facts.rng.randint(5, 9)),
    "junk": _junk,
    "amount": _amount,
    "big": _big_amount,
    "pct": lambda facts, _: write_number(facts.rng.randint(1, 400) / 10, facts.style, 1),
    "iban": _iban,
    "bic": lambda facts, _: "".join(facts.one(list("ABCDEFGHKLMNPRSTVWXZ")) for _ in range(8)),
    "vat_id": _vat_id,
    "rate": lambda facts, _: write_money(facts.draw_price(), facts.style),
    "goods": lambda facts, _: facts.draw_items(9),
    "item": _item,
    "lines": lambda facts, _: tables.draw_lines(facts),
    "netvalue": _net,
    "net": lambda facts, _: write_money(facts.keep("netvalue"), facts.style),
    "gross": _gross,
    "items": _lines(tables.write_priced),
    "items_plain": _lines(tables.write_unpriced),
    "items_till": _lines(tables.write_receipt),
    "items_prose": _lines(tables.write_prose),
    "totals": lambda facts, _: tables.write_totals(facts.keep("netvalue"), facts),
}
