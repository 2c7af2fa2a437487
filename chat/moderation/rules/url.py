"""
Links and sites, also without http, with blanks, (dot) or « point ».

Public services and those who help are everybody's (``details.HELP_SITES``), and so are the tools of work that bear a site's name, but
for ``strict``. ``light`` wants http, www, a path or a door (t.me, discord.gg…).
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import is_help_site, places, written
from chat.moderation.domains import DOORS, PLAIN, RISKY, TOOLS
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding


def _any(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(word.replace(".", r"\.") for word in words) + ")"


_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_REST: Final = r"(?::\d{1,5})?(?:[/?#][^\s\"<>]*)?"
_SAID_DOT: Final = r"(?: ?[\[({_] ?(?:\.|dot|point) ?[\])}_] ?| (?:dot|point) | \. )"
_BEFORE: Final = r"(?:^|[^a-z0-9.@/_-])"

_SCHEME: Final = compiled(
    r"\bh ?[tx] ?[tx] ?p ?s?(?: ?: ?/ ?/? ?| ?:? ?slash slash )([^\s\"<>]+(?: ?\. ?[^\s\"<>]+)*)|\bs?ftp://[^\s\"<>]+"
)
_WWW: Final = compiled(
    rf"\bw ?w ?w ?(?:\.|point |dot |\[\.\]|\(\.\)) ?({_LABEL}(?:(?:\.|{_SAID_DOT}){_LABEL})+{_REST})"
)
_DOOR: Final = compiled(rf"{_BEFORE}({_any(DOORS)}/[^\s\"<>]+)")
_SITE: Final = compiled(rf"{_BEFORE}((?:{_LABEL}\.)+{_any(PLAIN)})({_REST})(?:$|[^a-z0-9@.-]|[.-](?:$|[^a-z0-9]))")
_RISKY_SITE: Final = compiled(rf"{_BEFORE}((?:{_LABEL}\.)+{_any(RISKY)}(?::\d{{1,5}})?/[^\s\"<>]+)")
_SAID: Final = compiled(
    rf"\b({_LABEL}(?:\.{_LABEL})*){_SAID_DOT}(?:com|fr|net|org|eu|be|ch|io|info|uk|gg|me|app|co {_SAID_DOT} ?uk)(?:$|[^a-z0-9])"
)
_SPACED: Final = compiled(
    rf"{_BEFORE}((?:[a-z0-9-] ){{3,}}(?:\. |point |dot )(?:c o m|f r|n e t|o r g|e u|com|fr|net|org|eu))(?:$|[^a-z0-9])"
)
# « Le point com », « the dot com bubble »: no site.
_NO_SITE: Final = frozenset(
    "le la un une ce cet au du des de quel mon ton son notre votre leur chaque premier dernier petit autre bon gros seul deuxieme second "
    "faire fait en a the of this that first last main good key no one any another et ou sur ici".split()
)


def url(read: Read) -> Finding | None:
    text = read.folded.text
    every = read.draft.strictness == "strict"
    spans = places(text, _SCHEME, _WWW, when=lambda match: not _is_open(match.group(1), every))
    spans += places(text, _DOOR, group=1)
    if "." in text:
        spans += [(match.start(1), match.end(2)) for match in _SITE.finditer(text) if _is_site(read, match, every)]
        spans += places(text, _RISKY_SITE, group=1)
    if read.draft.strictness != "light":
        spans += places(text, _SAID, when=lambda match: match.group(1) not in _NO_SITE)
        spans += places(text, _SPACED, group=1)
    return written(read, "url", [_bare(text, *span) for span in spans])


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the signs of the sentence around."""
    return start + (not text[start].isalnum()), start + len(text[start:end].rstrip(" .,;:!?)]}'\n"))


def _is_open(link: str | None, every: bool) -> bool:
    """Whether ``link`` leads where anybody may be sent."""
    bare = (link or "").rpartition("@")[2] if "@" in (link or "").partition("/")[0] else link or ""
    host = bare.partition("/")[0].partition("?")[0].partition(":")[0].strip(".,;!)").removeprefix("www.")
    return is_help_site(host) or (not every and host in TOOLS)


def _is_site(read: Read, match: Match, every: bool) -> bool:
    host, rest = match.group(1) or "", match.group(2) or ""
    if _is_open(host, every) or (read.draft.strictness == "light" and not rest):
        return False
    if rest.startswith("/") or host.count(".") > 1 or "-" in host or (any(map(str.isdigit, host)) and len(host) > 8):
        return True
    # « fini.Info à suivre »: a sentence begins after the dot. Nobody writes a site's end so.
    dot = read.folded.origin[match.start(1) + host.rindex(".")]
    end = read.draft.text[dot + 1 : dot + 3]
    return end.islower() or read.draft.text[dot - 1 : dot + 3].isupper()
