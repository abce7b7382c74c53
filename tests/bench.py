"""What the book's promises cost, as ratios against what a user would use instead: ``make bench``.

Every pair is timed in the same run on the same machine, in turns, and the fastest of each is compared; the figures of
two machines cannot be compared, their ratios can. The rows are added to ``data/results/bench.csv``; a chapter
draws them.
"""

import copy
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import open_clip
import pandas as pd
import pytest
import torch
from rich.console import Console
from rich.table import Table

import csdlib
from book.notebooks import to_bytes
from book.project import Project
from book.runs import listed_runs
from book.schedule import execute_all
from csdlib.curation.bank import Kind, Phrase, TagBank
from csdlib.curation.duplicates import duplicate_groups
from csdlib.curation.tagging import Tagger
from csdlib.descriptors.csd import random_tiny
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.training.csd import TrainingConfig, fit
from csdlib.training.losses import multilabel_contrastive_loss, self_supervised_loss
from csdlib.training.views import StylePreservingViews
from tests import bench_engine, bench_maps

ROOT = Path(__file__).parents[1]
HISTORY = ROOT / "data" / "results" / "bench.csv"


def fastest(calls: list[Callable[[], object]], repeats: int = 3) -> list[float]:
    """The seconds of the fastest of several runs of each call; the calls take turns."""
    seconds = [[] for _ in calls]
    for _ in range(repeats):
        for call, times in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return [min(times) for times in seconds]


def embedding(name: str, count: int) -> tuple[str, str, float, float]:
    """Embedding pictures, beside a plain loop that opens, encodes and waits for each batch."""
    table = csdlib.load_dataset("atelier", progress=False)
    table = table.take(np.arange(count))
    descriptor = csdlib.load(name)
    ours = partial(csdlib.embed, table, descriptor, progress=False)
    seconds = fastest([ours, partial(plain_loop, table, descriptor)])
    return f"embed {count} pictures, {name}", "plain loop", *seconds


@torch.inference_mode()
def plain_loop(table: csdlib.ImageTable, descriptor: Descriptor) -> torch.Tensor:
    """What one writes first: a batch is opened, then the network is called, then the next one."""
    network = descriptor.describe if isinstance(descriptor, TowerDescriptor) else descriptor.encode
    starts = range(0, len(table), 64)
    batches = [range(start, min(start + 64, len(table))) for start in starts]
    return torch.cat(
        [network(torch.stack([descriptor.preprocess(table.open(row)) for row in rows])) for rows in batches]
    )


def scoring(beside: str, count: int = 256) -> tuple[str, str, float, float]:
    """The score of as many pictures by as many references, beside a plain loop or a wrapper of today."""
    table = csdlib.load_dataset("atelier", progress=False)
    made, known = table.take(np.arange(count)), table.take(np.arange(count, 2 * count))
    art = csdlib.load("csd-art")

    def ours() -> None:
        with TemporaryDirectory() as cache, pytest.MonkeyPatch.context() as patch:
            patch.setenv("CSDLIB_CACHE", cache)
            csdlib.score(made, known, descriptor=art, progress=False)

    def plain() -> None:
        assert (plain_loop(made, art) @ plain_loop(known, art).T).shape == (count, count)

    def each_pair_anew() -> None:
        for row in range(8):
            for other in range(8):
                pair = [art.preprocess(made.open(row)), art.preprocess(known.open(other))]
                (_,) = (a @ b for a, b in [[art.encode(each[None])[0] for each in pair]])

    what = f"score of {count} pictures by {count} references, csd-art"
    if beside == "plain loop":
        return what, beside, *fastest([ours, plain], repeats=2)
    mine, theirs = fastest([ours, each_pair_anew], repeats=1)
    return what, "each pair encoded anew, from 64 of them", mine, theirs * count**2 / 64


def tower(architecture: str) -> tuple[str, str, float, float]:
    """Embedding with a tower of CLIP at our precision, beside a plain float32 loop with open_clip (random weights)."""
    model = open_clip.create_model(architecture, force_quick_gelu=True).eval()
    theirs_tower = copy.deepcopy(model.visual)
    ours = TowerDescriptor(model.visual, name="bench", weights_hash="", size=224, dim=512, precision="auto")
    images = torch.rand(16, 3, 224, 224)

    @torch.inference_mode()
    def plain() -> None:
        for part in images.split(8):
            torch.nn.functional.normalize(theirs_tower(part), dim=1)

    seconds = fastest([lambda: [ours.encode(part) for part in images.split(8)], plain])
    return f"embed 16 images, {architecture}, {str(ours.dtype)[6:]}", "plain open_clip, float32", *seconds


