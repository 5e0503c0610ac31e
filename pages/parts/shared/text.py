"""Text from files, addresses and exceptions, for the places where Streamlit reads Markdown."""

from __future__ import annotations

import re

_JOINER = "\u2060"
"""Word joiner: not seen, and whatever it stands in is no address, emoji, icon or arrow any more."""
# Streamlit looks for these after the escapes have been resolved, so a backslash does not help.
_FOUND_LATER = re.compile(r":|@|www|-(?=[->])|<(?=-)|[~<>](?==)", re.IGNORECASE)
_MARKDOWN = re.compile(r"[\\`*_\[\]{}<>#$~|&!^]")
_AT_START = re.compile(r"^(\d*)([-+=.)])")  # of a list or a heading


def literal(text: object) -> str:
    r"""The text as Markdown that shows it as it is: no picture, link, formula, emoji or icon.

    Line breaks and characters that cannot be seen become spaces.

    Examples
    --------
    >>> print(literal("a_b *c* ![x](y)\n$z$"))
    a\_b \*c\* \!\[x\](y) \$z\$
    >>> literal("http://x.org").replace(_JOINER, "|")
    'http:|//x.org'
    """
    plain = "".join(letter if letter.isprintable() else " " for letter in str(text))
    plain = _FOUND_LATER.sub(rf"\g<0>{_JOINER}", " ".join(plain.split()))
    return _AT_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\g<0>", plain))


def sentence(template: str, **values: object) -> str:
    r"""A sentence in Markdown of our own, with values from outside put in as they are.

    Examples
    --------
    >>> sentence("**{name}** is damaged.", name="*a*")
    '**\\*a\\*** is damaged.'
    """
    return template.format(**{name: literal(value) for name, value in values.items()})
