"""A rule for plain text, and when it need not be asked: most rules need not, of most texts.

In:  a scrape.
Out: what the rule takes of it. Where :meth:`Rule.may` says no, that is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from copydesk.dataset.ingest.rules.scrape import Scrape, Take
from copydesk.dataset.ingest.rules.signs import Signed


@dataclass(frozen=True)
class Rule:
    """One rule of the table: what it finds, an example with what it takes between « and », and how it reads."""

    name: str  #: stands in findings and removed
    says: str  #: one sentence for the docs
    example: str  #: a whole scrape; `¶` is a line break
    read: Callable[[Scrape], Iterator[Take]]
    asks: tuple[Signed | str, ...] = ()  #: patterns, or signs in small letters: where one is it may take something
    when: Callable[[Scrape], bool] | None = None  #: where this does not hold it takes nothing

    @cached_property
    def signs(self) -> frozenset[str]:
        """What the text holds, or a short line opens with one of :attr:`opens`, where it takes anything."""
        return frozenset(sign for each in self.asks for sign in ((each,) if isinstance(each, str) else each.signs))

    @cached_property
    def opens(self) -> frozenset[str]:
        return frozenset(word for each in self.asks if isinstance(each, Signed) for word in each.opens)

    def may(self, scrape: Scrape) -> bool:
        """Whether it can take anything: soon told, and no for most rules on most texts."""
        is_asked = not self.signs.isdisjoint(scrape.signs) or not self.opens.isdisjoint(scrape.openings)
        return (is_asked or not self.asks) and self.holds(scrape)

    def holds(self, scrape: Scrape) -> bool:
        """Whether :attr:`when` lets it."""
        return self.when is None or self.when(scrape)

    def takes(self, scrape: Scrape) -> list[Take]:
        """What it takes of what is open: in order, without overlaps."""
        taken, at = list[Take](), -1
        found = list(self.read(scrape))
        if len(found) > 1:
            found.sort(key=lambda each: (each.start, -each.end))
        for take in found:
            if take.start >= at and take.end > take.start:
                taken.append(take)
                at = take.end
        return taken


def has_head(scrape: Scrape) -> bool:
    """Whether lines stand before the story."""
    return bool(scrape.head)


def has_short(scrape: Scrape) -> bool:
    """Whether a line may be a site's furniture."""
    return bool(scrape.short)


def has_brackets(scrape: Scrape) -> bool:
    """Whether the text begins with a bracket."""
    return bool(scrape.lines) and scrape.lines[0].text[0] == "("


def may_be_dated(scrape: Scrape) -> bool:
    """Whether the text begins with a label of its date."""
    return scrape.text.lstrip()[:4].lower() == "date"


def has_tail(scrape: Scrape) -> bool:
    """Whether lines stand after the story's last paragraph."""
    return bool(scrape.tail)


def repeats(scrape: Scrape) -> bool:
    """Whether two lines are the same."""
    return len({line.text for line in scrape.lines}) < len(scrape.lines)
