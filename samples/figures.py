"""Money, numbers and dates as a document of a language writes them: one style for the whole document."""

import datetime as dt
from dataclasses import dataclass
from random import Random

# Pattern of an amount, then how often it is drawn.
_MONEY = {
    "en": (
        ("${}", 6),
        ("£{}", 3),
        ("EUR {}", 2),
        ("USD {}", 2),
        ("{} €", 1),
        ("€{}", 2),
        ("{} GBP", 1),
        ("{}", 2),
    ),
    "de": (("{} €", 6), ("{} EUR", 4), ("EUR {}", 2), ("CHF {}", 2), ("{}", 2)),
    "fr": (("{} €", 7), ("{} EUR", 3), ("CHF {}", 1), ("{} $", 1), ("{}", 1)),
    "es": (("{} €", 6), ("{} EUR", 2), ("${} MXN", 1), ("$ {}", 2), ("{}", 1)),
}
_SEPARATORS = {"en": (",", "."), "de": (".", ","), "fr": (" ", ","), "es": (".", ",")}
_DATES = {
    "en": ("{d} {month} {y}", "{month} {d}, {y}", "{m:02}/{d:02}/{y}", "{d:02}/{m:02}/{y}", "{y}-{m:02}-{d:02}",
           "{d} {mon} {y}", "{mon} {d}, {y}", "{d:02}-{m:02}-{yy:02}", "{m}/{d}/{yy:02}"),
    "de": ("{d}. {month} {y}", "{d:02}.{m:02}.{y}", "{d:02}.{m:02}.{y}", "{d}.{m}.{yy:02}", "{y}-{m:02}-{d:02}"),
    "fr": ("{d} {month} {y}", "{d:02}/{m:02}/{y}", "{d:02}/{m:02}/{y}", "{d:02}.{m:02}.{y}", "{d:02}-{m:02}-{yy:02}"),
    "es": ("{d} de {month} de {y}", "{d:02}/{m:02}/{y}", "{d:02}/{m:02}/{y}", "{d:02}-{m:02}-{y}", "{d} {mon} {y}"),
}  # fmt: skip
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
}
_NO_SEPARATOR = 0.2  # of documents write 1234.50
_RECENT = 0.85  # of documents are younger than 2008
VAT_RATES = {
    "en": (0, 5, 8.25, 10, 20, 6),
    "de": (19, 7, 0, 20, 8.1),
    "fr": (20, 10, 5.5),
    "es": (21, 10, 4, 16),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How one document writes figures."""

    money: str
    thousands: str
    decimal: str
    date: str
    vat: float
    today: dt.date


def draw_style(lang: str, rng: Random) -> Style:
    """Draw the style of one document of a language."""
    patterns = _MONEY[lang]
    money = rng.choices([p for p, _ in patterns], [w for _, w in patterns])[0]
    thousands, decimal = _SEPARATORS[lang]
    if "CHF" in money:
        thousands, decimal = "'", "."
    elif "$" in money and lang == "es":
        thousands, decimal = ",", "."
    elif rng.random() < _NO_SEPARATOR:
        thousands = ""
    year = rng.randint(2008, 2026) if rng.random() < _RECENT else rng.randint(1962, 2007)
    today = dt.date(year, rng.randint(1, 12), rng.randint(1, 28))
    return Style(money, thousands, decimal, rng.choice(_DATES[lang]), rng.choice(VAT_RATES[lang]), today)


def write_number(value: float, style: Style, decimals: int = 2) -> str:
    """A number with the document's separators."""
    text = f"{value:,.{decimals}f}"
    return text.replace(",", "\0").replace(".", style.decimal).replace("\0", style.thousands)


def write_money(value: float, style: Style) -> str:
    """An amount with the document's currency, where it writes one."""
    return style.money.format(write_number(value, style))


def write_date(day: dt.date, lang: str, style: Style) -> str:
    """A date in the document's way."""
    month = MONTHS[lang][day.month - 1]
    return style.date.format(
        d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3]
    )
