"""tantivy through its Python binding: one field of terms that are cut already, no positions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import tantivy
from searching import Search, measure

_HEAP_BYTES = 512 << 20


def build(texts: Iterator[str], folder: Path) -> None:
    """Write an index and wait until its segments are merged."""
    index = tantivy.Index(_schema(), str(folder))
    index.register_tokenizer("terms", _terms())
    writer = index.writer(_HEAP_BYTES, 2)
    for number, text in enumerate(texts):
        writer.add_document(tantivy.Document(number=number, terms=text))
    writer.commit()
    writer.wait_merging_threads()


def load(folder: Path) -> Search:
    """Open an index."""
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer("terms", _terms())
    searcher, schema = index.searcher(), index.schema

    def search(terms: list[str], k: int) -> list[int]:
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", term, "freq")) for term in terms]
        hits = searcher.search(tantivy.Query.boolean_query(parts), k, count=False).hits
        return [searcher.doc(address)["number"][0] for _, address in hits]

    return search


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("terms", tokenizer_name="terms", index_option="freq")
    return builder.build()


def _terms() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


if __name__ == "__main__":
    measure(build, load)
