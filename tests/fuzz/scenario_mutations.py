"""Ways in which the files of a scenario get broken, each decided by luck from a seed."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable
from io import BytesIO

TEXTS = (
    *("", " ", "0", "-1", "1e400", "1e-300", "5e-324", "nan", "-inf", "80.000", "80,000", "9,5"),
    *("80 000", "1_000", "9" * 400, "true", "TRUE", "01/06/2024", "2024-02-30", "9999-12-31"),
    *(
        "0001-01-01",
        "=1+1",
        "@x",
        "#REF!",
        "#N/A",
        "a/b",
        "..",
        "a\nb",
        "a\0b",
        "\x1b[31m",
        "\ufeff",
    ),
    *("\u202eabc", "s\u0327", "Şuşa", "🏔", "upper", "lower", "town", "made_up", "x" * 10_001, ";"),
    *("housing;water", "minefield", "survey", "36526", "1e12", "-0", "+5", "٣", "5", "²", "0x10"),
)
"""Cells that somebody may send."""
PIECES = (
    *(text.encode() for text in TEXTS[:60]),
    *(
        b"\xff",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b'"',
        b'""',
        b",",
        b"\r",
        b"\n\n",
        b";",
        b"\t",
        b"\xe9",
    ),
    *(b"[", b"]", b"{", b"}", b"=", b"<", b">", b"&amp;", b"</c>", b"<c/>", b"<v>", b'r="'),
)
"""Bytes that get into files."""
Files = dict[str, bytes]


def _cells(data: bytes, luck: random.Random) -> bytes:
    """Some cells, rows or columns of a table with other text, twice, moved or gone."""
    lines = [line.split(b",") for line in data.split(b"\n")]
    for _ in range(luck.choice((1, 1, 2, 8))):
        line = luck.choice(lines)
        place = luck.randrange(len(line))
        what = luck.randrange(7)
        if what < 3:
            line[place] = luck.choice(TEXTS).encode("utf-8", "surrogatepass")
        elif what == 3:
            line.insert(place, luck.choice(TEXTS).encode())
        elif what == 4 and len(line) > 1:
            del line[place]
        elif what == 5:
            lines.insert(luck.randrange(len(lines)), luck.choice(lines).copy())
        elif len(lines) > 1:
            lines.remove(line)
    return b"\n".join(b",".join(line) for line in lines)


def _header(data: bytes, luck: random.Random) -> bytes:
    """A header with a name in other letters, twice, gone, or with something above it."""
    first, *others = data.split(b"\n")
    names = first.split(b",")
    place = luck.randrange(len(names))
    names[place] = luck.choice(
        (names[place].upper(), b" " + names[place], b"", names[0], b"x", names[place][1:], b"name_")
    )
    above = luck.choice(([], [], [b"A title"], [b"", b","]))
    return b"\n".join([*above, b",".join(names), *others])


def _bytes(data: bytes, luck: random.Random) -> bytes:
    """A few bytes that are others, more or fewer."""
    for _ in range(luck.choice((1, 1, 3))):
        place = luck.randrange(len(data) + 1)
        end = place + luck.choice((0, 0, 1, 1, 20, len(data)))
        data = data[:place] + luck.choice(PIECES) + data[end:]
    return data


def _encoding(data: bytes, luck: random.Random) -> bytes:
    """The same text in another encoding, if it is text."""
    names = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1251", "utf-8-sig", "utf-7")
    return data.decode("utf-8", "replace").encode(luck.choice(names), "replace")


def _notes(data: bytes, luck: random.Random) -> bytes:
    """Text below a table, and beside it."""
    below = luck.choice(
        (b"\nTotal,,,5\n", b"\n\nSource: survey", b"\n,,,,,,,,,,,,,,,x", b"\n" * 50)
    )
    return data.replace(b"\n", b",,note\n", luck.randrange(3)) + below


def _words(data: bytes, luck: random.Random) -> bytes:
    """A head with another value, or with a line twice, gone or elsewhere."""
    lines = data.split(b"\n")
    place = luck.randrange(len(lines))
    what = luck.randrange(4)
    if what == 0:
        key = lines[place].split(b"=")[0]
        values = (
            "[]",
            "{}",
            "7",
            "-1",
            "1e999",
            "true",
            "2024-01-01",
            '"x"',
            '"="',
            "[[1]]",
            "nan",
        )
        lines[place] = key + b"= " + luck.choice(values).encode()
    elif what == 1:
        keys = ("left_out = ['hazards']", "left_out = 'x'", "decimal = ','", "thousands = '.'")
        lines.insert(luck.randrange(5), luck.choice(keys).encode())
    elif what == 2:
        lines.insert(place, luck.choice(lines))
    else:
        del lines[place]
    return b"\n".join(lines)


TABLE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cells, _cells, _cells, _header, _bytes, _encoding, _notes),
)


def broken_tables(files: Files, luck: random.Random) -> Files:
    """Files of a scenario of which one to three tables are broken, called otherwise or gone."""
    found = dict(files)
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        name = luck.choice(sorted(name for name in found if name.endswith(".csv")))
        what = luck.randrange(20)
        if what == 0:
            del found[name]
        elif what == 1:
            found[luck.choice((name.upper(), f"my {name}", name[1:]))] = found.pop(name)
        elif what == 2:
            found[name] = found[luck.choice(sorted(found))]
        else:
            found[name] = luck.choice(TABLE)(found[name], luck)
    return found


def broken_head(files: Files, luck: random.Random) -> Files:
    """Files of a scenario with a broken head."""
    head = files["scenario.toml"]
    for _ in range(luck.choice((1, 1, 2))):
        head = luck.choice((_words, _words, _words, _bytes, _encoding))(head, luck)
    return files | {"scenario.toml": head}


def broken_workbook(data: bytes, luck: random.Random) -> bytes:
    """A workbook with a broken part, or of which the archive is broken."""
    if luck.randrange(10) == 0:
        return _bytes(data, luck)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(luck.choice((1, 1, 2))):
        sheets = [name for name in parts if "sheet" in name or "Strings" in name]
        name = luck.choice((*sheets, *sheets, *parts))
        parts[name] = luck.choice((_bytes, _attribute, _attribute, _element))(parts[name], luck)
        if luck.randrange(30) == 0:
            parts.pop(name)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def _attribute(xml: bytes, luck: random.Random) -> bytes:
    """One attribute with another value."""
    found = list(re.finditer(rb'="([^"]*)"', xml))
    if not found:
        return xml
    one = luck.choice(found)
    values = (b"", b"0", b"-1", b"9999999999", b"XFD1048576", b"A0", b"e", b"str", b"s", b"d", b"b")
    return xml[: one.start(1)] + luck.choice(values) + xml[one.end(1) :]


def _element(xml: bytes, luck: random.Random) -> bytes:
    """One element more, or one less."""
    found = list(re.finditer(rb"<[^<>]*>", xml))
    if not found:
        return xml
    one = luck.choice(found)
    more = (b"", b"<f>1+1</f>", b'<c r="B2"><f>A1</f></c>', b'<c t="e"><v>#REF!</v></c>', b"<v/>")
    end = one.end() if luck.randrange(2) else one.start()
    return xml[: one.start()] + luck.choice((*more, one[0])) + xml[end:]
