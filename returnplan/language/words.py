"""Words, numbers and dates for people, in their language.

Code says the English sentence: ``phrase("Met in {year}", year=2031)``. A catalogue in
``language/catalogues`` may hold the same sentence in another language (GNU gettext, one ``.po``
file a language, which Poedit and Weblate read); what it lacks stays English. Files of numbers (CSV,
workbook cells) are never localised.
"""

import datetime as dt
import gettext
import io
import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NewType

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FOLDER = Path(__file__).parent / "catalogues"
LANGUAGES = {
    "en": "English",
    "az": "Azərbaycan dili",
    "ru": "Русский",
    "uk": "Українська",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
}
"""Codes of the languages, each with its own name for itself."""
LOCALES = {"en": "en_GB"}
"""Rules for numbers and dates where the language alone leaves them open."""
SHORT_DATE, LONG_DATE = "d MMM y", "d MMMM y"
DATES = {"en": SHORT_DATE, "es": "d 'de' MMMM 'de' y"}
"""How a date is written in a sentence, where it is not with the whole name of its month."""
FIRST_DAYS = {"fr": "1er"}
"""What the first day of a month is called where it is no plain number."""
DIGITS = "latn"
"""Figures are written 0 to 9 in every language, as in the tables beside them."""
LARGEST_PERCENT = 99
ROUNDING = 1e-9
"""What a share may lack of a half that it stands for."""
DRAWS_FOR_DAYS = 256
"""Fewer draws than these say the quarter in which a date falls, and not its day (model §9)."""
ISOLATE, ISOLATE_LEFT_TO_RIGHT, END_OF_ISOLATE = "\u2068", "\u2066", "\u2069"
"""Marks around a part of a text whose direction does not touch what stands around it; the first one
takes the direction of its first letter (Unicode Annex 9)."""
RIGHT_TO_LEFT_MARK = "\u200f"
_NEEDS_NO_ISOLATE = re.compile(r"[\d.,\s\u0600-\u06ff:()«»]*")
"""Numbers without a sign, and letters that run from right to left anyway."""
Later = NewType("Later", str)
"""A sentence in English that is declared in one place and said in another."""


def later(message: str) -> Later:
    """Declare a sentence where translators find it; :meth:`Words.say` says it.

    Parameters
    ----------
    message
        The sentence in English, as a literal, with names in braces where values stand.
    """
    return Later(message)


def shortened(text: str, letters: int, sign: str = "…") -> str:
    """Keep the beginning of a text that is too long: whole words, where they are not too long.

    Parameters
    ----------
    letters
        Most letters, with the sign.
    sign
        Stands for what is left out.

    Examples
    --------
    >>> shortened("Upper Valley and the hills", 16), shortened("Llanfairpwllgwyngyll", 16)
    ('Upper Valley…', 'Llanfairpwllgwy…')
    """
    if len(text) <= letters:
        return text
    words = textwrap.shorten(text, letters, placeholder=sign)
    if 2 * len(words) > letters:
        return words
    end = letters - len(sign)
    while end > 1 and unicodedata.combining(text[end]):  # a mark stays with its letter
        end -= 1
    return text[:end] + sign


def capital(text: str) -> str:
    """Begin a text with a capital letter; the rest stays."""
    return text[:1].upper() + text[1:]


def plain(name: str) -> str:
    """Write a name that the scenario made up, without its underscores."""
    return name.replace("_", " ")


def direction_of(text: str) -> str:
    r"""Return ``rtl`` or ``ltr``, as the first letter outside of isolates is; empty: there is none.

    That is rule P2 of Unicode Annex 9, which browsers and printers follow.

    Examples
    --------
    >>> direction_of("7 people"), direction_of("\u2068Plan\u2069 \u0645"), direction_of("12 (3)")
    ('ltr', 'rtl', '')
    """
    depth = 0
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return ""


def says_quarters(draws: int | None) -> bool:
    """Whether so many draws say only the quarter of a date; a run on expected values has none.

    Examples
    --------
    >>> [says_quarters(draws) for draws in (None, 0, 1, 255, 256)]
    [False, False, True, True, False]
    """
    return 0 < (draws or 0) < DRAWS_FOR_DAYS


