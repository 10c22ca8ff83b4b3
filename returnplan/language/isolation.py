"""Words from right to left that hold names and numbers from left to right: each stands for itself.

Without marks a browser draws a number beside a Latin title inside it, and ranges backwards.
"""

import re

LEFT_TO_RIGHT, POP = "\u2066", "\u2069"
"""Unicode's isolates: what stands between them is read from left to right, as in ``<bdi>``."""
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
NUMBER = r"\u200e?[−+<>~]?\d[\d.,\u00a0\u202f]*\d|\u200e?[−+<>~]?\d"
LATIN = r"A-Za-z\u00c0-\u024f\u0400-\u04ff"
OTHER = r"[^\u0590-\u08ff«»“”()\n]"
RUN = re.compile(
    rf"[{LATIN}](?:(?:{OTHER}|\({OTHER}*\))*[{LATIN}\d])?"
    rf"|(?:{NUMBER})(?:[–-](?:{NUMBER}))*(?:[ \u00a0]%)?"
)
"""Words in Latin or Cyrillic letters, with what stands between them; numbers and their ranges."""


def isolated(text: str) -> str:
    """Keep names, numbers and ranges in a text from right to left together.

    Parameters
    ----------
    text
        A sentence; without a letter from right to left it stays as it is.

    Examples
    --------
    >>> isolated("By 2030: 45 %")
    'By 2030: 45 %'
    >>> isolated("في «Plan of 2026»: −3 إلى 45 %").replace("\u2066", "[").replace("\u2069", "]")
    'في «[Plan of 2026]»: [−3] إلى [45 %]'
    """
    if not RIGHT_TO_LEFT.search(text):
        return text
    return RUN.sub(lambda found: f"{LEFT_TO_RIGHT}{found[0]}{POP}", text)
