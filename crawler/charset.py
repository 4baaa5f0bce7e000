"""Bytes to text: Korean pages and feeds declare their charset wrongly, in odd places or not at all."""

from __future__ import annotations

import codecs
import re

# html: <meta charset=…> or <meta http-equiv … content="text/html; charset=…">; xml: either kind of quotes.
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_META_DECLARED = re.compile(rb"""<meta[^>]+?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HTTP_DECLARED = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_KOREAN = re.compile(r"^(?:euc-?kr|ks_?c_?5601(?:-1987)?|cp949|uhc|windows-949|ms949)$", re.IGNORECASE)
_HEAD = 4096


def decode(body: bytes, content_type: str | None = None, forced: str | None = None) -> tuple[str, str]:
    """Text of `body` and the name of the charset it was read in.

    Order: byte order mark; `forced` (a source's own declaration); strict UTF-8, which Korean text in another charset
    never passes by chance; the declared charset (XML declaration, meta, HTTP) and CP949, whichever makes fewer errors.
    Never fails: what no charset can read becomes U+FFFD, see `damage`.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    if forced:
        return body.decode(_python_name(forced), "replace"), forced
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates = dict.fromkeys([*declared(body, content_type), "cp949", "utf-8"])
    readings = [(name, body.decode(name, "replace")) for name in candidates]
    name, text = min(readings, key=lambda reading: _errors(reading[1]))
    return text, name


def encodable(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can contain and no parser or file can hold."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)


def declared(body: bytes, content_type: str | None) -> list[str]:
    """The charsets that body and header name, as Python codecs, most trusted first; unknown names are left out."""
    head = body[:_HEAD]
    names = [m.group(1).decode("ascii") for pattern in (_XML_DECLARED, _META_DECLARED) if (m := pattern.search(head))]
    if content_type and (header := _HTTP_DECLARED.search(content_type)):
        names.append(header.group(1))
    return [python for name in names if (python := _python_name(name))]


def damage(text: str) -> float:
    """Share of characters that could not be decoded: 0 for sound text."""
    return text.count("\ufffd") / len(text) if text else 0.0


def _python_name(name: str) -> str:
    if _KOREAN.match(name):
        return "cp949"  # the superset: pages called EUC-KR contain syllables that only CP949 has
    try:
        python = codecs.lookup(name).name
        b"\xff".decode(python, "replace")  # Python's codecs that are no charsets (hex, zip, idna) cannot
    except (LookupError, UnicodeError):
        return ""
    return python


def _errors(text: str) -> float:
    """Share of the non-ASCII characters that cannot be right: undecodable, control, or Latin-1 where Hangul belongs."""
    foreign = [c for c in text if c > "\x7f"]
    if not foreign:
        return 0.0
    wrong = sum(c == "\ufffd" or "\x80" <= c <= "\x9f" for c in foreign)
    # One-byte charsets accept anything. Two accented letters in a row are Hangul read as Latin-1.
    latin = len(re.findall(r"[\xa1-\xff]{2}", text)) * 2
    return (wrong + latin) / len(foreign)
