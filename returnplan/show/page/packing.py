"""What makes one file of many parts: packed data, and a policy that lets nothing be fetched."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

PLAIN = str.maketrans("&<>`", ".,:/")
"""Signs of base 85 that mean something in HTML, and what stands for them."""
MARKED = {new: old for old, new in PLAIN.items()}


def packed(data: Mapping[str, Any]) -> str:
    """Write data as JSON, compressed, in signs that mean nothing in HTML.

    Parameters
    ----------
    data
        What JSON can hold; ``nan`` and ``inf`` are refused.

    Returns
    -------
    str
        Number of bytes, a blank, and base 85 of gzip: a sixteenth shorter than base 64. The same
        data gives the same text.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    squeezed = gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
    signs = base64.b85encode(squeezed, pad=True).decode("ascii").translate(PLAIN)
    return f"{len(squeezed)} {signs}"


def unpacked(text: str) -> Any:
    """Read what :func:`packed` wrote."""
    count, _, signs = text.partition(" ")
    return json.loads(gzip.decompress(base64.b85decode(signs.translate(MARKED))[: int(count)]))


def lean(code: str) -> str:
    """Leave out lines of a style or script that are comments, and what lines begin with.

    Parameters
    ----------
    code
        Of the page's own files, in which no text goes over the end of a line.
    """
    return re.sub(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)?\n?", "", code, flags=re.M)


def policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Content-Security-Policy: these styles and scripts, pictures within the page, nothing else.

    No script may hand a string to the browser as markup, but through the one rule of ``text.js``.

    Parameters
    ----------
    styles, scripts
        Texts of the elements, exactly as they stand in the page.

    Returns
    -------
    str
        Content of the meta element.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
