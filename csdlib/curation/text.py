"""Captions as words: the web's spellings of one name become one."""

import html
import re
import unicodedata

#: Stands between words where a caption begins another thought: a comma, a bracket, a dash, a hashtag.
BREAK = ";"

#: A tag of HTML; after its bracket stands a letter or a sign, else "a < b" would hide what follows it.
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,1000}>")
_POSSESSIVE = re.compile(r"['’`´]s\b|['’`´]")
_BREAKS = re.compile(r"[,;:|/\\(){}\[\]<>\"“”„«»•·#!?\n\r\t]|\s[-–—]+\s|\.\s|…")
_OTHERS = re.compile(r"[^\w;]|_")
_PIECE = re.compile(r"[^\s;]+|;")

#: Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


def words(text: str) -> list[str]:
    """The words of a text: lower case, without accents, markup and possessives; breaks are kept as ``BREAK``.

    Example:
        >>> words("Zdzisław's <b>BOATS</b> &amp; harbours, oil-on-canvas")
        ['zdzislaw', 'boats', 'harbours', ';', 'oil', 'on', 'canvas']
        >>> words(" … !? ")
        []
    """
    if "<" in text or "&" in text:
        text = _TAG.sub(" ", html.unescape(text))
    text = text.casefold() if text.isascii() else _folded(text)
    pieces: list[str] = _PIECE.findall(_OTHERS.sub(" ", _BREAKS.sub(f" {BREAK} ", _POSSESSIVE.sub("", text))))
    while pieces and pieces[-1] == BREAK:
        pieces.pop()
    return pieces[next((k for k, piece in enumerate(pieces) if piece != BREAK), 0) :]


def _folded(text: str) -> str:
    """Lower case without accents and fancy letterforms; other scripts stay, in Unicode's compatibility form."""
    lower = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", lower)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)
