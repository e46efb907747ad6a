"""Measure ingest beside its peers: `benchmarks/ingest.py PAGES_DIR [--undated DIR] [--scrapes DIR]`.

PAGES_DIR holds `gold.json` and `html/*.html.gz`; a scrapes folder `gold.json` and `txt/*.txt`. Articles are split by
site, fixed before any tuning: `--part report` (the default) is never tuned on. Every tool runs on the same pages in the
same run, in a process of its own; figures are printed as a Markdown table and plotted with `--plot FILE.svg`.
newspaper4k cannot share an environment with the others: the first run installs it into its own, in the user's cache.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest_scores import Fields, Scores, is_reported, table

NEWSPAPER = "newspaper4k==0.9.6"
Tool = Callable[[bytes], Fields]


def copydesk() -> Tool:
    from copydesk.dataset.ingest.readers.html import page
    from copydesk.dataset.ingest.record import Recorder
    from copydesk.dataset.sources import Source

    recorder = Recorder(Source("pages", (), "unknown", False), "html", ("entities", "stance", "claims"))

    def read(data: bytes) -> Fields:
        raw = page(data, "raw/page.html")
        made: Any = recorder.article(raw)  # type: ignore[arg-type]
        if not isinstance(made, dict):
            return Fields()
        day = made["published"][:10] if made["published"] else None
        return Fields(made["text"], made["title"], tuple(made["authors"]), day)

    return read


def trafilatura_fast() -> Tool:
    from trafilatura import extract

    return lambda data: Fields(extract(data, fast=True, include_comments=False, include_tables=False) or "")


def trafilatura_metadata() -> Tool:
    from trafilatura import bare_extraction

    def read(data: bytes) -> Fields:
        found = bare_extraction(data, with_metadata=True, include_comments=False, include_tables=False)
        if found is None:
            return Fields()
        authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
        return Fields(found.text or "", found.title, authors, found.date)

    return read


def htmldate() -> Tool:
    from htmldate import find_date

    return lambda data: Fields(date=find_date(data.decode("utf-8", "replace"), original_date=True))


def htmldate_fast() -> Tool:
    from htmldate import find_date

    return lambda data: Fields(
        date=find_date(data.decode("utf-8", "replace"), original_date=True, extensive_search=False)
    )


def turbohtml() -> Tool:
    from turbohtml import parse

    def read(data: bytes) -> Fields:
        found = parse(data.decode("utf-8", "replace")).article()
        authors = (found.byline,) if found.byline else ()
        return Fields(found.text, found.title, authors, (found.date or "")[:10] or None)

    return read


def newspaper4k() -> Tool:
    from newspaper import Article

    def read(data: bytes) -> Fields:
        article = Article("http://example.org/", fetch_images=False)
        article.download(input_html=data.decode("utf-8", "replace"))
        article.parse()
        day = article.publish_date.strftime("%Y-%m-%d") if article.publish_date else None
        return Fields(article.text, article.title, tuple(article.authors), day)

    return read


TOOLS: dict[str, Callable[[], Tool]] = {
    "copydesk": copydesk,
    "trafilatura fast": trafilatura_fast,
    "trafilatura + metadata": trafilatura_metadata,
    "turbohtml": turbohtml,
    "htmldate": htmldate,
    "htmldate fast": htmldate_fast,
    "newspaper4k": newspaper4k,
}


def pages(folder: Path, part: str) -> Iterator[tuple[Fields, str, bytes]]:
    """Gold, site and source of each page of a part, by id."""
    for key, gold in sorted(json.loads((folder / "gold.json").read_text("utf-8")).items()):
        if part == "all" or is_reported(gold["site"]) == (part == "report"):
            names = (gold["authors"] or "").replace(" and ", ",").split(",")
            authors = tuple(name.strip() for name in names if name.strip())
            wanted = Fields(gold["articleBody"], gold["title"], authors, gold["date"])
            yield wanted, gold["site"], gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())


def measure(name: str, folder: Path, undated: Path | None, part: str) -> dict[str, float | None]:
    """One tool's figures; called in a process of its own."""
    read, scores = TOOLS[name](), Scores()
    read(b"<html><body><article><p>Warm up: libraries load what they need.</p></article></body></html>")
    todo = list(pages(folder, part))
    made, started = [], time.process_time()
    for *_, data in todo:
        made.append(read(data))
    seconds = time.process_time() - started
    for (gold, *_), fields in zip(todo, made, strict=True):
        scores.add(gold, fields)
    for *_, data in pages(undated, part) if undated else ():
        scores.dates.append((False, bool(read(data).date), False))
    figures = scores.figures()
    figures["pages per CPU second"] = len(todo) / seconds
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["pages"] = float(len(todo))
    return figures