def loss(images: int) -> tuple[str, str, float, float]:
    """The multi-label loss and its gradient in blocks, beside the whole matrix at once; with the peak of memory."""
    cost = []
    for block in (1024, images):
        cost.append(measured(LOSS.format(images=images, block=block)))
    (ours, memory), (theirs, plain) = cost
    return f"loss and gradient, {images:,} x 768: {memory:.1f} GB", f"in one piece: {plain:.1f} GB", ours, theirs


LOSS = """
import re, time, torch
import csdlib.training.losses
# The first checkpointed block of a process loads what torch needs for it, seconds that no later step pays.
csdlib.training.losses.BLOCK = 2
csdlib.training.multilabel_contrastive_loss(torch.eye(4, requires_grad=True), torch.ones(4, 1)).backward()
csdlib.training.losses.BLOCK = {block}
torch.manual_seed(0)
style = torch.nn.functional.normalize(torch.randn({images}, 768), dim=1).requires_grad_()
labels = (torch.rand({images}, 400) < 0.005).float()
start = time.perf_counter()
csdlib.training.multilabel_contrastive_loss(style, labels).backward()
seconds = time.perf_counter() - start
# Not resource's ru_maxrss: a child inherits its parent's.
print(seconds, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1e6)
"""


def synthetic_captions(count: int) -> tuple[TagBank, list[str]]:
    """A bank of 5,000 tags with invented names, and captions of which half hold one, one in twenty with a slip."""
    random = np.random.default_rng(0)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "en", "i", "or", "u", "el")]

    def word() -> str:
        return "".join(random.choice(syllables, int(random.integers(2, 4))))

    names = {kind: [f"{word()} {word()}" for _ in range(number)] for kind, number in SIZES.items()}
    filler = [word() for _ in range(20_000)]
    artists = names["artist"]
    captions = []
    for number in range(count):
        text = " ".join(filler[k] for k in random.integers(len(filler), size=9))
        name = artists[int(random.integers(len(artists)))] if number % 2 else ""
        captions.append(f"{text} by {name[:3] + name[4:] if number % 20 == 1 else name}, {number % 90} cm")
    return TagBank(tuple(Phrase(name, name, kind) for kind in names for name in names[kind])), captions


SIZES: dict[Kind, int] = {"artist": 4000, "movement": 500, "medium": 500}


def tagging() -> tuple[str, str, float, float]:
    """Tags of 200,000 captions from a bank of 5,000; beside one regular expression of all names, on a hundredth."""
    bank, captions = synthetic_captions(200_000)
    start = time.perf_counter()
    tagger = Tagger(bank)
    found = [tagger.tags(caption) for caption in captions]
    ours = time.perf_counter() - start
    plain = re.compile(r"\b(" + "|".join(re.escape(phrase.text) for phrase in bank.phrases) + r")\b")
    start = time.perf_counter()
    for caption in captions[:2000]:
        plain.findall(caption.lower())
    theirs = 100 * (time.perf_counter() - start)
    share = sum(map(bool, found)) / len(found)
    what = f"tags of 200,000 captions ({200_000 / ours:,.0f}/s, {share:.0%} tagged)"
    return what, "one regular expression (x 100)", ours, theirs


def copies() -> tuple[str, str, float, float]:
    """Copies among 100,000 unit vectors of 512 dimensions; beside numpy in blocks of rows, on a fifth of them."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(100_000, 512)).astype(np.float32)
    vectors[:10_000] = vectors[10_000:20_000] + 0.3 * random.normal(size=(10_000, 512))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    start = time.perf_counter()
    groups = duplicate_groups(vectors, 0.8)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    starts = range(0, len(vectors) // 5, 2000)
    pairs = np.concatenate([np.argwhere(vectors[k : k + 2000] @ vectors.T >= 0.8) + np.array([k, 0]) for k in starts])
    theirs = 5 * (time.perf_counter() - start)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    recall = (groups[pairs[:, 0]] == groups[pairs[:, 1]]).mean()
    return f"copies in 100,000 x 512, recall {recall:.4f}", "numpy, all pairs (x 5)", ours, theirs


#: What every retrieval below is given, and what each of them does with it; it prints seconds and peak memory.
RETRIEVAL = """
import re, sys, time
import numpy as np
import csdlib

