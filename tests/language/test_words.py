"""Languages: every sentence for people is there, and says what the English one says."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from returnplan.domain import DENIALS, KINDS_OF_WORKS, SKILLS, STAGES, STATEMENT
from returnplan.language.words import (
    FOLDER,
    LANGUAGES,
    RIGHT_TO_LEFT_MARK,
    Later,
    direction_of,
    words_of,
)
from returnplan.model.conditions.gates import GATES, STATES
from returnplan.model.reasons.causes import CAUSES
from returnplan.show import drawing
from returnplan.show.drawing import View

HOUSE = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]

# Numbers of teams at which the forms of a language change.
TEAMS = {
    "en": {0: "0 teams", 1: "1 team", 2: "2 teams"},
    "az": {0: "0 qrup", 1: "1 qrup", 2: "2 qrup"},
    "ru": {1: "1 группа", 2: "2 группы", 5: "5 групп", 11: "11 групп", 21: "21 группа"},
    "uk": {1: "1 група", 2: "2 групи", 5: "5 груп", 11: "11 груп", 21: "21 група"},
    "fr": {0: "0 équipe", 1: "1 équipe", 2: "2 équipes"},
    "es": {0: "0 equipos", 1: "1 equipo", 2: "2 equipos"},
    "ar": {1: "فريق واحد", 2: "فريقان", 5: "5 فرق", 21: "21 فريقًا", 101: "101 فريق"},
}
# 12345.5, 3 May 2031, and its month.
WRITTEN = {
    "en": ("12,345.5", "3 May 2031", "May 2031"),
    "az": ("12.345,5", "3 may 2031", "may 2031"),
    "ru": ("12\u00a0345,5", "3 мая 2031", "май 2031\u202fг."),  # noqa: RUF001 Cyrillic is meant
    "uk": ("12\u00a0345,5", "3 травня 2031", "трав. 2031\u202fр."),  # noqa: RUF001 and here
    "fr": ("12\u202f345,5", "3 mai 2031", "mai 2031"),
    "es": ("12.345,5", "3 de mayo de 2031", "may 2031"),
    "ar": ("12,345.5", "3 مايو 2031", "مايو 2031"),
}
# The quarters of 2031.
QUARTERS = {
    "en": ["1st quarter 2031", "2nd quarter 2031", "3rd quarter 2031", "4th quarter 2031"],
    "az": ["2031 1-ci kvartal", "2031 2-ci kvartal", "2031 3-cü kvartal", "2031 4-cü kvartal"],
    "ru": [f"{n}-й квартал 2031\u202fг." for n in range(1, 5)],  # noqa: RUF001 Cyrillic is meant
    "uk": [f"{n}-й квартал 2031\u202fр." for n in range(1, 5)],  # noqa: RUF001 and here
    "fr": [f"{n} trimestre 2031" for n in ("1er", "2e", "3e", "4e")],
    "es": [f"{n} trimestre de 2031" for n in ("1.er", "2.º", "3.er", "4.º")],
    "ar": [f"الربع {n} 2031" for n in ("الأول", "الثاني", "الثالث", "الرابع")],
}
# The word that only the required statement may hold; "dangerous" is another.
SAFE = {
    "en": r"\bsafe",
    "az": r"təhlükəsiz",
    "ru": r"\bбезопас",  # noqa: RUF001 Cyrillic is meant
    "uk": r"\bбезпе[чк]",  # noqa: RUF001 and here
    "fr": r"\bsûre?s?\b|sécuri",
    "es": r"segur",
    "ar": r"آمن|مأمون",
}


@pytest.fixture(scope="module")
def english() -> set[tuple[str, ...]]:
    """Return the sentences of the code, singular and plural, as ``make words`` finds them."""
    mappings = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "babel"
    ]
    keywords = re.findall(r" -k (\S+)", (HOUSE / "Makefile").read_text(encoding="utf-8"))
    found = extract_from_dir(
        HOUSE / "returnplan",
        [(one["pattern"], one["method"]) for one in mappings["mappings"]],
        keywords=parse_keywords(keywords),
    )
    return {_forms(message) for _, _, message, *_ in found if message}


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path = FOLDER / f"{request.param}.po"
    if not path.is_file():
        return Catalog(locale=request.param)
    with path.open("rb") as file:
        return read_po(file, locale=request.param)


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _said(catalogue: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Sentences in English and in a language."""
    return ((_forms(one.id), _forms(one.string)) for one in catalogue if one.id)