class Words:
    """One language: its words, and how it writes numbers and dates.

    Parameters
    ----------
    language
        Key of ``LANGUAGES``.

    Examples
    --------
    >>> ENGLISH.phrase("{people} people by {day}", people=ENGLISH.number(1234.4), day=2031)
    '1,234 people by 2031'
    >>> words_of("fr").number(1234.5, 1)
    '1\u202f234,5'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES.get(language, language))
        self._catalogue = _catalogue(language)

    @property
    def direction(self) -> str:
        """Return ``rtl`` for languages written from right to left, else ``ltr``."""
        return str(self.locale.text_direction)

    def phrase(self, message: str, /, **values: object) -> str:
        """Return a sentence in this language.

        Parameters
        ----------
        message
            The sentence in English, with names in braces where values stand.
        **values
            What stands there, already written for people.
        """
        return self._filled(self._catalogue.gettext(message), values)

    def say(self, message: Later, /, **values: object) -> str:
        """Return a sentence that :func:`later` declared, as :meth:`phrase` does."""
        return self._filled(self._catalogue.gettext(message), values)

    def _filled(self, form: str, values: Mapping[str, object]) -> str:
        """A sentence with its values; where it runs from right to left, none of them turns it."""
        if self.direction == "ltr":
            return form.format(**values)
        text = form.format(**{name: self.apart(str(value)) for name, value in values.items()})
        return text if direction_of(text) else f"{RIGHT_TO_LEFT_MARK}{text}"

    def apart(self, text: str) -> str:
        r"""Put a text apart that would turn the order of a sentence from right to left.

        Examples
        --------
        >>> Words("ar").apart("Plan 2026"), Words("ar").apart("7,000"), ENGLISH.apart("Plan 2026")
        ('\u2068Plan 2026\u2069', '7,000', 'Plan 2026')
        """
        if self.direction == "ltr" or _NEEDS_NO_ISOLATE.fullmatch(text):
            return text
        return f"{ISOLATE}{text}{END_OF_ISOLATE}"

    def signed(self, text: str, sign: str) -> str:
        r"""Put a sign before a number, where it stays whichever way the sentence runs.

        Examples
        --------
        >>> ENGLISH.signed("5", "+"), Words("ar").signed("5", "+")
        ('+5', '\u2066+5\u2069')
        """
        if self.direction == "ltr":
            return f"{sign}{text}"
        return f"{ISOLATE_LEFT_TO_RIGHT}{sign}{text}{END_OF_ISOLATE}"

    def named(self, name: str, names: Mapping[str, Later]) -> str:
        """Return the word for a name; one that a scenario made up stays as it is written.

        Parameters
        ----------
        name
            For instance of a skill.
        names
            Words by name, as declared.

        Examples
        --------
        >>> ENGLISH.named("health", {"health": later("health care")}), ENGLISH.named("my_own", {})
        ('health care', 'my own')
        """
        return self.say(names[name]) if name in names else plain(name)

    def plural(self, one: str, many: str, number: float, /, **values: object) -> str:
        """Return a sentence whose form depends on a number; ``{number}`` stands for it.

        Parameters
        ----------
        one, many
            The sentence in English, for 1 and for any other number.
        number
            The number that decides.
        **values
            What stands in other braces.
        """
        whole = round(number)
        form = self._catalogue.ngettext(one, many, whole)
        return self._filled(form, {"number": self.number(number), **values})

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with its marks between thousands and before decimals; nan: withheld."""
        if math.isnan(value):
            return self.phrase("withheld")
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        rounded = round(float(value), decimals) + 0.0  # no minus before a zero
        return format_decimal(rounded, pattern, self.locale, numbering_system=DIGITS)

    def percent(self, part: float, whole: float = 1.0) -> str:
        """Return a share in whole percent, rounded; 0 and 100 only where it is none or all.

        A share that is not a number (nan) is withheld.

        Examples
        --------
        >>> [ENGLISH.percent(part, 10_000) for part in (0, 10, 4573, 9890, 9990, 10_000)]
        ['0%', '<1%', '46%', '99%', '>99%', '100%']
        """
        share = 100 * part / whole if whole else 0.0
        if math.isnan(share):
            return self.phrase("withheld")
        if share <= 0:
            return self.of_hundred(0)
        if part >= whole:
            return self.of_hundred(100)
        if share < 1:
            return f"<{self.of_hundred(1)}"
        if share > LARGEST_PERCENT:
            return f">{self.of_hundred(LARGEST_PERCENT)}"
        return self.of_hundred(math.floor(share + 0.5 + ROUNDING))

    def of_hundred(self, number: object) -> str:
        r"""Return a number with its sign of percent: 45%; 45 % in one piece in other languages.

        Examples
        --------
        >>> ENGLISH.of_hundred(45), Words("ru").of_hundred(45)
        ('45%', '45\xa0%')
        """
        return f"{number}%" if self.language == "en" else f"{number}\N{NO-BREAK SPACE}%"

    def percents(self, parts: Sequence[float]) -> list[str]:
        """Return the shares of all parts of a whole in percent that add up to 100.

        By largest remainder (Hare's method): each share is cut, and what is missing of 100 goes to
        those that lost most. A part that is left with 0 is written as a small one.

        Examples
        --------
        >>> ENGLISH.percents([1, 1, 1]), ENGLISH.percents([999, 1]), ENGLISH.percents([0, 2])
        (['34%', '33%', '33%'], ['>99%', '<1%'], ['0%', '100%'])
        """
        whole = math.fsum(parts)
        if not whole > 0:
            return [self.percent(part, whole) for part in parts]
        shares = [100 * part / whole for part in parts]
        cut = [math.floor(share + ROUNDING) for share in shares]
        lost = sorted(range(len(parts)), key=lambda at: cut[at] - shares[at])
        for at in lost[: 100 - sum(cut)]:
            cut[at] += 1
        return [
            self.of_hundred(number) if 0 < number <= LARGEST_PERCENT else self.percent(part, whole)
            for part, number in zip(parts, cut, strict=True)
        ]

    def date(self, day: dt.date) -> str:
        """Return a date, for instance 3 May 2031."""
        return self._written(day, DATES.get(self.language, LONG_DATE))

    def full_date(self, day: dt.date) -> str:
        """Return a date with the whole name of its month, for instance 10 November 2040."""
        return self.date(day) if self.language != "en" else self._written(day, LONG_DATE)

    def _written(self, day: dt.date, pattern: str) -> str:
        text = self._latin(format_date(day, pattern, self.locale))
        return text if day.day > 1 else self.first_day + text.removeprefix("1")

    @property
    def first_day(self) -> str:
        """Return how the first day of a month is written."""
        return FIRST_DAYS.get(self.language, "1")

    def month(self, day: dt.date) -> str:
        """Return month and year of a date."""
        return self._latin(format_skeleton("yMMM", day, locale=self.locale))

    def quarter(self, day: dt.date) -> str:
        """Return the quarter of a date, for instance 2nd quarter 2031."""
        return self._latin(format_skeleton("yQQQQ", day, locale=self.locale))

    def said_date(self, day: dt.date, draws: int | None) -> str:
        """Return a date that draws bring about: its quarter, with fewer draws than tell the day.

        Parameters
        ----------
        day
            A median or another quantile, not a date that is given, and not one of a single draw.
        draws
            Draws of the run; None or 0: expected values.

        Examples
        --------
        >>> day = dt.date(2031, 5, 3)
        >>> [ENGLISH.said_date(day, draws) for draws in (None, 128, 256)]
        ['3 May 2031', '2nd quarter 2031', '3 May 2031']
        """
        return self.quarter(day) if says_quarters(draws) else self.date(day)

    def said_month(self, day: dt.date, draws: int | None) -> str:
        """Return month and year of a date that draws bring about, or where it is its quarter.

        For labels: the quarter is written short.

        Examples
        --------
        >>> day = dt.date(2031, 5, 3)
        >>> [ENGLISH.said_month(day, draws) for draws in (None, 128, 256)]
        ['May 2031', 'Q2 2031', 'May 2031']
        """
        if not says_quarters(draws):
            return self.month(day)
        return self._latin(format_skeleton("yQQQ", day, locale=self.locale))

    def listed(self, words: Iterable[str]) -> str:
        """Join words as in a sentence."""
        found = [self.apart(word) for word in words] or [self.phrase("none")]
        return str(format_list(found, "standard", self.locale))

    @staticmethod
    def _latin(text: str) -> str:
        """Write the figures of a date 0 to 9."""
        return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def _catalogue(language: str) -> gettext.NullTranslations:
    """Read a catalogue; English needs none."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def words_of(language: str) -> Words:
    """Return the words of a language, each read once.

    Parameters
    ----------
    language
        Key of ``LANGUAGES``.

    Raises
    ------
    KeyError
        When there is no such language.
    """
    if language not in LANGUAGES:
        raise KeyError(f"no language {language}; there are: {', '.join(LANGUAGES)}")
    return Words(language)


ENGLISH: Words = words_of("en")