def clustered(n, dim, artists, seed):
    # Uneven artists, whose works lie around a direction of their own; float32 rows of unit norm.
    random = np.random.default_rng(0)
    centres = random.normal(size=(artists, dim)).astype(np.float32)
    share = 1 / np.arange(10, artists + 10)
    random = np.random.default_rng(seed)
    labels = random.choice(artists, size=n, p=share / share.sum())
    vectors = np.empty((n, dim), np.float32)
    for start in range(0, n, 8192):
        rows = labels[start : start + 8192]
        vectors[start : start + 8192] = centres[rows] + 2 * random.normal(size=(len(rows), dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, labels

def embeddings(vectors, prefix):
    ids = np.array([f"{prefix}{row}" for row in range(len(vectors))])
    return csdlib.Embeddings(vectors, ids, "bench", "cosine")

def peak():
    # Not resource's ru_maxrss: a child inherits its parent's.
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1e6
"""

#: The paper's WikiArt in numbers: database, queries, dimensions of ViT-L, artists.
WIKIART = """
database, database_artists = clustered(64_090, 768, 1_119, 1)
query, query_artists = clustered(16_006, 768, 1_119, 2)
"""

OURS = """
from csdlib import metrics
from csdlib.retrieval.relevance import hits, relevant_counts
from csdlib.retrieval.nearest import neighbours
names = np.arange(80_096).astype(str)
start = time.perf_counter()
query, database = (
    csdlib.Embeddings(vectors, ids, "bench", "cosine")
    for vectors, ids in ((query, names[:16_006]), (database, names[16_006:]))
)
found = neighbours(query, database, 1000)
right, relevant = hits(found, query_artists, database_artists), relevant_counts(query_artists, database_artists)
values = []
for k in (1, 10, 100, 1000):
    values.append(metrics.mean_precision_per_query(right, k))
    values.append(metrics.average_precision_per_query(right, k, relevant))
    values.append(metrics.recall_per_query(right, k))
    values.append(metrics.reciprocal_rank_per_query(right, k))
metrics.bootstrap_each(np.stack(values, axis=1), groups=query_artists)
print(time.perf_counter() - start, peak())
"""

BARE = """
import faiss
start = time.perf_counter()
index = faiss.IndexFlatIP(768)
index.add(database)
scores, rows = index.search(query, 1000)
"""

#: Bare search, and then the definitions of the reference's metrics as one would write them down. No intervals.
PLAIN = (
    BARE
    + """
right = database_artists[rows] == query_artists[:, None]
for k in (1, 10, 100, 1000):
    first = right[:, :k]
    (np.cumsum(first, axis=1) / np.arange(1, k + 1)).mean(axis=1).mean()
    first.any(axis=1).mean()
    ranks = np.where(first, np.arange(1, k + 1), np.inf).min(axis=1)
    (1 / ranks).mean()
"""
)

SCIKIT = """
from sklearn.neighbors import NearestNeighbors
start = time.perf_counter()
NearestNeighbors(n_neighbors=1000, algorithm="brute").fit(database).kneighbors(query)
"""

#: Metrics alone, of a fortieth of the queries: torchmetrics goes through them one by one.
TORCHMETRICS = """
import torch
from torchmetrics.retrieval import RetrievalHitRate, RetrievalMAP, RetrievalMRR, RetrievalPrecision
right = torch.from_numpy(np.random.default_rng(0).random((400, 1000)) < 0.02)
scores = torch.arange(1000, 0, -1).float().expand(400, -1)
numbers = torch.arange(400)[:, None].expand(-1, 1000)
start = time.perf_counter()
for k in (1, 10, 100, 1000):
    for metric in (RetrievalPrecision, RetrievalMAP, RetrievalHitRate, RetrievalMRR):
        metric(top_k=k)(scores.flatten(), right.flatten(), numbers.flatten())
print(40 * (time.perf_counter() - start), peak())
"""

END = """
print(time.perf_counter() - start, peak())
"""


BESIDE = {
    "bare faiss, search only": BARE + END,
    "faiss, the reference's metrics": PLAIN + END,
    "scikit-learn, search only": SCIKIT + END,
    "torchmetrics, metrics only (x 40)": TORCHMETRICS,
}


@cache
def retrieval(script: str) -> tuple[float, float]:
    """Seconds and peak memory in GB of a retrieval at WikiArt's size, in a process of its own: the better of two."""
    costs = [measured(RETRIEVAL + WIKIART + script) for _ in range(2)]
    return min(seconds for seconds, _ in costs), max(memory for _, memory in costs)


def wikiart_size(beside: str, script: str) -> tuple[str, str, float, float]:
    """Search for 1,000 neighbours, four metrics at four k and 1,000 resamples of all; beside what one would use."""
    (ours, memory), (theirs, plain) = retrieval(OURS), retrieval(script)
    what = f"retrieval, 16,006 in 64,090 x 768, all metrics: {memory:.1f} GB"
    return what, f"{beside}: {plain:.1f} GB", ours, theirs


def large(kind: str) -> tuple[str, str, float, float]:
    """1,000 queries in 200,000 vectors of 192 dimensions, 16 bit, on the disk: by an index, beside exact search."""
    with TemporaryDirectory() as folder:
        run = RETRIEVAL + LARGE.format(kind=kind, folder=folder)
        build, ours, theirs, recall, memory = measured(run)
    what = f"1,000 queries in 200,000 x 192, {kind}: recall@10 {recall:.3f}, {memory:.1f} GB"
    return what, f"exact; the index took {build:.0f} s", ours, theirs


LARGE = """
from pathlib import Path
from csdlib.retrieval.indexes import approximate_index
from csdlib.retrieval.nearest import neighbours
embeddings(clustered(200_000, 192, 10_000, 1)[0], "d").save(Path("{folder}"), dtype="float16")
database = csdlib.Embeddings.load(Path("{folder}"))
query = embeddings(clustered(1_000, 192, 10_000, 2)[0], "q")
# From here on the memory counts: what made the vectors is gone.
open("/proc/self/clear_refs", "w").write("5")
times = [time.perf_counter()]
index = approximate_index(database, "{kind}")
times.append(time.perf_counter())
index.search(query.vectors, 10)
times.append(time.perf_counter())
memory = peak()
found = neighbours(query, database, 10, index=index)
times.append(time.perf_counter())
neighbours(query, database, 10)
times.append(time.perf_counter())
seconds = np.diff(times)
print(seconds[0], seconds[1], seconds[3], found.recall.value, memory)
"""


def measured(script: str) -> list[float]:
    """The numbers that a script prints, in a process of its own."""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return [float(number) for number in run.stdout.split()]


def training() -> tuple[str, str, float, float]:
    """Steps of ``fit`` beside a plain loop with the same model, losses and size of batch; views of equal cost."""
    table = csdlib.load_dataset("atelier", progress=False).where(split="train").take(np.arange(256))
    config = TrainingConfig(steps=32, batch_size=32)
    labels = torch.from_numpy(table.labels())

    def plain() -> None:
        model = random_tiny().model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
        views, generator = StylePreservingViews(128, config.smallest_crop), torch.Generator().manual_seed(0)
        for _ in range(config.steps):
            rows = torch.randint(len(table), (config.batch_size,), generator=generator)
            images = torch.stack([views(table.open(int(row)), generator) for row in rows])
            style = model(images.flatten(0, 1)).unflatten(0, images.shape[:2])
            loss = multilabel_contrastive_loss(style[:, 0], labels[rows]) + 0.2 * self_supervised_loss(style)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    ours = fastest([lambda: fit(random_tiny().model, table, config, progress=False), plain], repeats=2)
    return f"train csd-tiny, {config.steps} steps of 32", "plain loop", *ours


def drawing() -> tuple[str, str, float, float]:
    """Finding pictures in the cache, beside drawing them with two workers."""
    options = {"works_per_painter": 8, "progress": False}
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        table = csdlib.load_dataset("atelier", cache=Path(folder), **options)
        drawn, count = time.perf_counter() - start, len(table)
        start = time.perf_counter()
        csdlib.load_dataset("atelier", cache=Path(folder), **options)
        found = time.perf_counter() - start
    return f"{count} atelier pictures, cached", f"drawn, {count / drawn:.0f} images/s", found, drawn


def first_answer(name: str) -> tuple[str, str, float, float]:
    """The style similarity of two pictures in a new process, beside open_clip's similarity of the same two."""
    table = csdlib.load_dataset("atelier", progress=False)
    pair = f"{str(table.path(0))!r}, {str(table.path(1))!r}"
    scripts = [each.format(pair=pair, name=name) for each in (ANSWER, ANSWER_BY_CLIP)]
    seconds = fastest([partial(measured, each) for each in scripts])
    return f"two pictures by {name}, a new process", "open_clip, ViT-B-32", *seconds


ANSWER = """
import csdlib
print(float(csdlib.style_similarity({pair}, descriptor={name!r})))
"""

ANSWER_BY_CLIP = """
import open_clip, torch
from PIL import Image
model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32", force_quick_gelu=True)
with torch.inference_mode():
    both = model.eval().encode_image(torch.stack([preprocess(Image.open(path)) for path in ({pair})]), normalize=True)
print(float(both[0] @ both[1]))
"""


def rerun() -> tuple[str, str, float, float]:
    """A chapter run by the driver, with its key, checks and record, beside papermill alone."""
    with TemporaryDirectory() as folder:
        project = Project(ROOT, Path(folder))
        run = next(run for run in listed_runs(project, smoke=True) if run.chapter.slug == "quickstart")
        source = Path(folder) / "source.ipynb"
        source.write_bytes(to_bytes(run.chapter.notebook()))
        papermill = [
            sys.executable,
            "-m",
            "papermill",
            "--no-progress-bar",
            str(source),
            str(Path(folder) / "made.ipynb"),
        ]
        papermill += [word for name, value in run.parameters.items() for word in ("-p", name, str(value))]

        def by_the_driver() -> None:
            shutil.rmtree(run.results, ignore_errors=True)
            assert not execute_all(project, [run])

        def by_papermill() -> None:
            subprocess.run(papermill, cwd=ROOT, capture_output=True, check=True)

        seconds = fastest([by_the_driver, by_papermill], repeats=2)
    return "a small run of the quickstart", "papermill alone", *seconds


#: What stands in the table, by a name that stays: the texts hold numbers that change.
MEASURES: dict[str, Callable[[], tuple[str, str, float, float]]] = {
    "first answer": partial(first_answer, "csd-tiny"),
    "first answer csd-art": partial(first_answer, "csd-art"),
    "rerun": rerun,
    "embed csd-tiny": partial(embedding, "csd-tiny", 512),
    "embed csd-art": partial(embedding, "csd-art", 256),
    "score": partial(scoring, "plain loop"),
    "score, wrappers' way": partial(scoring, "each pair"),
    **{f"embed {name}": partial(tower, name) for name in ("ViT-B-16", "ViT-B-32", "ViT-L-14")},
    **{f"retrieval, {beside}": partial(wikiart_size, beside, script) for beside, script in BESIDE.items()},
    **{f"200,000, {kind}": partial(large, kind) for kind in ("ivf", "hnsw")},
    "tags": tagging,
    "copies": copies,
    **{f"loss, {images:,} images": partial(loss, images) for images in (1024, 4096, 16384)},
    "train csd-tiny": training,
    "drawings from the cache": drawing,
    "map": bench_maps.coordinates,
    "placing on a map": bench_maps.placing,
    "page of a map": bench_maps.page,
    **{f"engine {name}": partial(bench_engine.engine, name, fastest) for name in ("csd-tiny", "csd-art")},
}


def processor() -> str:
    """The kind of processor, and what it has for 16 bit: on it depend more of the ratios than on its age."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"model name\s*: (.+)", text)
    kinds = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 bf16", "avx512f": "AVX-512", "avx2": "AVX2"}
    best = next((title for flag, title in kinds.items() if re.search(rf"\b{flag}\b", text)), platform.machine())
    return f"{name[1].strip() if name else platform.processor()}, {best}"


def main() -> None:
    """Measures, prints one row a comparison, and adds them to the history."""
    console, table = Console(width=130), Table("what", "beside", "ours (s)", "theirs (s)", "ours / theirs")
    start = time.perf_counter()
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+changes", "--exclude=*"]
    revision = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    where = {
        "date": datetime.now(UTC).date().isoformat(),
        "revision": revision,
        "processor": processor(),
        "cores": os.cpu_count(),
    }
    rows = []
    for name, measure in MEASURES.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        what, beside, ours, theirs = measure()
        rows.append({**where, "name": name, "what": what, "beside": beside, "ours": ours, "theirs": theirs})
        table.add_row(what, beside, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}")
        console.print(f"{time.perf_counter() - start:4.0f} s  {name}")
    console.print(table)
    console.print(
        f"torch threads: {torch.get_num_threads()}; peak memory: "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
    )
    if not sys.argv[1:]:
        history = pd.concat([pd.read_csv(HISTORY), pd.DataFrame(rows)] if HISTORY.exists() else [pd.DataFrame(rows)])
        history.round({"ours": 4, "theirs": 4}).to_csv(HISTORY, index=False)


if __name__ == "__main__":
    main()
