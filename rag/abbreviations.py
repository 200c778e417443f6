"""Full stops that end no sentence: those of abbreviations and of ordinals, in English and its neighbours.

What a short word is cannot be told from its letters alone, so each kind says what has to follow for the sentence to go
on: `Max.` before a number, `Ms.` before a name, `Mon.` before `to`. Knows nothing of sentences or layout.
"""

from __future__ import annotations

import re

_REACH = 32
"""Characters before a full stop that are looked at; no ending below is longer."""

OPENS = (
    r"(?:The|An?|Its?|He|She|They|We|You|I|This|That|These|Those|There|Then|My|Our|Your|His|Her|Their|If|But|And|When"
    r"|On|At|For|To|After|No(?!\.)|D[eiu]|De[rmns]|Das|Die|Diese[rmns]?|Einen?|Eine[rms]|Er|Sie|Es|Wir|Ich|Ihre?[nmrs]?"
    r"|Keine?[nmrs]?|Dann?|Da(?:nach|bei|für|her|mit|durch|rüber)|Dort|Hier|Auch|Aber|Und|Oder|Wenn|Wer|Was|Wie|Wo|Wann"
    r"|Falls|Sofern|I[mn]|A[mnb]|Auf|Aus|Beim?|Bis|Für|Mit|Nach|Nur|Seit|So|Um|Unter|Vo[mnr]|Während|Zu[mr]?|Alle|Als"
    r"|Jede[rmns]?|Ohne|Bitte|Man|Les?|La|Ils?|Elles?|Une?|On|Nous|Vous|Ce|Cette|El|Los|Las|Una)(?!\w)"
)
"""Words that begin a sentence, and hardly ever follow a number or an abbreviation within one."""

_ON = r"[a-zà-öø-ÿ\d]"
"""Small letters and digits: no sentence begins so after a short word."""
_MONTH = (
    r"(?:Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember|januari?|februari?|maart|marts|mars|april|mei|maj|mai"
    r"|juni|juli|august(?:us|i)?|september|oktober|november|de[cs]ember|(?:April|August|September|November)\s\d{4})(?!\w)"
)
_DAYS = (
    r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|[Jj]anv|[Ff]évr|[Aa]vr|[Jj]uil|[Dd]éc|Mär|Okt|Dez)"
)
_DATED = (
    rf"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|{_DAYS}|January|February|March|April|May(?=\s\d)|June|July|August"
    r"|(?:Septem|Octo|Novem|Decem)ber)(?!\w)(?!\s(?:is|are|was|were|will|has|have|had|we|it|you|they|I)(?!\w))"
)
"""A day or a month of which nothing is said: it belongs to what stands before it."""

