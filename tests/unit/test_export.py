"""A release in other tools' formats: loaded with each tool's own reader, every span stands on the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import released
from copydesk import resources
from copydesk.dataset import export as exporting
from copydesk.dataset.export import FORMATS, Occupied, UnknownFormat, WordsWithheld, brat, cas, docbin, export
from copydesk.dataset.export.marked import Mark, Marked, Verdict, read
from copydesk.dataset.export.tokens import bio, tokens
from copydesk.dataset.release.facts import NotARelease, ReleaseFacts
from copydesk.files import read_json
from copydesk.labeling import layers
from copydesk.spans import Span

ROOT = Path(__file__).parents[2]
LAYERS = tuple(layers.read(resources.folder("labeling") / name) for name in ("entities", "stance", "claims"))
FIRE = "🚒🚒 <Fire> in\nNew\nYork's port, \u202eReB\u202c said & wept.\n\n  End\u00a0\u2028 "
YORK, BER, CLAIM = Span(13, 21), Span(31, 34), Span(3, 9)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> ReleaseFacts:
    return released.a_release(tmp_path_factory.mktemp("releases") / "weather-1.0.0")


@pytest.fixture(scope="module")
def rain(release: ReleaseFacts) -> Marked:
    return next(each for each in read(release) if each.text == released.RAIN)


def a_fire() -> Marked:
    """An article with all that is awkward: emoji, markup, direction marks, spans over lines and inside words."""
    claim = Mark("unit-c", "claims", CLAIM, "CLAIM", (("certainty", "denied"),), BER)
    second = Mark("unit-d", "claims", Span(36, 44), "CLAIM", (), BER)
    marks = (claim, Mark("unit-a", "entities", YORK, "GPE"), Mark("unit-b", "entities", BER, "PERSON"), second)
    standing = {"entities": "gold", "stance": "gold", "claims": "disputed"}
    verdicts = (
        Verdict("stance", "T1", "the port", "against", Span(22, 28)),
        Verdict("stance", "T2", None, "none", None),
    )
    return Marked("art-" + "f" * 16, "test", "en", "Fire", None, FIRE, standing, marks, verdicts)


# What every format starts from


def test_gold_of_every_layer_is_on_the_article(rain: Marked) -> None:
    said = [(mark.layer, released.RAIN[mark.span.start : mark.span.end], mark.label) for mark in rain.marks]
    assert said == [
        ("claims", "Rain fell in Oslo", "CLAIM"),
        ("entities", "Oslo", "GPE"),
        ("entities", "Kari Nordmann", "PERSON"),
    ]
    claim = rain.marks[0]
    assert dict(claim.attributes) == {"checkworthiness": "CFS", "attribution": "indirect"}, (
        "an open question is left out"
    )
    assert claim.linked == Span(24, 37)
    assert [(verdict.target, verdict.label) for verdict in rain.verdicts] == [("T1", "against")]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_with_an_index(release: ReleaseFacts, tmp_path: Path, name: str) -> None:
    made = export(release.folder, name, tmp_path / "out")
    assert sorted(made) == sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    index = (tmp_path / "out" / "index.tsv").read_text().splitlines()
    assert index[0] == "split\tarticle_id\tentities\tstance\tclaims"
    assert [line.split("\t")[1] for line in index[1:]] == [each.article_id for each in read(release)]
    again = export(release.folder, name, tmp_path / "again")
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in again], "same release, same bytes"


def test_wrong_use_is_said(release: ReleaseFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownFormat) as unknown:
        export(release.folder, "csv", tmp_path / "out")
    assert "conll, spacy, brat" in unknown.value.hint
    with pytest.raises(NotARelease):
        export(tmp_path / "nothing", "conll", tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(Occupied):
        export(release.folder, "conll", tmp_path / "full")
    withheld = [replace(a_fire(), text=None)]
    monkeypatch.setattr(exporting, "read", lambda facts: iter(withheld))
    for name in set(FORMATS) - {"json-ld"}:
        with pytest.raises(WordsWithheld, match="art-ffff"):
            export(release.folder, name, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    export(release.folder, "json-ld", tmp_path / "out")
    assert "exact" not in (tmp_path / "out" / "test.jsonld").read_text(), "offsets only"


@settings(deadline=None)
@given(text=st.text(max_size=40), ends=st.lists(st.integers(0, 40), max_size=6, unique=True).map(sorted))
def test_tokens_keep_to_the_edges_of_spans(text: str, ends: list[int]) -> None:
    ends = [end for end in ends if end <= len(text)]
    spans = [Span(start, end) for start, end in zip(ends[::2], ends[1::2], strict=False) if text[start:end].strip()]
    cut = tokens(text, spans)
    assert "".join(text[token.start : token.end] for token in cut) == "".join(text.split())
    tags = bio(cut, [(span, "X") for span in spans])
    inside = ["".join(text[t.start : t.end] for t in cut if t.within(span)) for span in spans]
    assert inside == ["".join(text[span.start : span.end].split()) for span in spans]
    assert tags.count("B-X") == len(spans)


# CoNLL


def test_spacy_reads_our_conll(release: ReleaseFacts, tmp_path: Path) -> None:
    from spacy.training.converters import conll_ner_to_docs

    export(release.folder, "conll", tmp_path)
    path = tmp_path / "entities" / "train.conll"
    (doc,) = conll_ner_to_docs(path.read_text(encoding="utf-8"), n_sents=10, no_print=True)
    assert [(entity.text, entity.label_) for entity in doc.ents] == [("Oslo", "GPE"), ("Kari Nordmann", "PERSON")]


def test_conll_has_offsets_and_no_sequence_ends_inside_a_span(tmp_path: Path) -> None:
    from copydesk.dataset.export import conll

    assert conll.write([a_fire()], LAYERS, tmp_path) == [
        tmp_path / "claims/test.conll",
        tmp_path / "entities/test.conll",
    ]
    lines = (tmp_path / "entities" / "test.conll").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ") for line in lines if line and not line.startswith("-DOCSTART-")]
    assert all(FIRE[int(start) : int(end)] == token for token, start, end, _ in rows)
    assert [(token, tag) for token, *_, tag in rows if tag != "O"] == [
        ("New", "B-GPE"),
        ("York", "I-GPE"),
        ("ReB", "B-PERSON"),
    ]
    assert lines[lines.index("New 13 16 B-GPE") - 1] == "", "a line of the text is a sequence"
    assert lines[lines.index("New 13 16 B-GPE") + 1] == "York 17 21 I-GPE"


# spaCy


def _docs(path: Path) -> list[Any]:
    import spacy
    from spacy.tokens import DocBin

    return list(DocBin(store_user_data=True).from_disk(path).get_docs(spacy.blank("xx").vocab))


@pytest.mark.parametrize("article", [a_fire(), None], ids=["awkward", "of a release"])
def test_spacy_loads_texts_spans_and_choices(rain: Marked, tmp_path: Path, article: Marked | None) -> None:
    article = article or rain
    (path,) = docbin.write([article], LAYERS, tmp_path)
    (doc,) = _docs(path)
    assert doc.text == article.text
    for layer in ("entities", "claims"):
        spans = [(span.start_char, span.end_char, span.label_) for span in doc.spans[layer]]
        assert spans == [(mark.span.start, mark.span.end, mark.label) for mark in article.marks_of(layer)]
    assert [entity.text for entity in doc.ents] == [span.text for span in doc.spans["entities"]]
    chosen = {name for name, value in doc.cats.items() if value}
    assert chosen == {f"stance/{verdict.target}/{verdict.label}" for verdict in article.verdicts}
    aside = doc.user_data["copydesk"]
    assert aside["article_id"] == article.article_id
    assert [tuple(each["linked"]) for each in aside["marks"].values()] == [
        (mark.linked.start, mark.linked.end) for mark in article.marks if mark.linked
    ]


# brat


def _annotations(path: Path, text: str) -> Iterator[tuple[str, ...]]:
    """A strict reader of standoff, by brat's own page about it."""
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        if match := re.fullmatch(r"(T\d+)\t([\w-]+) ((?:\d+ \d+)(?:;\d+ \d+)*)\t(.*)", line):
            parts = [tuple(map(int, part.split())) for part in match[3].split(";")]
            assert " ".join(text[start:end] for start, end in parts) == match[4]
            yield "T", match[1], match[2], match[4]
        elif match := re.fullmatch(r"A\d+\t([\w-]+) (T\d+) ([\w-]+)", line):
            yield "A", match[1], match[2], match[3]
        else:
            match = re.fullmatch(r"R\d+\t([\w-]+) Arg1:(T\d+) Arg2:(T\d+)", line)
            assert match, line
            yield "R", match[1], match[2], match[3]


