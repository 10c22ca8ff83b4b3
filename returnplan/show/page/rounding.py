"""As many digits as a mean over draws deserves."""

DIGITS = 4


def significant(value: float) -> int:
    """Round to four significant digits, and to whole numbers.

    Parameters
    ----------
    value
        A number of person-days.

    Examples
    --------
    >>> significant(1061467578.4), significant(93.2)
    (1061000000, 93)
    """
    return round(float(f"{value:.{DIGITS}g}"))
