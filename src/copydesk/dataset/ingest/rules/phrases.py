"""The words by which sites give their furniture away: each constant matches a whole line of one kind."""

from __future__ import annotations

import re

from copydesk.dataset.ingest.rules.signs import signed


def one_of(*patterns: str) -> re.Pattern[str]:
    """Matches what any of the patterns matches, in either case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def holding(*patterns: str, before: int, after: int) -> re.Pattern[str]:
    """Matches a line that holds one of the patterns, with at most so many characters around it."""
    anywhere = "|".join(patterns)
    return re.compile(rf"[^\"“]{{0,{before}}}(?:{anywhere}).{{0,{after}}}", re.IGNORECASE)


PHOTO_CREDIT = signed(
    one_of(
        r"(?:photo|image|picture|photograph|illustration|credit|source image)s?"
        r"(?: credits?| courtesy| by| via)*\s*[:/].{0,120}",
        r"(?:photo|photograph|image)s? (?:by|courtesy|via)\b.{0,120}",
        r"(?:photo )?illustrations? (?:by|on)\b[^.]{0,120}",
        r".{0,80}\b(?:getty images|shutterstock|ap photo|istock)\b[^.]{0,40}",
        r"[^.]{0,80}\bvia (?:ap|getty|reuters|afp|x|twitter|youtube|instagram)\b[^.]{0,20}",
        r"[^.]{0,60}\b(?:photos? )?courtesy of\b.{0,100}",
    ),
    "getty images",
    "shutterstock",
    "ap photo",
    "istock",
    "via ",
    "courtesy of",
    opens="photo image picture illustration credit source",
)
_SITES = "facebook|twitter|x|pinterest|linkedin|whatsapp|reddit|flipboard|tumblr|pinit"
SHARE = signed(
    one_of(
        r"(?:share|tweet|pin|email|print|save|copy link|link copied|follow us|like us)"
        rf"(?:\s+(?:this|on|via|with|to|it|article|story|post|page|email|link|print|comment|{_SITES}))*[\s:!]*",
        r"show additional share options",
    ),
    opens="share tweet pin email print save copy link follow like show",
)
ADVERTISEMENT = signed(
    one_of(
        r"[-\s]*(?:skip )?advert(?:isement|ising)?[-\s:]*",
        r"[-\s]*(?:sponsored(?: content)?|ad|paid (?:post|content))[-\s:]*",
        r"(?:article|story) continues (?:after|below).*",
        r"loading|loadingerror loading",
    ),
    opens="skip advertisement sponsored ad paid article story loading",
)
_LEADS = (
    "related|read more|read next|read also|also read|see also|more|see|watch|listen|must read|up next|recommended|next"
)
POINTER = signed(
    one_of(
        rf"(?:{_LEADS}|don['’]t miss|read the full (?:story|article))(?: stor(?:y|ies)| articles?)?\s*[:>»|]"
        r"\s*\S.{0,200}",
        r"(?:sign up|click here|tap here) .{0,120}",
    ),
    opens="related read also see more watch listen must up recommended next don sign click tap",
)
POINTER_LABEL = signed(
    one_of(
        r"(?:don['’]t miss|read next|see also|must[- ]reads?)\s*:",
        r"related(?: stor(?:y|ies)| articles?| coverage| content)?\s*:?",
        r"read more\s*:?",
        r"recommended(?: stories| videos?)?\s*:?",
        r"see also\s*:?",
        r"read next\s*:?",
        r"more must-reads.*",
        r"more \w+ videos",
        r"trending videos",
        r"watch now:?",
        r"[a-z]+ content",
    ),
    " content",
    opens="don read see must related recommended more trending watch",
)
EMBED = signed(
    one_of(
        r"(?:please )?refresh (?:the|your) (?:page|browser)\b.*",
        r"(?:thank you|thanks) for (?:subscribing|signing up)\b.*",
        r"this content can also be viewed on the site it originates from\.?",
        r"to view this video please enable javascript.*",
        r"supports html5 video",
        r"waiting for your permission to load .*",
        r"(?:view|see) (?:this post|more) on (?:instagram|twitter|x)\b.*",
        r"a post shared by .*",
        r"[—–-]+ .{1,60}\(@\w+\).{0,30}",
        r"video player is loading.*",
        r"(?:play|watch) video",
        r"article continues.*",
        r"something went wrong\W.*",
    ),
    "(@",
    opens="please refresh thank this to supports waiting view see a video play watch article something",
)
COMMENTS = signed(
    one_of(
        r"(?:(?:view|see|load|show|leave|post|add|read)\s+(?:all\s+|a\s+|your\s+|more\s+)?)?"
        r"comments?(?:\s*\(\s*[\d,.k]*\s*\)|:?\s*\d+)?",
        r"\d+\s+comments?",
        r"no comments(?: yet)?",
        r"join the (?:conversation|discussion).?",
    ),
    opens="view see load show leave post add read comments no join 0",
)
READ_MORE = signed(
    one_of(
        r"(?:read|view|see|continue|open|get)?\s*(?:the\s+)?(?:full|whole|complete|entire|rest of the|original)\s+"
        r"(?:article|story|post|text)(?:\s+(?:here|at|on)\b.{0,60})?",
        r"(?:read|learn|see) more",
        r"continue reading",
        r"keep reading",
        r"click (?:here )?to read more.*",
    ),
    opens="read view see continue open get the full whole complete entire rest original learn keep click",
)
COPYRIGHT = signed(
    one_of(
        r"(?:©|\(c\)|copyright\b).{0,200}",
        r".{0,120}\ball rights reserved\b.{0,200}",
    ),
    "©",
    "(c)",
    "copyright",
    "all rights reserved",
)
NEWSLETTER = signed(
    holding(
        r"\bsign up (?:for|to)\b",
        r"\bsubscribe (?:to|now|for)\b",
        r"\bnewsletters?\b",
        r"\b(?:we|this (?:web)?site) uses? cookies",
        r"\benable javascript",
        r"\bnot supported\. for an optimal",
        r"\bfollow us on\b",
        r"\bdownload (?:the|our) app",
        r"\bdirect to your inbox",
        before=60,
        after=300,
    ),
    "sign up ",
    "subscribe ",
    "newsletter",
    "cookies",
    "enable javascript",
    "not supported. for",
    "follow us on",
    "download ",
    "direct to your inbox",
)
CONTRIBUTED = signed(
    one_of(
        r"(?P<lead>.{2,200}?)\s+(?:also )?contributed (?:to this|to the|reporting).{0,120}",
        r"(?:reporting|additional reporting|editing|writing) by .{2,200}",
    ),
    "contributed ",
    "ing by ",
)
TRANSLATED = signed(
    one_of(
        r"\W?this (?:article|text|story) (?:was|has been) (?:machine[- ]|automatically )?translated\b.{0,120}",
        r"\W?(?:machine |automatically )?translated (?:from|by|with)\b.{0,120}",
        r"\W?machine translation\b.{0,80}",
    ),
    "translat",
)
#: what opens the part after a story whatever follows on the line, also where a line break was lost
AWAY = signed(
    re.compile(
        r"(?i:about the (?:author|writer)s?\b|most (?:popular|read)\b|more from\b|more about\b|more on this\b|"
        r"read next\b|"
        r"get the .{0,40}newsletter|join our\b|related (?:terms|articles|stories)|filed under\b|sign up for\b|"
        r"more information:|you (?:may|might) (?:also )?like\b|this document is subject to copyright|what to read next)"
    ),
    opens="about most more read get join related filed sign you this what",
)
AFTER_STORY = signed(
    one_of(
        r"about the (?:author|writer)s?.*",
        r"related(?: (?:articles?|stor(?:y|ies)|posts?|content|topics?|coverage|news|reading|links?))?",
        r"related terms.*",
        r"read next",
        r"up next",
        r"more (?:from|on|in|about|must-reads|stories|news|coverage|to read|like this)\b.*",
        r"most (?:popular|read|viewed|shared|recent)\b.*",
        r"trending\b.*",
        r"recommended\b.*",
        r"explore more",
        r"keep exploring",
        r"discover more\b.*",
        r"you (?:may|might) (?:also )?(?:like|enjoy|be interested)\b.*",
        r"tags?:?",
        r"tags:.*",
        r"tagged\b.*",
        r"filed under\b.*",
        r"posted in\b.*",
        r"topics?:?",
        r"categories:?",
        r"latest (?:news|articles|stories|in|from|videos)\b.*",
        r"popular\b.*",
        r"editor['’]s picks?",
        r"don['’]t miss:?",
        r"also (?:read|on)\b.*",
        r"see also:?",
        r"sponsored\b.*",
        r"(?:from )?around the web",
        r"promoted\b.*",
        r"newsletters?",
        r"get the .{0,60}newsletter\b.*",
        r"join (?:our|the)\b.*",
        r"share this\b.*",
        r"share:?",
        r"references:?",
        r"footnotes:?",
        r"sources?:?",
        r"bibliography",
        r"\d* ?sources?",
        r"notes:?",
        r"discuss this\b.*",
        r"donate\b.*",
        r"was this (?:page|article|story) helpful.*",
        r"view all\b.*",
        r"see all\b.*",
        r"read more (?:about|by|from)\b.*",
        r"in this (?:article|story):?",
        r"stay informed",
        r"jump to\b.*",
        r"be the first to know",
        r"keep reading for\b.*",
        r"what to read next",
        r"we recommend\b.*",
        r"next (?:article|story)",
        r"more information:.*",
        r"citation:.*",
        r"journal information:.*",
        r"explore further",
        r"already a subscriber.*",
        r"want more\?.*",
        r"read next:",
        r"correction:.*",
    ),
    opens="about related read up more most trending recommended explore keep discover you tags filed posted topics "
    "categories latest popular editor don also see sponsored from around promoted newsletter get join share "
    "references footnotes sources bibliography notes discuss donate was view in stay jump be what we next citation "
    "journal already want correction 0",
)
REACH = signed(
    holding(
        r"\bcan be reached (?:at|on|by)\b",
        r"\b(?:follow|find) (?:her|him|them|me|us|[A-Z]\w+(?: [A-Z]\w+){0,3}) on\b",
        r"\bcontact (?:us|the (?:author|writer|reporter))\b",
        r"\b[\w.+-]+@[\w-]+\.\w+",
        r"\bgot a (?:news )?tip\b",
        r"\bdo you have (?:info|information|a (?:story|tip))\b",
        r"\bwe['’]d like to hear\b",
        r"\bletters? to the editor\b",
        r"\bappears? in print\b",
        r"\boriginally (?:appeared|published)\b",
        r"\bfirst appeared (?:on|in)\b",
        r"\bcomment policy\b",
        r"\breprint permission\b",
        r"\breviewed according to\b",
        r"\bnot (?:necessarily )?represent the views\b",
        r"\baffiliate (?:links?|commission)\b",
        before=200,
        after=400,
    ),
    "can be reached ",
    "follow ",
    "find ",
    "contact ",
    "@",
    "got a ",
    "do you have ",
    "d like to hear",
    "to the editor",
    "in print",
    "originally ",
    "first appeared ",
    "comment policy",
    "reprint permission",
    "reviewed according to",
    "represent the views",
    "affiliate ",
)