_FOLLOWED = {  # an ending, and what follows it within a sentence
    # what counts, points or limits, before its number, which in a reference may be a letter or a Roman one
    r"(?i:approx|ca|vols?|chs?|chap|secs?|paras?|cl|arts?|nos?|nr|pp?|figs?|eqs?|tabs?|refs?|app|ver|abs|bd|max|min|incl"
    r"|excl|est|avg|resp|misc|tel|ext|dept|inst|intl|govt|assn|apt|rm|qty|suppl|eds?|env|av|boul)": (
        rf"[$€£¥§~±(]|{_ON}"
    ),
    r"(?:App|Fig|Tab|Eq|Vol|Ch|Sec|Para|Art|Cl|Sch|Pt|Ex|Rm|Apt|Bldg|Abb|Anl|Anh|Kap)s?": (
        r"(?!I\s[a-z])(?:[A-Z]|[IVXL]{2,6}|\d)[\d.]*(?!\w)"
    ),
    r"[Mm]ind": r"\d",
    # a word without a vowel
    r"(?<!\.)[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]{1,5}|mins|secs": r"[a-zà-öø-ÿ]",
    # titles
    r"Ms|Mx|Mmes|Mlles?|Messrs|Cllrs?|Clr|Revd|Attn|Mgr|Ing": r"[^\W\d_a-z]",
    # days and months
    _DAYS: rf"{_ON}|[-–—]|{_DAYS}(?:\.|[a-z]*\.?\s\d)",
    r"\d{0,2}(?i:[ap]\. ?m)": rf"{_DATED}|(?:[A-Z]{{2,3}}T|[CEMP]T|UTC)(?!\w)",
    r"Mo|Di|Mi|Do|Fr|Sa|So": r"\d|[-–—]|(?:bis|und|ab|von|um)\s|(?:Di|Mi|Do|Fr|Sa|So)\.",
    r"[Ll]un|[Mm]ar|[Mm]er|[Jj]eu|[Vv]en|[Ss]am|[Dd]im": r"\d|[-–—]|(?:au|et|à|de)\s",
    # any short word, before a number with which the line or the clause ends
    r"[A-ZÄÖÜ][^\W\d_]{1,5}": r"N(?i:os?|r)\.\s?\d[\w/-]{0,20}(?=[.,;:)\n]|$)",
    # what never ends a sentence, and what may before a word that opens the next
    r"[Vv]gl|bzw|[Gg]gfs?|sog|[Bb]spw|inkl|exkl|zzgl|abzgl|[Ee]vtl|[Ii]nsb(?:es)?|einschl|ca|lt|Ziff|Rn|Rdnr|Rz|Nrn?|Kap"
    r"|Abb|Hrsg|Dipl|Hr|Frl|lfd|mtl|[Bb]ijv|mevr|dhr|blz|jfr?|kl|f\. ?eks|bl\. ?a|dvs|[Pp]\. ?ex|[Pp]\. ?ej|[Rr]éf|éd"
    r"|Sr(?:a|es|ta)|Dra|Dña|[Nn]úms?|[Pp]ágs?|[Pp]árr|[Aa]prox|[Aa]vda|Buchst|Halbs": r"\S",
    r"Std|Sek|Tsd|Mio|Mrd|Jh|[Tt][eé]l|[Ii]ncl|[Ee]xcl|allg|bes|ehem|geb|tägl|jährl|Fa|Abt|Pos|Zi|Kto|Rech|[Rr]esp"
    r"|Reg|Ref|Acct|Lic|(?<!\w )Gem|(?:[A-ZÄÖÜ]\w+|wird|werden|ist|sind|und|oder|auch|nur) gem|(?<=[\d€%),:] )gem"
    r"|(?<=\()gem": rf"(?!{OPENS})\S",
    r"Min|usw|usf|MwSt|c\.-à-d|[vn]\. ?Chr|[^\W\d_]+str": r"[a-zäöüß\d]",
    r"[Gg]em|i\. ?S\. ?d|i\. ?V\. ?m|Abs|[Aa]rt": r"§|\d|(?:Art|Abs|Ziff|Nr|Satz|Anlage|Punkt)(?!\w)",
    # ordinals
    r"(?:(?<!I )[Aa]m|[Vv]om|[Zz]u[mr]|[Ii]m|[Bb]eim|[Dd](?:e[rmns]|ie|as)|(?<!\d )(?:[Bb]is|und|oder)"
    r"|[Aa]b|[Ss]eit|[Jj]ede[rmns]?|[Ee]ine?[rmns]?|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag,?|Mittwoch,?)\s\d{1,3}": (
        rf"(?!{OPENS})[^\W\d_]"
    ),
    r"(?<![.,:/-])(?:\d\d?\.)?\d\d?": rf"{_MONTH}|(?:und|oder|bis|og|och)\s",
}
_KINDS = [(re.compile(rf"(?<!\w)(?:{ending})\.$"), re.compile(follower)) for ending, follower in _FOLLOWED.items()]
_ANY = re.compile(rf"(?<!\w)(?:{'|'.join(_FOLLOWED)})\.$")
"""Tells the most of words at once that they are none of these."""
_ALWAYS = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.)*(?:[^\W\d_]|Mrs?|Ms|Dr|Prof|St|Gen|Sen|Gov|Rep|Inc|Ltd|Co|vs|No|al|etc|cf)\.$"
)


def goes_on(text: str, start: int, end: int, after: int) -> bool:
    """Whether a full stop is that of an abbreviation or an ordinal with which a sentence does not end.

    Args:
        text: What it stands in.
        start: Offset of the sentence that it may end.
        end: Offset past the full stop.
        after: Offset of what follows it.

    Returns:
        True where what follows goes on with the sentence; False of those endings that `sentencex` knows.
    """
    low = max(start, end - _REACH)
    if not (text.startswith(".", end - 1) and _ANY.search(text, low, end)):
        return False
    return any(kind.search(text, low, end) and follower.match(text, after) for kind, follower in _KINDS)


def is_known(text: str, start: int, end: int) -> bool:
    """Whether a stretch ends in an initial, or in an abbreviation that hardly ends a sentence.

    Args:
        text: What it stands in.
        start: Offset of its first character.
        end: Offset past its last.

    Returns:
        True whatever follows.
    """
    return bool(_ALWAYS.search(text, max(start, end - _REACH), end))
