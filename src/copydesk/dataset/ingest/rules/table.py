"""The rules, in the order in which they are asked, each with what it takes and an example.

An example is a whole scrape: `¶` is a line break, and what the rule takes stands between « and ».
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from copydesk.dataset.ingest.rules import after, between, head, names, phrases, rule
from copydesk.dataset.ingest.rules.rule import Rule
from copydesk.dataset.ingest.rules.scrape import Line, Scrape, Take
from copydesk.dataset.ingest.rules.signs import CONTROLS

_STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the bridge."

RULES = (
    Rule(
        "control-character",
        "Control characters and byte order marks, anywhere.",
        f"«\ufeff»{_STORY}",
        between.control_character,
        asks=(*CONTROLS,),
    ),
    Rule(
        "date-label",
        "A scraper's label with the date of publication, at the very start.",
        f"«date 2023-12-06» {_STORY}",
        head.date_label,
        when=rule.may_be_dated,
    ),
    Rule(
        "agency-tag",
        "A sign in brackets where the text begins: an agency, else the publisher's own.",
        f"«(AP)» {_STORY}",
        head.agency_tag,
        when=rule.has_brackets,
    ),
    Rule(
        "advertisement",
        "A line that stands for an advertisement.",
        f"{_STORY}¶«Advertisement»¶{_STORY}",
        between.advertisement,
        asks=(phrases.ADVERTISEMENT,),
    ),
    Rule("share", "A line of sharing buttons.", f"«Share on Facebook»¶{_STORY}", between.share, asks=(phrases.SHARE,)),
    Rule(
        "comments",
        "A line that counts or asks for comments.",
        f"{_STORY}¶«Comment (0)»",
        after.comments,
        asks=(phrases.COMMENTS,),
    ),
    Rule(
        "read-more",
        "A line that leads to the full article elsewhere.",
        f"{_STORY}¶«Full Article»",
        after.read_more,
        asks=(phrases.READ_MORE,),
    ),
    Rule(
        "source-url",
        "The address that the text gives as its source.",
        f"{_STORY}¶«Source: https://www.example.org/news/1.html»",
        after.source_url,
        asks=(after.SOURCE_URL,),
    ),
    Rule(
        "site-name",
        "A line before the story that is nothing but the site's address.",
        f"«SeattlePI.com»¶{_STORY}",
        head.site_name,
        when=rule.has_head,
    ),
    Rule(
        "empty-label",
        "A label whose value the scraper lost.",
        f"«Published»¶{_STORY}",
        head.empty_label,
        asks=(head.LABELS,),
        when=rule.has_head,
    ),
    Rule(
        "copyright",
        "A copyright line before or after the story.",
        f"{_STORY}¶«Copyright 2024 Example Media. All rights reserved.»",
        after.copyright_notice,
        asks=(phrases.COPYRIGHT,),
    ),
    Rule(
        "newsletter",
        "A line before or after the story that asks to subscribe, follow or accept cookies.",
        f"{_STORY}¶«Sign up for our newsletter»",
        after.newsletter,
        asks=(phrases.NEWSLETTER,),
    ),
    Rule(
        "caption",
        "A line that ends in a photo credit in brackets.",
        f"{_STORY}¶«The bridge in May. (Photo: J. Doe)»¶{_STORY}",
        between.caption,
    ),
    Rule(
        "photo-credit",
        "A line that is a photo credit.",
        f"{_STORY}¶«Photograph by Jane Doe»¶{_STORY}",
        between.photo_credit,
        asks=(
            phrases.PHOTO_CREDIT,
            between.TWO_SOURCES,
        ),
    ),
    Rule(
        "credit-line",
        "Who else worked on the report, after the story.",
        f"{_STORY}¶«AP writer Jane Doe contributed to this report.»",
        after.credit_line,
        asks=(phrases.CONTRIBUTED,),
    ),
    Rule(
        "translation-note",
        "A line that says that the text was translated.",
        f"{_STORY}¶«Translated from Spanish by Jane Doe»",
        after.translation_note,
        asks=(phrases.TRANSLATED,),
    ),
    Rule(
        "signature",
        "The author after the story, with whom the text follows.",
        f"{_STORY}¶«Jane Doe (according to Reuters)»",
        after.signature,
        asks=(after.SIGNATURE,),
    ),
    Rule(
        "embed",
        "What a player or a post from elsewhere leaves behind.",
        f"{_STORY}¶«View this post on Instagram»¶{_STORY}",
        between.embed,
        asks=(phrases.EMBED,),
    ),
    Rule("table", "A row of a table.", f"{_STORY}¶«| Bridge | 4 m |»¶{_STORY}", between.table_row, asks=("|",)),
    Rule("repeat", "A paragraph that stands a second time.", f"{_STORY}¶«{_STORY}»", between.repeat, when=rule.repeats),
    Rule(
        "biography",
        "A paragraph about the author, before or after the story.",
        f"{_STORY}¶«Jane Doe is a reporter who covers bridges.»",
        after.biography,
        asks=(*after.POSTS,),
    ),
    Rule(
        "reach",
        "How to reach the author or the paper, and where else the text appeared.",
        f"{_STORY}¶«Jane Doe can be reached at jane@example.org.»",
        after.reach,
        asks=(phrases.REACH,),
    ),
    Rule(
        "after-story",
        "A heading of what follows the story, and all below it.",
        f"{_STORY}¶«Most popular»¶«Rain in Oslo»",
        after.after_story,
    ),
    Rule(
        "pointer",
        "A line that points to another story, and the headline under a bare *Related*.",
        f"{_STORY}¶«Related: Rain in Oslo»¶{_STORY}",
        between.pointer,
        asks=(
            phrases.POINTER,
            phrases.POINTER_LABEL,
        ),
    ),
    Rule(
        "separator",
        "A line without any letter or digit.",
        f"{_STORY}¶«***»¶{_STORY}",
        between.separator,
        asks=(between.SEPARATOR,),
    ),
    Rule(
        "byline", "Who wrote it, on a line before the story.", f"«By Jane Doe»¶{_STORY}", head.byline, asks=(names.BY,)
    ),
    Rule(
        "split-byline", "A byline over two lines.", f"«By¶Jane Doe»¶{_STORY}", head.split_byline, asks=(head.BY_ALONE,)
    ),
    Rule(
        "date-stamp",
        "A line before the story that is a date.",
        f"«Published Dec. 6, 2023»¶{_STORY}",
        head.date_stamp,
        when=rule.has_short,
    ),
    Rule(
        "title-repeat",
        "A headline that stands twice: the first is the title.",
        f"«Council will pay for the bridge»¶«Council will pay for the bridge»¶{_STORY}",
        head.title_repeat,
        when=rule.has_head,
    ),
    Rule(
        "headline",
        "The line before the story that reads like a headline; the title only where it cannot be its summary instead.",
        f"«Council Will Pay for Bridge»¶{_STORY}",
        head.headline,
        when=rule.has_head,
    ),
    Rule(
        "head-line",
        "A line before the story that is no sentence: section, counter, button.",
        f"«Politics»¶{_STORY}",
        head.head_line,
        when=rule.has_head,
    ),
    Rule(
        "loose-end",
        "A line below the last paragraph that ends no sentence.",
        f"{_STORY}¶«Oslo»",
        after.loose_end,
        when=rule.has_tail,
    ),
    Rule(
        "dateline",
        "Place, perhaps agency, and a dash at the head of the story.",
        f"«BANGKOK (AP) —» {_STORY}",
        head.dateline,
    ),
)


def signs() -> frozenset[str]:
    """What rules look for in a text before they look at its lines."""
    return frozenset(sign for each in RULES for sign in each.signs) | {between.CREDIT}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules made of a scrape."""

    body: tuple[Line, ...]  #: what is left, in order
    takes: tuple[tuple[Rule, Take], ...]  #: in the order of the text
    signs: frozenset[str]  #: those of all that are asked for that the text holds