def _names(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_what_people_read_is_written_where_translators_find_it() -> None:
    for path in sorted((HOUSE / "returnplan").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            assert called != "Later" or path.name == "words.py", (
                f"{path.name}: only later makes one"
            )
            count = {"phrase": 1, "later": 1, "plural": 2}.get(called, 0)
            is_literal = [isinstance(one, ast.Constant) for one in node.args[:count]]
            assert is_literal == [True] * count, f"{path.name}, line {node.lineno}"
    for path in sorted((HOUSE / "returnplan").rglob("*.j2")):  # mypy does not read them: no say
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b((phrase|plural)\(\s*[^\s\"]|(say|named)\()", text), path


def test_what_is_declared_to_be_said_later_is_found_and_said(english: set[tuple[str, ...]]) -> None:
    families = [SKILLS, STAGES, DENIALS, STATES]
    members = [*GATES.values(), *CAUSES.values(), *KINDS_OF_WORKS.values()]
    declared = [one for family in families for one in family.values()]
    declared += [
        text
        for one in members
        for name, hint in get_type_hints(type(one)).items()
        if hint in (Later, Later | None) and (text := getattr(one, name))
    ]
    assert len(declared) >= 2 * len(GATES) + 2 * len(CAUSES)
    assert {(text,) for text in declared} <= english
    assert words_of("fr").say(GATES["water"].called) == words_of("fr").phrase("water") == "eau"


def test_every_sentence_is_said_in_every_language(
    english: set[tuple[str, ...]], catalogue: Catalog
) -> None:
    said = {sentence for sentence, forms in _said(catalogue) if all(forms)}
    missing = sorted(sentence[0] for sentence in english - said)
    assert not missing, f"{catalogue.locale} lacks (`make words` lists them):\n" + "\n".join(
        missing
    )


def test_catalogues_hold_nothing_doubtful_and_nothing_left_over(
    english: set[tuple[str, ...]], catalogue: Catalog
) -> None:
    assert not [one.id for one in catalogue if one.id and one.fuzzy]
    assert {sentence for sentence, _ in _said(catalogue)} <= english
    assert not catalogue.obsolete


def test_sentences_name_the_values_that_the_english_one_names(catalogue: Catalog) -> None:
    """A plural form that stands for one number only need not name it: Arabic has a word for two."""
    rule = gettext.c2py(catalogue.plural_expr)
    used = Counter(rule(number) for number in range(1000))
    words = words_of(str(catalogue.locale))
    for sentence, forms in _said(catalogue):
        if not all(forms):
            continue
        wanted = _names(sentence[-1])
        if len(sentence) == 1:
            assert _names(forms[0]) == wanted
            values = dict.fromkeys(wanted, "7")
            told = words.phrase(sentence[0], **values)
            assert told.removeprefix(RIGHT_TO_LEFT_MARK) == forms[0].format(**values)
            continue
        assert len(forms) == catalogue.num_plurals
        for form, text in enumerate(forms):
            assert _names(text) | ({"number"} if used[form] == 1 else set()) == wanted, sentence


@pytest.mark.parametrize("language", TEAMS)
def test_teams_are_counted_in_the_right_form(language: str) -> None:
    words = words_of(language)
    said = {n: words.plural("{number} team", "{number} teams", n) for n in TEAMS[language]}
    assert said == TEAMS[language]


def test_only_the_required_statement_says_safe(
    english: set[tuple[str, ...]], catalogue: Catalog
) -> None:
    assert [one for one in english if re.search(SAFE["en"], " ".join(one))] == [(STATEMENT,)]
    word = SAFE[str(catalogue.locale)]
    saying = [one for one, forms in _said(catalogue) if re.search(word, " ".join(forms))]
    assert saying == [(STATEMENT,)]


@pytest.mark.unwatched
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_below_a_figure_stay_on_the_page(language: str) -> None:
    words = words_of(language)
    run = words.phrase(
        "Return is voluntary. Figures are upper limits of who could return, not targets."
    )
    view = View(
        start=dt.date(2024, 3, 1), horizon_days=3000, draws=100, words=words, provenance=6 * run
    )
    land = pd.DataFrame(columns=["allocation", "year", "route", "area_m2_mean"])
    page, _ = drawing.figure("hectares_by_year", {"land_release": land}, view)
    page.draw_without_rendering()
    below = page.subfigs[-1].texts[0].get_window_extent()
    assert below.x0 >= 0
    assert below.x1 <= page.bbox.width
    assert below.y0 >= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_dates_are_written_as_readers_of_the_language_expect(language: str) -> None:
    words, day = words_of(language), dt.date(2031, 5, 3)
    assert (words.number(12345.5, 1), words.date(day), words.month(day)) == WRITTEN[language]


DATED = {
    "en": ("10 Nov 2040", "1 Jan 2031"),
    "az": ("10 noyabr 2040", "1 yanvar 2031"),
    "ru": ("10 ноября 2040", "1 января 2031"),
    "uk": ("10 листопада 2040", "1 січня 2031"),
    "fr": ("10 novembre 2040", "1er janvier 2031"),
    "es": ("10 de noviembre de 2040", "1 de enero de 2031"),
    "ar": ("10 نوفمبر 2040", "1 يناير 2031"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_in_sentences_are_written_as_in_the_language(language: str) -> None:
    words = words_of(language)
    days = (dt.date(2040, 11, 10), dt.date(2031, 1, 1))
    assert tuple(map(words.date, days)) == DATED[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_draws_say_the_quarter_of_a_date_and_many_or_none_its_day(language: str) -> None:
    words = words_of(language)
    ends = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
    for quarter, days in zip(QUARTERS[language], ends, strict=True):
        for day in (dt.date.fromisoformat(f"2031-{one}") for one in days):
            assert words.said_date(day, 1) == words.said_date(day, 255) == quarter
            for draws in (None, 0, 256, 2048):
                assert words.said_date(day, draws) == words.date(day) != quarter


def test_only_arabic_runs_from_right_to_left() -> None:
    assert [one for one in LANGUAGES if words_of(one).direction == "rtl"] == ["ar"]


def test_what_a_scenario_says_does_not_turn_the_order_of_an_arabic_sentence() -> None:
    arabic = words_of("ar")
    said = arabic.phrase("“{title}”", title="Plan 2026")
    assert said == "\u200f«\u2068Plan 2026\u2069»"
    assert arabic.phrase("“{title}”", title="خطة 2026") == "«خطة 2026»"
    ranged = drawing.ranged(arabic, "1,000", "500", "2,000")
    assert ranged == "1,000 (500 إلى 2,000)"
    percents = drawing.ranged(arabic, "40\u00a0%", "30\u00a0%", "50\u00a0%")
    assert percents == ("\u206840\u00a0%\u2069 (\u206830\u00a0%\u2069 إلى \u206850\u00a0%\u2069)")
    assert arabic.listed(["Lachin", "شوشا"]) == "\u2068Lachin\u2069 وشوشا"
    assert arabic.signed("7", "+") == "\u2066+7\u2069"


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("\u2068Plan\u2069 خطة", "rtl"),
        ("\u2066\u2068Plan\u2069 a\u2069 12", ""),
        ("12 (3–4)", ""),
        ("12 m", "ltr"),
        ("\u200f12", "rtl"),
        ("\u2069خ", "rtl"),
    ],
)
def test_the_direction_of_a_text_is_that_of_its_first_letter_outside_isolates(
    text: str, direction: str
) -> None:
    assert direction_of(text) == direction


QUOTED = {
    "en": "“X”",
    "az": "“X”",
    "ru": "«X»",
    "uk": "«X»",
    "fr": "«\u00a0X\u00a0»",
    "es": "«X»",
    "ar": "\u200f«\u2068X\u2069»",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_stand_in_the_quotation_marks_of_the_language(language: str) -> None:
    assert words_of(language).phrase("“{title}”", title="X") == QUOTED[language]


RANGED = {
    "en": "5 (−1 to 9)",
    "az": "5 (−1\u00a0… 9)",
    "ru": "5 (−1\u00a0… 9)",
    "uk": "5 (−1\u00a0… 9)",
    "fr": "5 (−1 à 9)",
    "es": "5 (−1 a 9)",
    "ar": "5 (\u2068\u2066−1\u2069\u2069 إلى 9)",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ranges_are_written_as_in_the_language(language: str) -> None:
    words = words_of(language)
    assert drawing.ranged(words, "5", words.signed("1", "−"), "9") == RANGED[language]


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="no language tlh; there are: en, az, ru, uk, fr, es, ar"):
        words_of("tlh")
