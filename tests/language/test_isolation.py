"""Names and numbers within words from right to left."""

import pytest

from returnplan.language.isolation import isolated


def shown(text: str) -> str:
    """The text with brackets in place of the marks that nobody sees."""
    return isolated(text).replace("\u2066", "[").replace("\u2069", "]")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Growth of 2021 (3 to 5)", "Growth of 2021 (3 to 5)"),
        ("126,710 (122,050 إلى 196,940)", "[126,710] ([122,050] إلى [196,940])"),
        ("\u200e−3.6 إلى \u200e+63.2", "[\u200e−3.6] إلى [\u200e+63.2]"),
        ("أقل في <1\u00a0% وأكثر في 100\u00a0%", "أقل في [<1\u00a0%] وأكثر في [100\u00a0%]"),
        ("من 2029–2031", "من [2029–2031]"),
        (
            "في «Growth of 2021 and 2022 continued to 2026»، 138,000 شخص",
            "في «[Growth of 2021 and 2022 continued to 2026]»، [138,000] شخص",
        ),
        (
            "الأهداف (First State Program (2022): 34,500 families by the end of 2026).",
            "الأهداف ([First State Program (2022): 34,500 families by the end of 2026]).",
        ),
        ("لم يُحسب: Aghdara وKhojaly.", "لم يُحسب: [Aghdara] و[Khojaly]."),
    ],
)
def test_names_numbers_and_ranges_stand_each_for_itself(text: str, marked: str) -> None:
    assert shown(text) == marked
