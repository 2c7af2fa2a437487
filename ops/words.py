"""
Make the lists of ``chat/people/lists/`` from lists that others chose with care.

    python ops/words.py fr BIP39_FRENCH > chat/people/lists/words.fr.txt
    python ops/words.py en EFF_LARGE > chat/people/lists/words.en.txt

Of several words that sound nearly alike (:func:`sound`) the shortest stays, since somebody reads them from paper and writes them by ear.
What is sad, violent or could offend is left out (:data:`LEFT_OUT`, stems); so is what is too short to be heard or too long to be written.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import Final

SHORTEST, LONGEST = 4, 9

HEADS: Final = {
    "fr": "From the French words of BIP-39 (https://github.com/bitcoin/bips), MIT licence; chosen by ops/words.py",
    "en": "From EFF's large list by Joseph Bonneau (https://www.eff.org/dice), CC BY 3.0 US; chosen by ops/words.py",
}

LEFT_OUT: Final = {
    "fr": """
        abandon absurd abusi abyss accabl accus acerbe affreux aneant angoiss anxieu arme arsenic assaut asserv
        atroc attaqu avari aveugl bafou biopsi bistouri blafard blessan bombard brusque brutal calomn calvaire
        caporal carnag cercueil cerner chagrin chimer coler combat conflit crainte crotale cruel cyanur danger
        debattr debrid defens demol derang derob desastr desobe detest detress diable duperi embryon enferm
        ennem ennuy epidem epitaph epuis erreur exclus exil exorcis faibl farouch fatal fatigu fautif febril
        femme feroc fiasco fissur foli fonger frayeur fremir fugit fureur furieux grogn gronder gruger guerr
        hematom honteux horribl hypnos illicit incendi inept inflig injur insult invas ironiq ivress jouiss
        label labial lacer larme lugubr lutter malefic malheur malice matraqu maudir mechant mediter menac
        mensong missil monotone monstr moqueur morsur mousson mutil narquois naufrag nefast negati nocif
        noirceur nuir nuisibl obscur offens opprim otage panique paresse penibl penuri perte phobi pleur priso
        prive psychos punaise puniti querell ravag rejet revanch revolt risibl rugueu sabre sanction sarcas
        scandal scelerat sedui semence seminal sevir sevrag sinistr soldat solitud sombr sottis soucieux surmen
        suspect tension terribl torpill torsion toxin tragiqu trahir tranch tribunal tyran ubuesq urtican usure
        vaincr vampir vaseux venger venimeux vexan vexer viper virus vivipar vomi vorac
    """,
    "en": """
        abort abus accus afraid aggress amput anal anger angri angry anguish anxi armp arous arrest ass attack
        avers backlash bad bast batter bigot blabber blam blast bleed blood bomb boob bother bra breast brink
        brok broke broken bruis brut bull burn bust butt cadill cancel casual catast cavit chast cheat chemo
        choke clumsy cock coerc coffin collap combat complain conceal condem conflic coward cramp crash crazi
        crazy cried crier crim crippl crotch cruel crush cry cult curs damag danger dark dead deaf death debat
        debt decay deceas deceit deceiv defam defeat defect defi defunct degrad delet deni denial depend depress
        depriv derang desert desper despis destruc detain devil devious dick dirt disab disagre disar disast
        discard disciplin discolor discom discon discount discourag disdain disease disgrac disgust dishon
        dislik dislo dismal dismay dismiss disown dispos disput distort distract distress distrust disturb
        divorc doom dope doubt drag dread drool drown drug drunk dull dumb dump dung dust dwindl egotist emba
        enem enrag enslav epilep erect erod eros espion evict evil exil expel explo exploit exposur fail fak
        fals fat fear feebl fetus fight filth flak flirt foe fond fool forg foul fraud freak frigh frown frus
        furious gangw germ ghost gigolo glare gloom god gore gossip goth graph greed grief griev grim gritti
        grog groin grope gross grouch grudg gruff grump guilt gun halo hard harm harsh hate haunt havoc hazard
        heartach hebrew helpless hex hor hostil hug humili hurt hustl hymn hypoc hysteri idioc idiot ignor ill
        immodest immor imp impair imper impound improp inadeq incap inept infect inferior insan insat insult
        intim invas irrit islam itch jail jealous jerk jesus jug junk karate karma kill kink kiss lack lad lame
        laps latrin laun lazi lazy leech lethal liabl liar lice lick limp lone los loss lous luckless ludicrous
        lurk lust mace mad malic malign mammar mangl mania maniac mate mating mauled mauling mayhem meager mean
        menac menst mess mischief misera mistak moan mocking moist mold monst mood morbid morph mortal mourn
        muck mud mug mull murk mutil mutter nag naked nasal nasty naug nause negat neglec nerd nerv nip nude
        numb obes oblivi obnox obscene obscur obsess offend offens opiat opium oppress outrage overdos overk
        pagan pain panic pant parasi path patholog pelvi penal peril perish perpet pest petrif phobi phon pimp
        plagu plight plunder poison pole poor pout preg prevent prick prison prob procras profan prohib prowl
        prun pube puls punish quarrel quit rabid racis racoon rag rape rash ravag rebel reck regret rehab reject
        relaps remors renega repel repent repress reprim repugn repuls resent retali reveng revok revolt ridicul
        rigid riot risk ritual rival rob roman rot rough rowdy rubb ruin rum rust ruthless sabotag sacram sad
        sag saggy salva sarcas satir savag scalp scam scapegoat scar scold scor scoundr scrap scream screw sedat
        sedu selfish sensual sever sex shabb shack shady shak sham shar shock shoot shove shred shrew shrill
        shun siberia sick silenc sin skeleton skimp slack slam slap slash slaug slave slay sleaz slim sliver
        slob slog sloppy slug slum slur slush sly smash smear smell smelly smelt smirk smog smok smug smut snag
        snarl sneak sneer snitch snob snor snot snub sob sober sore sorrow sour spank spas sperm spew spill spit
        splat spoil spook squand squash squint squirm stab stag stain stalk starv steal stench steril stern
        steroi stifl sting stink stole stolen stomp stoop strain strangl strap stray stress strife strip strugg
        stubb stuck stun stupid subdu submiss subpar suck suffer suffoc suicid sulk sullen surrend suspec sweat
        swindl swipe swoon sword tack taint tamper tank tantrum tarnish taun tens terrif terror thee thrash
        threat throb thug thyself tick tingle tired tit torment torn tort tox tragic traitor trampl trap trash
        trauma trem trick troubl trump tumor turmoil twin tyran ugl ulcer unab unaw unb unc und unea unen unf
        ung unh uni unj unk unl unm unn uno unp unq unr uns unt unu unv unw unz upset urin urol usur uter vagi
        vagran vagu vain vandal vanish vanquish vap vaselin vermin vicious victim villain viol viper virus vixen
        vomit vulg vulture war wart wasp waste weak weap weary weep whin whip wick wimp wino wip witch wither
        worr worst wound wreck wrest wretch wrong xen yell yiddish zap zomb
    """,
}

# Made from another word, which is told from it by the end alone.
DERIVED: Final = {
    "fr": re.compile(r"$^"),
    "en": re.compile(r"(?:ly|ness|less|ing|ed|able|ible|ably|ation|ity|[^s]s|est|iest|ism|ied|ive|ful|ous)$"),
}
BEGINNING: Final = 4  # letters by which two words of a list differ at least, so that the first ones suffice

_ACCENTS: Final = {"œ": "oe", "æ": "ae"}

Rules = tuple[tuple[str, str], ...]

# In this order, on letters without accents. Capitals are sounds that no letter names: S as in chat or ship, N as in montagne, A I O the
# nasal vowels, U as in vous, W as in oui. Consonants that differ by the voice alone (p b, t d, k g, f v, s z, j ch) and m and n are one
# sound: on a bad line they are.
FRENCH: Final[Rules] = (
    (r"h(?<!ch)(?<!ph)", ""),
    (r"ph", "f"),
    (r"sch|ch", "S"),
    (r"gn", "N"),
    (r"gu(?=[eiy])", "k"),
    (r"ge(?=[aou])", "S"),
    (r"g(?=[eiy])", "S"),
    (r"j", "S"),
    (r"qu|q", "k"),
    (r"sc(?=[eiy])", "s"),
    (r"c(?=[eiy])", "s"),
    (r"c|g", "k"),
    (r"x", "ks"),
    (r"eaux?|aux?", "o"),
    (r"oeu|eu", "e"),
    (r"ou", "U"),
    (r"(?:ai|ei|yi|i|y|u)[nm](?![aeiouynm])", "I"),
    (r"oi|oy", "Wa"),
    (r"(?:ai|ei|ay|ey)", "e"),
    (r"[ae][nm](?![aeiouynm])", "A"),
    (r"o[nm](?![aeiouynm])", "O"),
    (r"(?:er|ez|et|ee|es|e)$", ""),
    (r"[stdxzp]+$", ""),
    (r"y", "i"),
    (r"b", "p"),
    (r"d", "t"),
    (r"v|w", "f"),
    (r"z", "s"),
    (r"m", "n"),
    (r"(.)\1+", r"\1"),
)
ENGLISH: Final[Rules] = (
    (r"^(?:kn|gn|pn)", "n"),
    (r"^wr", "r"),
    (r"^x", "s"),
    (r"mb$", "m"),
    (r"ght", "t"),
    (r"gh", ""),
    (r"ph", "f"),
    (r"tch|sch|sh|ch|ti(?=on|a)|ci(?=a|o)|si(?=on)", "S"),
    (r"th", "t"),
    (r"dge?(?=[eiy]|$)|g(?=[eiy])|j", "S"),
    (r"ck|qu?|x", "k"),
    (r"c(?=[eiy])", "s"),
    (r"c|g", "k"),
    (r"h(?![aeiouy])|(?<=[aeiouy])w", ""),
    (r"b", "p"),
    (r"d", "t"),
    (r"v", "f"),
    (r"z", "s"),
    (r"m", "n"),
    (r"(?<=.)e(?:s|d)?$", ""),
    (r"[eiy][aeiouy]*", "i"),
    (r"[aou][aeiouy]*", "a"),
    (r"(.)\1+", r"\1"),
)


def plain(word: str) -> str:
    """Write a word as one types it: small letters without accents."""
    for ligature, letters in _ACCENTS.items():
        word = word.replace(ligature, letters)
    return "".join(char for char in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(char))


def sound(word: str, language: str) -> str:
    """Write down roughly how a word sounds, so that words which could be taken for each other are written alike."""
    heard = plain(word)
    for pattern, instead in FRENCH if language == "fr" else ENGLISH:
        heard = re.sub(pattern, instead, heard)
    return heard


def choose(words: list[str], language: str) -> list[str]:
    """Keep those that can be told apart by ear."""
    stems = tuple(LEFT_OUT[language].split())
    fit = {plain(word) for word in words if SHORTEST <= len(plain(word)) <= LONGEST and plain(word).isalpha()}
    kept: dict[str, str] = {}
    beginnings: set[str] = set()
    for word in sorted(fit, key=lambda word: (len(word), word)):
        heard, beginning = sound(word, language), word[:BEGINNING]
        if heard in kept or beginning in beginnings or word.startswith(stems) or DERIVED[language].search(word):
            continue
        kept[heard] = word
        beginnings.add(beginning)
    return sorted(kept.values())


def main() -> None:
    language, path = sys.argv[1:]
    words = [line.split()[-1] for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    print(f"# {HEADS[language]}", *choose(words, language), sep="\n")


if __name__ == "__main__":
    main()