_ALWAYS = [n for n, each in enumerate(RULES) if not each.asks]
_BY_SIGN, _BY_OPENING = (
    {key: [n for n, each in enumerate(RULES) if key in of(each)] for rule_ in RULES for key in of(rule_)}
    for of in (attrgetter("signs"), attrgetter("opens"))
)


def _asked(scrape: Scrape) -> list[int]:
    """The numbers of the rules that the lines may concern, in order."""
    found = set(_ALWAYS)
    for sign in scrape.signs:
        found.update(_BY_SIGN.get(sign, ()))
    for word in scrape.openings:
        found.update(_BY_OPENING.get(word, ()))
    return sorted(found)


def read(text: str, items: frozenset[int] = frozenset()) -> Reading:
    """Ask every rule in turn; ``items``: where lines of lists start."""
    scrape, takes = Scrape.of(text, items), list[tuple[Rule, Take]]()
    left = _asked(scrape)
    while left:
        at, *left = left
        if RULES[at].holds(scrape) and (taken := RULES[at].takes(scrape)):
            takes += [(RULES[at], take) for take in taken]
            scrape = scrape.without(take.span for take in taken if not take.keep)
            left = [n for n in _asked(scrape) if n > at]  # what is left of a line may open otherwise
    return Reading(scrape.lines, tuple(sorted(takes, key=lambda pair: pair[1].span)), scrape.signs)
