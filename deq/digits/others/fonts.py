"""Glyphs of the Hershey fonts as pen strokes, named by the character that they show.

Hershey's fonts (Hershey 1967, "Calligraphy for computers") are drawn by lines, as a hand draws. In
each, the place of a glyph is a character of ASCII, whatever it shows. The tables here say what it
shows and which glyphs are never drawn. Where the file is from: assets/README.md.
"""

from __future__ import annotations

import functools

import numpy as np

from deq.digits.errors import DataError
from deq.digits.strokes import Strokes
from deq.shipped import shipped

HERSHEY = shipped("hershey.npz")
_LATIN = "".join(chr(code) for code in range(32, 127))


def _renamed(places: str, shown: str) -> str:
    """ASCII in which the glyphs at `places` show `shown`."""
    return _LATIN.translate(str.maketrans(places, shown))


_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_GREEK = _renamed(
    _UPPER + _LOWER,
    "ΑΒΧΔΕΦΓΗΙ ΚΛΜΝΟΠΘΡΣΤΥ°ΩΞΨΖ" + "αβχδεφγηι×κλμνοπϑρστυ÷ωξψζ",
)
_GREEK_IN_ORDER = _renamed(
    _UPPER + _LOWER,
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ  " + "αβγδεζηϑικλμνξοπρστυφχψω  ",
)
_CYRILLIC_IN_ORDER = _renamed(
    "@" + _UPPER + "`" + _LOWER,
    " АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩ" + "`абвгдежзийклмнопрстуфхцчшщ",
).replace("@", " ")
_CYRILLIC = _renamed(
    "$%&" + _UPPER + "[]^_`" + _LOWER + "{|}~",
    "Ыцы" + "АБЭДИФГЖИЧКЛМНОПШРСТЮВЩХУЗ" + "ЕЪЯЬЦ" + "абЭдйфгжичклмнопшрстювщхуз" + "еъяь",
)
# 193 places: the rows of the font's table. A full stop is a place without a character.
_JAPANESE = (
    "..一日円年大国人東中本京出時上"
    "者十一二三四五六七入九....."
    ".あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほま"
    "みむめもやいゆえよらりるれろわゐうゑをん....がぎぐげござじず"
    "ぜぞだぢづでどばびぶべぼぱぴぷぺ"
    "ぽアイウエオカキクケコサシスセソ"
    "タチツテトナニヌネノハヒフヘホマ"
    "ミムメモヤイユエヨラリルレロワヰ"
    "ウヱヲン....ガギグゲゴザジズ"
    "ゼゾダヂヅデドバビブベボパピプペ"
    "ポ"
)

# By alphabet, then by font: what the glyphs show, in the order of their places from the space.
SHOWN: dict[str, dict[str, str]] = {
    "latin": dict.fromkeys(
        ("futural", "rowmans", "timesr", "timesi"),
        _LATIN,
    ),
    "script": dict.fromkeys(("cursive", "scripts", "scriptc"), _LATIN),
    "gothic": dict.fromkeys(("gothgbt", "gothgrt", "gothitt"), _LATIN),
    "greek": {
        "greek": _GREEK,
        "timesg": _GREEK,
        "greekc": _GREEK_IN_ORDER,
        "greeks": _GREEK_IN_ORDER,
    },
    "cyrillic": {"cyrilc_1": _CYRILLIC_IN_ORDER, "cyrillic": _CYRILLIC},
    "japanese": {"japanese": _JAPANESE},
}