def test_brat_standoff_says_it_all(tmp_path: Path) -> None:
    article = a_fire()
    conf, text, ann = brat.write([article], LAYERS, tmp_path)
    assert text.read_bytes().decode() == FIRE
    assert list(_annotations(ann, FIRE)) == [
        ("T", "T1", "CLAIM", FIRE[3:9]),
        ("A", "certainty", "T1", "denied"),
        ("T", "T2", "CLAIMANT", "ReB"),
        ("R", "claimant", "T1", "T2"),
        ("T", "T3", "GPE", "New York"),
        ("T", "T4", "PERSON", "ReB"),
        ("T", "T5", "CLAIM", FIRE[36:44]),
        ("R", "claimant", "T5", "T2"),
        ("T", "T6", "stance", FIRE[22:28]),
        ("A", "stance_T1", "T6", "against"),
    ]
    known = conf.read_text()
    assert all(f"\n{name}" in known for name in ("PERSON", "CLAIMANT", "claimant Arg1:CLAIM", "stance_T1 Arg:stance"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own, of pydantic
def test_another_reader_of_brat_folders_loads_it(tmp_path: Path) -> None:
    from bratly.io.file_read_src import read_and_load_ann_file

    _, _, ann = brat.write([a_fire()], LAYERS, tmp_path)
    loaded = read_and_load_ann_file(str(ann), renumerotize=False, grammar_check=False)
    lines = {str(each).replace("\t", " ") for each in loaded.annotations}
    assert lines == set(ann.read_text(encoding="utf-8").replace("\t", " ").splitlines())
    assert "T3 GPE 13 16;17 21 New York" in lines


# UIMA CAS


@pytest.mark.parametrize("article", [a_fire(), None], ids=["awkward", "of a release"])
def test_cassis_loads_what_was_written(rain: Marked, tmp_path: Path, article: Marked | None) -> None:
    from cassis import load_cas_from_xmi, load_typesystem

    article = article or rain
    types, path = cas.write([article], LAYERS, tmp_path)
    with types.open("rb") as stored, path.open("rb") as document:
        loaded = load_cas_from_xmi(document, typesystem=load_typesystem(stored))
    assert loaded.sofa_string == article.text
    assert article.text is not None
    for layer in ("entities", "claims"):
        found = sorted(
            (one.begin, one.end, one.label, one.get_covered_text()) for one in loaded.select(f"copydesk.{layer}")
        )
        assert found == [
            (mark.span.start, mark.span.end, mark.label, article.text[mark.span.start : mark.span.end])
            for mark in article.marks_of(layer)
        ]
    claim = min(loaded.select("copydesk.claims"), key=lambda one: one.begin)
    assert claim.claimant.get_covered_text() in ("ReB", "Kari Nordmann")
    said = {(one.target, one.label, one.is_evidence) for one in loaded.select("copydesk.stance")}
    assert said == {(each.target, each.label, each.evidence is not None) for each in article.verdicts}


def test_cas_offsets_in_the_file_are_those_of_java(tmp_path: Path) -> None:
    _, path = cas.write([a_fire()], LAYERS, tmp_path)
    begin = {int(each) for each in re.findall(r'entities[^>]* begin="(\d+)"', path.read_text(encoding="utf-8"))}
    assert YORK.start + 2 in begin, "two emoji before it are four units"


def test_a_text_that_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(exporting.CopydeskError, match="control characters"):
        cas.write([replace(a_fire(), text="a\x0bb", marks=(), verdicts=())], LAYERS, tmp_path)


# Web Annotation


def test_web_annotations_find_their_words_by_position_and_by_quote(release: ReleaseFacts, tmp_path: Path) -> None:
    export(release.folder, "json-ld", tmp_path)
    page = read_json(tmp_path / "train.jsonld")
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    assert len({item["id"] for item in page["items"]}) == len(page["items"]) == 5
    for item in page["items"]:
        quote, position = item["target"]["selector"]
        text = released.RAIN
        assert text[position["start"] : position["end"]] == quote["exact"]
        assert text.count(quote["prefix"] + quote["exact"] + quote["suffix"]) == 1
    said = {tuple(body.get("value", body.get("source")) for body in item["body"]) for item in page["items"]}
    assert ("PERSON",) in said
    assert ("stance=against", "the main policy") in said
    assert ("CLAIM", "checkworthiness=CFS", "attribution=indirect") in said


#: What http://www.w3.org/ns/anno.jsonld says of the terms that we use; tests ask no network.
TERMS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dctypes": "http://purl.org/dc/dcmitype/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "as": "http://www.w3.org/ns/activitystreams#",
    "oa": "http://www.w3.org/ns/oa#",
    "id": "@id",
    "type": "@type",
    "AnnotationPage": "as:OrderedCollectionPage",
    "Text": "dctypes:Text",
    **{
        name: f"oa:{name}"
        for name in (
            *("Annotation", "TextualBody", "SpecificResource", "TextQuoteSelector", "TextPositionSelector"),
            *("tagging", "classifying", "linking", "identifying", "start", "end", "exact", "prefix", "suffix"),
        )
    },
    **{
        name: {"@type": "@id", "@id": f"oa:has{name.capitalize()}"} for name in ("body", "target", "source", "selector")
    },
    "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "via": {"@type": "@id", "@id": "oa:via"},
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
    "format": "dc:format",
    "language": "dc:language",
    "value": "rdf:value",
}
OA = "http://www.w3.org/ns/oa#"


def expanded(page: Any) -> Any:
    """The page as a JSON-LD processor understands it, with every term spelled out."""
    from pyld import jsonld

    def load(url: str, _: Any) -> Any:
        assert url == "http://www.w3.org/ns/anno.jsonld"
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

    context = {"@context": TERMS}
    found = jsonld.expand(page, {"documentLoader": load})
    again = jsonld.compact(found, context, {"compactArrays": False})
    assert again.pop("@context") == TERMS
    (again,) = again.pop("@graph", [again])
    assert _in_lists(again) == _in_lists({name: value for name, value in page.items() if name != "@context"})
    return found[0]


def _in_lists(value: Any) -> Any:
    """JSON in which nothing stands alone, as a processor may write it."""
    if isinstance(value, dict):
        alone = ("id", "@id")
        return {k: v if k in alone else _in_lists(v if isinstance(v, list) else [v]) for k, v in value.items()}
    return [_in_lists(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("article", [a_fire(), replace(a_fire(), text=None), None], ids=["awkward", "offsets", "rain"])
def test_a_json_ld_processor_understands_all_of_it(rain: Marked, tmp_path: Path, article: Marked | None) -> None:
    from copydesk.dataset.export import web_annotation

    article = article or rain
    (path,) = web_annotation.write([article], LAYERS, tmp_path)
    page = expanded(read_json(path))
    assert page["@type"] == ["http://www.w3.org/ns/activitystreams#OrderedCollectionPage"]
    found = []
    for item in page["http://www.w3.org/ns/activitystreams#items"][0]["@list"]:
        assert item["@type"] == [f"{OA}Annotation"]
        assert {body[f"{OA}hasPurpose"][0]["@id"].removeprefix(OA) for body in item[f"{OA}hasBody"]} <= set(TERMS)
        (target,) = item[f"{OA}hasTarget"]
        (source,) = target[f"{OA}hasSource"]
        assert source["@id"] == f"urn:copydesk:{article.article_id}"
        said = {each["@type"][0].removeprefix(OA): each for each in target.get(f"{OA}hasSelector", [])}
        assert ("TextQuoteSelector" in said) == ("TextPositionSelector" in said and article.text is not None)
        if position := said.get("TextPositionSelector"):
            start, end = (position[f"{OA}{name}"][0]["@value"] for name in ("start", "end"))
            found.append((start, end))
        if quote := said.get("TextQuoteSelector"):
            exact, prefix, suffix = (quote[f"{OA}{name}"][0]["@value"] for name in ("exact", "prefix", "suffix"))
            assert article.text is not None
            assert article.text[start:end] == exact
            assert article.text[start - len(prefix) : end + len(suffix)] == prefix + exact + suffix
    spans = [each for mark in article.marks for each in (mark.span, mark.linked) if each]
    spans += [verdict.evidence for verdict in article.verdicts if verdict.evidence]
    assert sorted(found) == sorted((span.start, span.end) for span in spans)


def test_the_documented_way_to_token_tags_works(release: ReleaseFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def load(folder: str, config: str, split: str) -> Any:
        assert (folder, split) == ("dist/NAME-1.0.0", "train")
        return datasets.Dataset.from_list(list(release.rows(config, split)))

    monkeypatch.setattr(datasets, "load_dataset", load)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "exports.md").read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec(code, known)
    (row,) = known["tagged"]
    assert row["tokens"][:5] == ["Rain", "fell", "in", "Oslo", ","]
    assert [tag for tag in row["tags"] if tag != "O"] == ["B-GPE", "B-PERSON", "I-PERSON"]
