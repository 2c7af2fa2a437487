"""
What somebody is called on another service: « mon insta : @… », « discord nom#0042 », « @… sur snap ».

An @ alone is for somebody in the room, and so is a pseudonym of the room. ``light`` wants an @, a figure or a sign in the handle; otherwise
a plain word counts after « mon insta c’est ».
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import detail
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_SERVICE: Final = (
    r"(?:insta|instagram|ig|discord|disc|snap|snapchat|twitter|x|telegram|tg|linkedin|skype|facebook|fb|messenger|tiktok|tik tok|twitch|whatsapp"
    r"|signal|threads|bluesky|bsky|mastodon|viber|wechat|reddit|github|gitlab|pinterest|youtube|steam|psn|xbox|matrix|element|teams|slack"
    r"|kik|line|vinted|paypal|lydia|wero|medium|tumblr|substack|soundcloud|spotify|strava|zoom|meetup|malt|viadeo|copains d'avant)"
)
_SURE: Final = _SERVICE.replace("|x|", "|").replace("|line|", "|").replace("|element|", "|").replace("|medium|", "|")
_HANDLE: Final = r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9_])?"
_LINK: Final = r"(?:(?: (?:perso|pro|prive|account|handle|id|name|pseudo|tag|user|username))? ?(?::|=|->|,| -|\() ?| (?:c'est|est|is|it's|sous|par|via|as|under|me at|pseudo|handle|compte|account)(?: ?: ?| ))"

_NAMED: Final = compiled(rf"\b{_SERVICE}\b|live:|(?:^|[ (/])u/|\.bsky\.")
_WITH_AT: Final = compiled(rf"\b{_SURE}\b[^@\n.!?]{{0,24}}?(@ ?{_HANDLE})|\bx (?:: |is |c'est |= )?(@{_HANDLE})")
_AT_ON: Final = compiled(
    rf"(@{_HANDLE})(?: ?[,(] ?| )(?:c'est moi |me )?(?:sur|on|chez|via|in)? ?(?:mon |ma |my |le |the )?(?:{_SURE}|x(?:$|[ .,!)]))\b"
)
_AFTER: Final = compiled(rf"\b{_SURE}{_LINK}\"?({_HANDLE}(?:#\d{{3,5}})?)")
_BESIDE: Final = compiled(rf"\b{_SURE} \"?({_HANDLE}(?:#\d{{4}})?)")
_ON: Final = compiled(
    rf"\b({_HANDLE}(?:#\d{{4}})?)\"?,? (?:sur|on|chez|via) (?:mon |ma |my |le )?(?:{_SURE}|x(?:$|[ .,!)]))\b"
)
_TAG: Final = compiled(r"(?:^|[^a-z0-9#])([a-z0-9_.]{2,32}#\d{4})(?:$|[^0-9a-z])")
_OWN: Final = compiled(
    r"\b(?:mon|ma|mes|my|le mien|notre|our|sur|son|sa|his|her|ajoute\w*|add|follow|suis-moi|suivez|cherche\w*|trouve\w*|find|dm|mp)\b[^.!?\n]{0,24}$"
)
_FEDERATED: Final = compiled(
    rf"(?:^|[^a-z0-9.])(@{_HANDLE}[@:]{_HANDLE}\.[a-z]{{2,12}})\b|(?:^|[ (])(/?u/[a-z0-9_-]{{3,20}})\b|\b({_HANDLE}\.bsky\.social)\b"
)
_SKYPE: Final = compiled(r"\b(live:[a-z0-9._]{4,40})")
# What follows the name of a service and is no handle.
_PLAIN_WORDS: Final = frozenset(
    "a ai au aussi avec bien bloque c ca ce chez cree dans de depuis des down du elle en encore est et eux ferme fermé gratuit grave grand "
    "hier hors il ils interdit j'ai je jamais juste l'autre la le les lui ma mais mal mauvais mieux mon mort moins moche n'est ne nickel non "
    "notre nous nul on ou oui pareil pas perdu pire plante plein plus pour pourri prive privé pro professionnel public quand que qui rien sa "
    "se ses si son sur supprime surtout ta the toi tombe tout toxique tres trop tu un une utile vers vide vie vous vraiment y active "
    "about and another are at bad banned because better blocked but by closed dead deleted down empty fine for free full gone good great "
    "he her here his i if in is it just like my never nice no not of off on only open or our out over pretty private public really slow so "
    "still terrible that their there they this to too toxic up useless very was we well when where which who with work working worse you your "
    "obligatoire mandatory ouvert lent important inutile insupportable envahissant message messages groupe group compte account".split()
)


def handle(read: Read) -> Finding | None:
    text = read.folded.text
    if "@" not in text and "#" not in text and not _NAMED.search(text):
        return None
    light = read.draft.strictness == "light"
    found = [*_sure(text), *(match for match in _AFTER.finditer(text) if _is_handle(text, match, light))]
    found += [match for form in (_BESIDE, _ON) for match in form.finditer(text) if _is_odd(match.group(1) or "")]
    spans = [read.folded.spans(*_place(match)) for match in found]
    return detail(read, "handle", [span for span in spans if not read.is_of_the_room(*span)])


def _sure(text: str) -> list[Match]:
    forms = [_TAG, _SKYPE, _FEDERATED] if "#" in text or ":" in text or "/" in text or "." in text else []
    forms += [_WITH_AT, _AT_ON] if "@" in text else []
    return [match for form in forms for match in form.finditer(text)]


def _place(match: Match) -> tuple[int, int]:
    """Find the group that took part."""
    for group in (1, 2, 3):
        try:
            if match.start(group) >= 0:
                return match.span(group)
        except IndexError:
            break
    return match.span()


def _is_handle(text: str, match: Match, light: bool) -> bool:
    word = match.group(1) or ""
    if _is_odd(word):
        return True
    if light or word in _PLAIN_WORDS or len(word) < 4:
        return False
    return _OWN.search(text[max(0, match.start() - 32) : match.start()]) is not None


def _is_odd(word: str) -> bool:
    """Whether ``word`` is made as handles are and words aren't: with a figure or a sign within, and letters."""
    if word in _PLAIN_WORDS or not any(map(str.isalpha, word)):
        return False
    inner = word.strip("._-")
    return "_" in word or "#" in word or ("." in inner and inner.count(".") == 1 and len(inner) > 7) or _mixes(inner)


def _mixes(word: str) -> bool:
    letters = word.rstrip("0123456789")
    return len(letters) > 2 and letters != word and letters.isalpha() and len(word) > 4
