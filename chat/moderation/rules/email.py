"""
E-mail addresses, also with « arobase », (at), « point », blanks between the letters, or without the end that a large provider makes plain.

``light`` wants an @ or an arobase. ``strict`` takes « at » and « chez » before any provider for one.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import HELP_ADDRESSES, Span, places, written
from chat.moderation.domains import ENDS, PROVIDERS
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_PROVIDER: Final = "(?:" + "|".join(PROVIDERS) + ")"
_END: Final = "(?:" + "|".join(ENDS) + r"|[a-z]{2})"
_OPEN, _CLOSE = r"[\[({<_*\-]", r"[\])}>_*\-]"
_AT: Final = rf"(?: ?@ ?| ?{_OPEN} ?(?:at|a|arobase?|arrobase|arobas|@) ?{_CLOSE} ?| (?:arobase|arobas|arobaz|arrobase|arobace|arobasse) )"
_DOT: Final = rf"(?:\.|,| \. ?| ?{_OPEN} ?(?:dot|point|\.|pt) ?{_CLOSE} ?| (?:point|dot|pt) |\.\.)"
_NAME: Final = r"[a-z0-9][a-z0-9._%+-]{0,63}"
_HOST: Final = r"[a-z0-9-]{1,63}"

# In any of these, the name may be spelled with « point » too: only the last part is needed to know it.
_FORMS: Final = (
    compiled(rf"{_NAME} ?@ ?{_HOST}(?:\.{_HOST})*\.[a-z]{{2,24}}\b"),
    compiled(rf"{_NAME}{_AT}{_HOST}(?:{_DOT}{_HOST}){{0,3}}?{_DOT}{_END}\b"),
    compiled(rf"{_NAME}{_AT}{_PROVIDER}\b"),
    compiled(r"(?:[a-z0-9._%+-] +){2,}@(?: +[a-z0-9.-]){4,}"),
    compiled(r"(?:[a-z0-9._%+-] *){2,}(?:@ +|\(at\) +|arobase +)(?:[a-z0-9-] +){3,}(?:\.|point) *(?:[a-z] *){2,4}"),
)
_AT_WORD: Final = compiled(rf"\b({_NAME}) (?:at|chez) {_HOST}(?: (?:dot|point) {_HOST}){{0,2}} (?:dot|point) {_END}\b")
_AT_PROVIDER: Final = compiled(rf"\b({_NAME}) (?:at|chez|a) {_PROVIDER}\b")
_MAIL: Final = compiled(
    r"\b(?:mail|mails|email|e-mail|courriel|mel|adresse|address|ecri[st]\w*|ecrivez|write|contact\w*|joindre|reach|gmail)\b"
)
_NO_NAME: Final = frozenset(
    "mail email e-mail adresse compte boite courriel messagerie account address inbox est suis is am look meet see find mail's me us on "
    "them it up regarde c'est passe va inscrit".split()
)


def email(read: Read) -> Finding | None:
    text = read.folded.text
    spans: list[Span] = []
    if "@" in text or "aro" in text or "arro" in text or "at" in text or "(a" in text or "[a" in text:
        spans += places(text, *_FORMS, when=lambda match: match.group() not in HELP_ADDRESSES)
    if read.draft.strictness != "light":
        spans += places(text, _AT_WORD, when=lambda match: match.group(1) not in _NO_NAME)
        if read.draft.strictness == "strict" or _MAIL.search(text):
            spans += places(text, _AT_PROVIDER, when=_names_somebody)
    return written(read, "email", spans)


def _names_somebody(match: Match) -> bool:
    name = match.group(1) or ""
    return name not in _NO_NAME and (len(name) > 5 or not name.isalpha())