def own_environment() -> str:
    """The Python of newspaper4k's own environment, made when it is not there yet."""
    from platformdirs import user_cache_path

    folder = user_cache_path("copydesk") / "benchmarks" / NEWSPAPER.replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", NEWSPAPER, "lxml_html_clean"], check=True)
        (folder / "complete").touch()
    return str(python)


def apart(name: str, args: argparse.Namespace) -> dict[str, float | None]:
    """:func:`measure` in a fresh process."""
    python = own_environment() if name == "newspaper4k" else sys.executable
    call = [python, __file__, str(args.pages), "--part", args.part, "--only", name]
    call += ["--undated", str(args.undated)] if args.undated else []
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr[-2000:]}")
    figures: dict[str, float | None] = json.loads(done.stdout.splitlines()[-1])
    return figures


def scrapes(folder: Path, part: str) -> list[tuple[str, dict[str, float | None]]]:
    """The columns for plain-text scrapes: untouched, and as our rules read them."""
    from copydesk.dataset.ingest import plain, record
    from copydesk.dataset.ingest.traced import Traced

    untouched, ours, known = Scores(), Scores(), [0, 0]
    for key, gold in sorted(json.loads((folder / "gold.json").read_text("utf-8")).items()):
        if part != "all" and is_reported(gold["site"]) != (part == "report"):
            continue
        with (folder / "txt" / f"{key}.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        wanted = Fields(gold["body"], gold["title"], tuple(gold["authors"]), gold["date"])
        found = plain.read(Traced.whole(text), ())
        title, day = found.best("title"), record.dates(found)["published"]
        untouched.add(wanted, Fields(text))
        ours.add(
            wanted,
            Fields(found.text.text, title and title.value, tuple(found.values("authors")), day and day[:10]),
        )
        if title and gold["title"]:
            known[0] += 1
            known[1] += ours.titles[-1][2]
    before, after = untouched.figures(), ours.figures()
    after["body R lost"] = (before["body R"] or 0) - (after["body R"] or 0)
    after["title P where the scrape holds the gold title"] = known[1] / known[0] if known[0] else None
    after["scrapes"] = float(len(ours.bodies))
    return [("untouched", {name: before[name] for name in ("body P", "body R", "body F1")}), ("copydesk", after)]


def plot(columns: list[tuple[str, dict[str, float | None]]], path: Path) -> None:
    """Bars of the main figures, tool by tool, as SVG."""
    shown = ("body F1", "title exact", "authors F1", "date right", "date P", "dates on undated")
    colours = ("#0b6e4f", "#9bb1a8", "#c9a227", "#8d99ae", "#b56576", "#6d597a", "#457b9d")
    wide, high, parts = 170 * len(shown) + 40, 330, list[str]()
    for at, name in enumerate(shown):
        left = 40 + at * 170
        parts.append(f'<text x="{left}" y="290" font-size="12">{name}</text>')
        for n, (tool, figures) in enumerate(columns):
            value = figures.get(name)
            if value is not None:
                bar = f'x="{left + n * 20}" y="{270 - 240 * value:.1f}" width="17" height="{240 * value:.1f}"'
                label = f"<title>{tool}: {value:.3f}</title>"
                parts.append(f'<rect {bar} fill="{colours[n % len(colours)]}">{label}</rect>')
    for n, (tool, _) in enumerate(columns):
        parts.append(f'<rect x="{40 + n * 145}" y="305" width="11" height="11" fill="{colours[n % len(colours)]}"/>')
        parts.append(f'<text x="{55 + n * 145}" y="315" font-size="12">{tool}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif">'
    path.write_text("\n".join([head, *parts, "</svg>"]) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--undated", type=Path, help="pages without a gold date, same format")
    parser.add_argument("--scrapes", type=Path, help="plain-text scrapes")
    parser.add_argument("--part", choices=("report", "train", "all"), default="report")
    parser.add_argument("--without", choices=TOOLS, action="append", default=[], help="leave a tool out")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--json", type=Path, metavar="FILE.json")
    parser.add_argument("--only", choices=TOOLS, help="measure one tool and print JSON")
    args = parser.parse_args()
    if args.only:
        print(json.dumps(measure(args.only, args.pages, args.undated, args.part)))
        return
    columns = [(name, apart(name, args)) for name in TOOLS if name not in args.without]
    print(table(columns))
    texts = scrapes(args.scrapes, args.part) if args.scrapes else []
    if texts:
        print(f"\n{table(texts)}")
    if args.json:
        from copydesk.files import write_json  # not at import: newspaper4k's environment has no Copydesk

        write_json(args.json, {"part": args.part, "pages": dict(columns), "scrapes": dict(texts)})
    if args.plot:
        plot(columns, args.plot)


if __name__ == "__main__":
    main()
