"""Web pages: body, fields with the signal that gave them, and a way back to the source for every character."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest

from copydesk.dataset.ingest import html, record
from copydesk.dataset.ingest.html.charset import decode
from copydesk.dataset.ingest.html.page import read as read_page
from copydesk.dataset.ingest.raw import Raw, Reject
from copydesk.dataset.ingest.readers.html import page, read
from copydesk.dataset.sources import Limits, Source

SENTENCE = "The council met on Tuesday and agreed, after a long debate, to pay for the &ldquo;new&rdquo; bridge."
BODY = "".join(f"<p>{SENTENCE} It rained for {n} hours &amp; more.</p>\n" for n in ("two", "three", "five", "nine"))


def a_page(head: str = "", above: str = "", body: str = BODY, heading: str = "Council will pay for the bridge") -> str:
    return (
        f"<html><head><title>{heading} | The Wire</title>{head}</head><body><nav><a href=/>Home</a></nav><article>"
        f"<h1>{heading}</h1>{above}{body}</article><footer>All rights reserved</footer></body></html>"
    )


def extracted(source: str, address: str | None = None) -> Any:
    raw = page(source.encode(), "raw/a.html", address=address)
    assert isinstance(raw, Raw)
    return html.extract(raw)


def ld(**fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def values(found: Any, field: str) -> list[tuple[str, str]]:
    return [(each.value, each.rule) for each in found.findings if each.field == field]


def test_the_body_is_the_pages_own_text() -> None:
    source = a_page()
    text = extracted(source).text
    assert text.text.startswith(
        "The council met on Tuesday and agreed, after a long debate, to pay for the “new” bridge."
    )
    assert "Home" not in text.text and "rights" not in text.text
    for each in text.segments:
        if each.is_linear and "\n" not in text.text[each.start : each.end]:
            assert text.text[each.start : each.end] == source[each.raw_start : each.raw_end]
    quote = text.raw_span(text.text.index("“"), text.text.index("“") + 1)
    assert source[quote.start : quote.end] == "&ldquo;"


def test_white_space_collapses_and_hidden_text_stays_out() -> None:
    found = read_page("<p>Rain  \n in <b>Os</b>lo<script>x < y</script>.<br>Sun<!-- no --></p><style>p{}</style>")
    assert found.text.text == "Rain in Oslo.\nSun\n"


@pytest.mark.parametrize(
    ("head", "above", "field", "value", "rule"),
    [
        (ld(author={"name": "Jane Doe"}), "", "authors", "Jane Doe", "json-ld"),
        (ld(author=[{"name": "Reuters"}]), "", "agency.code", "REUTERS", "json-ld"),
        ('<meta name="author" content="Jane Doe, John Roe">', "", "authors", "John Roe", "meta"),
        ("", '<p class="byline">By Jane Doe and John Roe, Staff Writers</p>', "authors", "John Roe", "visible-byline"),
        (ld(headline="Council will pay"), "", "title", "Council will pay for the bridge", "h1"),
        ('<meta property="og:site_name" content="The Wire">', "", "publisher.name", "The Wire", "meta"),
        (
            '<link rel="canonical" href="https://www.wire.example/a?utm_source=x">',
            "",
            "url",
            "https://www.wire.example/a",
            "canonical",
        ),
    ],
)
def test_fields_name_the_signal_that_gave_them(head: str, above: str, field: str, value: str, rule: str) -> None:
    assert (value, rule) in values(extracted(a_page(head, above)), field)


def test_the_site_is_not_an_author() -> None:
    head = ld(author={"name": "The Wire"}, publisher={"name": "The Wire"})
    assert values(extracted(a_page(head)), "authors") == []


DATED = ld(datePublished="2023-12-06T22:00:00-05:00")


@pytest.mark.parametrize(
    ("head", "above", "address", "published", "basis"),
    [
        (DATED, "", None, "2023-12-06", "metadata"),  # the page's own day, not UTC's
        (ld(datePublished="2023-12-06T12:00:00Z"), "", None, "2023-12-06T12:00:00Z", "metadata"),
        (ld(datePublished="2023-12-06T03:00:00Z"), "<p>December 5, 2023</p>", None, "2023-12-05", "explicit"),
        ("", "", "https://wire.example/2023/12/06/bridge.html", "2023-12-06", "url"),
        ("", "<p>Published: December 6, 2023</p>", None, "2023-12-06", "explicit"),
        ("", "<p>Updated: December 6, 2023</p>", None, None, "none"),  # not when it was published
        (DATED, "<p>December 20, 2023</p>", None, None, "none"),  # two days: neither
        (ld(datePublished="2020-01-01", dateModified="2023-01-01"), "", None, None, "none"),  # evergreen
        ("", "<p>December 6, 2023</p>", None, None, "none"),  # no author, no article
        ("", "", None, None, "none"),
    ],
)
def test_dates_are_asserted_only_unopposed(
    head: str, above: str, address: str | None, published: str | None, basis: str
) -> None:
    found = record.dates(extracted(a_page(head, above), address))
    assert (found["published"], found["published_basis"]) == (published, basis)


def test_dates_that_disagree_bound_the_date() -> None:
    found = record.dates(extracted(a_page(DATED, "<p>December 20, 2023</p>")))
    assert (found["published_earliest"], found["published_latest"]) == ("2023-12-06", "2023-12-20")


@pytest.mark.parametrize(
    ("data", "content_type", "text", "is_repaired"),
    [
        ("<p>Ünï</p>".encode(), "text/html; charset=iso-8859-1", "<p>Ünï</p>", False),  # a wrong label
        ("<p>Ünï</p>".encode("cp1252"), "text/html; charset=iso-8859-1", "<p>Ünï</p>", False),
        (
            '<meta charset="windows-1251"><p>Мост</p>'.encode("cp1251"),
            None,
            '<meta charset="windows-1251"><p>Мост</p>',
            False,
        ),
        ("\ufeff<p>Ü</p>".encode("utf-16-le"), None, "\ufeff<p>Ü</p>", False),
        (b"<p>\xff\xfe\x81</p>", "text/html; charset=no-such", None, None),
    ],
)
def test_what_decodes_strictly_wins(
    data: bytes, content_type: str | None, text: str | None, is_repaired: bool | None
) -> None:
    decoded = decode(data, content_type)
    if text is not None:
        assert (decoded.text, decoded.is_repaired) == (text, is_repaired)
        assert decoded.text.encode(decoded.encoding) == data


def test_damage_does_not_cost_a_page_its_encoding() -> None:
    damaged = decode("<p>Ünïcödé is the page’s “own”</p>".encode() + b"\xff", "text/html; charset=iso-8859-1")
    assert (damaged.text, damaged.is_repaired) == ("<p>Ünïcödé is the page’s “own”</p>\ufffd", True)


@pytest.mark.parametrize("label", ["unicode_escape", "raw-unicode-escape", "utf-7", "punycode", "rot13", "zlib"])
def test_a_label_that_is_no_encoding_of_pages_says_nothing(label: str) -> None:
    decoded = decode(f"<meta charset={label}><p>Über \\ud800 +2AA-</p>".encode("cp1252"))
    assert "\\ud800 +2AA-" in decoded.text and decoded.text.isprintable()


@pytest.mark.parametrize("label", ["utf-16", "utf-8"])
def test_a_label_that_cannot_be_true_does_not_count(label: str) -> None:
    text = "El niño comió una manzana en el jardín de la señora Muñoz. " * 3
    page = f"<meta charset={label}><p>{text}</p>".encode("cp1252")
    decoded = decode(page if len(page) % 2 == 0 else page + b" ")
    assert text in decoded.text and not decoded.is_repaired


def reading(data: bytes, **limits: int) -> Raw | Reject:
    source = Source("s", (), "unknown", False, limits=Limits(**limits))
    return next(read(io.BytesIO(data), "raw/a.html.gz", source))


def test_packed_pages_are_read() -> None:
    packed = gzip.compress(a_page().encode())
    made = reading(packed + gzip.compress(b"<!-- more -->"))
    assert isinstance(made, Raw) and made.data.decode() == a_page() + "<!-- more -->"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(b"<p>" + b"x" * 15_000_000), "decompression-bomb"),
        (gzip.compress(a_page().encode())[:-9], "bad-gzip"),
        (b"\x1f\x8b broken", "bad-gzip"),
        (b"<p>" + b"x" * 20_000_000, "too-large"),
        (b"just words", "not-html"),
        (b"  \n", "empty"),
    ],
)
def test_bad_pages_are_rejected(data: bytes, code: str) -> None:
    made = reading(data)
    assert isinstance(made, Reject) and made.code == code


def test_deep_nesting_ends_in_a_record_or_a_reject() -> None:
    source = "<div>" * 20_000 + BODY
    made = record.Recorder(Source("s", (), "unknown", False), "html", ("claims",)).article(
        page(source.encode(), "raw/a.html")  # type: ignore[arg-type]
    )
    assert isinstance(made, Reject) or "council" in made["text"]


def test_a_page_in_a_column_leads_back_to_its_line() -> None:
    from copydesk.dataset.ingest.readers.jsonl import read as read_lines

    line = json.dumps({"id": 1, "html": a_page(ld(author={"name": "Jane Doe"}))})
    raw = next(read_lines(io.BytesIO(line.encode()), "raw/a.jsonl", Source("s", (), "unknown", False)))
    assert isinstance(raw, Raw)
    found = html.extract(raw)
    span = found.text.raw_span(0, 11)
    assert line[span.start : span.end] == "The council"
    author = next(each for each in found.findings if each.field == "authors")
    assert author.span and line[author.span.start : author.span.end] == "Jane Doe"