# What a reader may take for a digit: in all fonts, an alphabet or a font → (reason, glyphs).
DIGIT_LIKE: dict[str, tuple[tuple[str, str], ...]] = {
    "all": (
        ("digits", "0123456789"),
        ("0: rings, also with a bar or a tail", "OoDQ°ΟοОоΘθϑ"),
        ("1: a line, upright or slanted, with or without feet, hook or dot", "Iil|j!/\\()[]ΙιІ"),
        ("only a dot or a short line", "'`\".,_-:;"),
        ("2 or 5: S and Z", "SsZz$ΖζЅ"),
        ("3: three prongs to the left", "ξЗзЭэ{}"),
        ("4: a fork on a stem", "yУуЧч"),
        ("6: a ring and a stem above", "bGσбБЬьЪъ"),
        ("7 or 1: a bar and a curved stem", "τ"),
        ("8: two rings", "BβδΒВвφ"),
        ("9: a ring and a stem below", "gqρ"),
    ),
    "script": (
        ("2: a hook and a foot", "LQ"),
        ("1, 7 or 9: a hook and a stem", "IJTFYrI"),
        ("6, 8 or 9: loops", "defpy"),
    ),
    "gothic": (
        ("3, 7 or 9: bars and a tail", "IJFhY"),
        ("1 or 8: a stem with feet, a loop", "rfvtd"),
    ),
    "gothitt": (("0 or 9: a ring with bars", "CETUP"), ("R and omega, kept for tests", "HN")),
    "greek": (("8 or 4: a loop", "γα"),),
    "cyrillic": (("8: two rings on their side", "ф"),),
    "japanese": (
        ("0: nearly closed", "のぬめ"),
        ("1: a line, a hook", "しりじノトレイエ"),
        (
            "2 or 7: a bar and a curved stem",
            "てでつづとどうえこごアフブプワウヲクグラスズマヱヌユコゴ",
        ),
        ("3: two bows, three prongs", "るろそぞヨ"),
        ("5: a bar, a stem and a bow", "らちぢさざ"),
        ("8: a box with a bar", "日"),
        ("no character", "."),
    ),
}

# Never trained on: `tests` and `python -m deq evaluate` ask for drawings that look like these.
KEPT_FOR_TESTS: tuple[tuple[str, str], ...] = (
    ("the letters R, K and W, and what looks like them", "RrKkWwΚκКкЯяШшЩщωϖ"),
    ("omega", "Ω"),
    ("signs", "?&%@"),
    ("asterisks: the family star of the scribbles", "*"),
)

# Of the fonts of signs, the places of what is drawn. Left out are also what looks like a digit
# (rings, ∮, ♃, ♄, ♋, ↑, ∃, ∂) and what is kept for tests (trees, a bell, an anchor, a ship, and ☊,
# which looks like omega).
SIGNS: dict[str, str] = {
    "mathupp": "!\"#&':;<=>?@^_bcdefghiklnoxyz|~",
    "astrology": "!#$%&'-/:;<@[]`{|}~",
    "symbolic": "CDEFGIJKLMNQRSTUVYZ[]^_`fghjklnoxyz{|~",
    "markers": "BCDEFGHKLMNOP",
}


def left_out(alphabet: str, font: str) -> set[str]:
    """Characters that are never drawn in a font."""
    tables = (*(DIGIT_LIKE.get(name, ()) for name in ("all", alphabet, font)), KEPT_FOR_TESTS)
    return {" "}.union(*(characters for table in tables for _, characters in table))


@functools.cache
def glyphs(alphabet: str, font: str) -> dict[str, Strokes]:
    """The glyphs of a font that are drawn, by the character they show (signs: by their place).

    Raises
    ------
    DataError
        If the file is missing or damaged; the message says what to do.
    """
    if alphabet == "signs":
        wanted = {place: place for place in SIGNS[font]}
    else:
        out = left_out(alphabet, font)
        shown = enumerate(SHOWN[alphabet][font], start=32)
        wanted = {chr(code): name for code, name in shown if name not in out}
    return {
        name: strokes
        for place, name in wanted.items()
        if (strokes := font_strokes(font).get(place))
    }


@functools.cache
def font_strokes(font: str) -> dict[str, Strokes]:
    """All glyphs of a font, by their place; y down, a capital letter 21 units high.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    found: dict[str, dict[int, list[list[int]]]] = {}
    try:
        with np.load(HERSHEY) as fonts:
            rows = fonts[font].tolist()  # place, number of the stroke, x, y
    except Exception as error:  # zip, zlib and NumPy each raise their own kinds on a bad file
        raise DataError(
            "The strokes of letters are missing or damaged.",
            f'To restore them, run "git checkout assets/{HERSHEY.name}".',
        ) from error
    for place, stroke, x, y in rows:
        found.setdefault(chr(place), {}).setdefault(stroke, []).append([x, y])
    return {
        place: [np.array(points, dtype=np.float64) for points in strokes.values()]
        for place, strokes in found.items()
    }
