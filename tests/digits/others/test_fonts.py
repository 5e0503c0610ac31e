"""Which glyphs are drawn: none that is a digit to a reader, none that is kept for tests."""

import unicodedata

import pytest

from deq.digits import DataError
from deq.digits.others import fonts

ALPHABETS = [(alphabet, font) for alphabet in fonts.SHOWN for font in fonts.SHOWN[alphabet]]


@pytest.mark.parametrize(("alphabet", "font"), ALPHABETS)
def test_no_digit_and_nothing_kept_for_tests_is_drawn(alphabet: str, font: str) -> None:
    drawn = fonts.glyphs(alphabet, font)
    assert len(drawn) >= 20
    assert not set(drawn) & set("0123456789OoIlSsZzBbgqDQGRrKkWwΩω?&%@ΙιОоЗзБбЧчκКЯΘθ")
    assert all(strokes for strokes in drawn.values())
    for name in drawn:
        assert unicodedata.digit(name, None) is None


@pytest.mark.parametrize(("alphabet", "font"), ALPHABETS)
def test_the_tables_of_names_fit_the_fonts(alphabet: str, font: str) -> None:
    shown = fonts.SHOWN[alphabet][font]
    letters = {name: chr(code) for code, name in enumerate(shown, 32) if name.isalpha()}
    assert len(letters) >= 45
    assert set(letters.values()) <= set(fonts.font_strokes(font))


def test_greek_and_cyrillic_names_are_those_of_their_glyphs() -> None:
    """A Λ has two straight lines that meet above; Π and П are open below, Ш above."""
    for font in ("greek", "greeks"):
        lambda_ = fonts.glyphs("greek", font)["Λ"]
        top = min(point[1] for stroke in lambda_ for point in stroke)
        assert [sum(p[1] == top for p in stroke) for stroke in lambda_] == [1, 1]
    for font in ("cyrilc_1", "cyrillic"):
        assert len(fonts.glyphs("cyrillic", font)["Т"]) < len(fonts.glyphs("cyrillic", font)["Ж"])


def test_signs_are_chosen_one_by_one() -> None:
    for font, places in fonts.SIGNS.items():
        assert list(fonts.glyphs("signs", font)) == list(places)
    # The bell, the trees, the ship and the anchor of the map signs, and Ω-like lunar nodes.
    assert not set("abcdeWX") & set(fonts.SIGNS["symbolic"])
    assert not set(">?_") & set(fonts.SIGNS["astrology"])
    assert "A" not in fonts.SIGNS["markers"]


@pytest.mark.parametrize("content", [None, b"", b"PK no archive"])
def test_a_missing_or_damaged_file_is_named(monkeypatch, tmp_path, content) -> None:
    file = tmp_path / "hershey.npz"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(fonts, "HERSHEY", file)
    with pytest.raises(DataError, match=r"git checkout assets/hershey\.npz"):
        fonts.font_strokes.__wrapped__("futural")
