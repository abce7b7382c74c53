"""Jobs that can go on after a kill, at smoke size: how each is done in a folder, and what came out of it."""

import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file

from book.build import make_book, make_chapter
from book.notebooks import read
from book.project import Project
from book.runs import listed_runs
from csdlib.curation import CurationConfig, Phrase, TagBank, curate
from csdlib.datasets import load_dataset
from csdlib.descriptors import load
from csdlib.descriptors.clip_tiny import CLIPTiny, train_tokenizer
from csdlib.descriptors.csd import random_tiny
from csdlib.descriptors.weights import state_hash
from csdlib.embeddings import Embeddings, embed, embed_shards, embed_table
from csdlib.embeddings.arrays import load_part
from csdlib.files import atomic_path, file_hash, text_hash
from csdlib.generation import generate, simple_prompts
from csdlib.generation.autoencoder import AutoencoderConfig, fit_autoencoder, random_autoencoder
from csdlib.generation.diffusion import DiffusionConfig, fit_diffusion
from csdlib.generation.latents import Latents
from csdlib.retrieval import nearest
from csdlib.tables import ImageTable
from csdlib.training.clip import CLIPConfig, fit_clip
from csdlib.training.csd import TrainingConfig, fit
from tests.book.conftest import copy_small_book
from tests.conftest import stripes
from tests.generation.conftest import save_micro_pipeline

#: Where the inputs of all jobs lie: written once, and only read afterwards.
INPUTS = "CSD_FAULTS_INPUTS"


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        do: does all that is left of it in a folder; kills come at any moment.
        result: a text that two folders have in common only if they hold the same result.
        processes: that do it together.
        prepare: what has to lie in the folder before, which no kill disturbs.
    """

    do: Callable[[Path], None]
    result: Callable[[Path], str]
    processes: int = 1
    prepare: Callable[[Path], None] = lambda folder: None


def write_inputs(folder: Path) -> None:
    """Pictures with captions in a folder and in two shards, embeddings, a small generator."""
    pictures = folder / "pictures"
    for artist in range(4):
        for number in range(12):
            path = pictures / f"artist-{artist}" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(path)
            path.with_suffix(".txt").write_text(f"Stripes by Artist {artist}, number {number}")
    for shard in range(6):
        (folder / "shards").mkdir(exist_ok=True)
        with tarfile.open(folder / "shards" / f"{shard}.tar", "w") as archive:
            for path in sorted(pictures.rglob(f"{2 * shard}.*")):
                archive.add(path, f"{path.parent.name}-{path.name}")
    random = np.random.default_rng(0).normal(size=(20_000, 64)).astype(np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    ids = np.array([f"{row}" for row in range(len(random))])
    Embeddings(random, ids, "x", "cosine").save(folder / "embeddings")
    save_micro_pipeline(folder / "generator")


def inputs(name: str) -> Path:
    return Path(os.environ[INPUTS]) / name


def table() -> ImageTable:
    made = load_dataset("folder", inputs("pictures"))
    return made.with_column("caption", "stripes").with_column("split", "train")


def _embed(folder: Path) -> None:
    embed_table.PART = 6
    embed(table(), load("gram"), batch_size=3, cache=folder / "cache", progress=False)


def _embedded(folder: Path) -> str:
    parts = [part for path in (folder / "cache").glob("*.npz") if (part := load_part(path))]
    return text_hash(*sorted(part.content_hash for part in parts))


def _shards(folder: Path) -> None:
    embed_shards.embed_corpus(embed_shards.corpus_shards(inputs("shards")), load("gram"), folder, progress=False)


def _joined(folder: Path) -> str:
    return embed_shards.join_corpus(folder).content_hash


def _search(folder: Path) -> None:
    nearest.BLOCK = 500
    whole = Embeddings.load(inputs("embeddings"))
    found = nearest.neighbours(whole.take(np.arange(6000)), whole, 5, parts=folder / "parts")
    with atomic_path(folder / "found.npy") as path:
        np.save(path, found.rows)


def _curate(folder: Path) -> None:
    captioned = load_dataset("captioned", inputs("pictures"))
    embed_table.PART = 6
    found = embed(captioned, load("gram"), batch_size=3, cache=folder / "cache", progress=False)
    phrases = tuple(Phrase(f"Artist {number}", f"artist-{number}", "artist") for number in range(4))
    curate(captioned, TagBank(phrases), found, CurationConfig(0.99)).save(folder / "curated")


def _curated(folder: Path) -> str:
    return str(pd.read_parquet(folder / "curated" / "table.parquet").to_dict("list"))


SHORT: dict[str, Any] = {"steps": 12, "batch_size": 8}
TINY = {"image_size": 32, "patch_size": 8, "width": 48, "layers": 1, "heads": 2, "style_dim": 48}


def _trained(model: torch.nn.Module, folder: Path) -> None:
    with atomic_path(folder / "model.safetensors") as path:
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)


def _how(folder: Path) -> dict[str, Any]:
    return {"checkpoint": folder / "state.pt", "evaluate_every": 2, "progress": False}


def _csd(folder: Path) -> None:
    model = random_tiny(1, **TINY).model
    fit(model, table(), TrainingConfig(**SHORT), **_how(folder))
    _trained(model, folder)


def _clip(folder: Path) -> None:
    torch.manual_seed(0)
    model = CLIPTiny(train_tokenizer(["stripes"], 520), TINY, layers=1, heads=2, tokens=12)
    fit_clip(model, table(), CLIPConfig(**SHORT), **_how(folder))
    _trained(model, folder)


def _autoencoder(folder: Path) -> None:
    model = random_autoencoder(encoder_block_out_channels=(8,) * 3, decoder_block_out_channels=(8,) * 3)
    fit_autoencoder(model, table(), AutoencoderConfig(**SHORT, size=32), **_how(folder))
    _trained(model, folder)


def _diffusion(folder: Path) -> None:
    model = UNet2DConditionModel.from_pretrained(inputs("generator") / "unet")
    own = table()
    count = len(own)
    drawn = torch.randint(-100, 100, (count, 4, 8, 8), dtype=torch.int8, generator=torch.Generator().manual_seed(0))
    data = Latents(drawn, torch.zeros(2, 48, 32).half(), np.ones(count, np.int64), own, "")
    fit_diffusion(model, data, DiffusionConfig(**SHORT), **_how(folder))
    _trained(model, folder)


def _weights(folder: Path) -> str:
    return state_hash(load_file(folder / "model.safetensors"))


def _generate(folder: Path) -> None:
    prompts = simple_prompts(["Ann Lee", "Bo Ray", "Cy Dee"], 6, seed=0)
    generate(inputs("generator"), prompts, folder / "made", guidance=2.0, steps=6, batch_size=2, progress=False)


def _made(folder: Path) -> str:
    made = folder / "made"
    return text_hash((made / "generated.csv").read_text(), *map(file_hash, sorted(made.glob("*.png"))))


def _small_book(folder: Path) -> None:
    copy_small_book(folder / "book")


def _project(folder: Path) -> Project:
    return Project(folder / "book", folder / "book" / "build")


def _make_book(folder: Path) -> None:
    make_book(_project(folder))


def _make_chapter(folder: Path) -> None:
    make_chapter(_project(folder), "tiny", [("power", "5")])


def _pages(folder: Path) -> str:
    project = _project(folder)
    runs = [run for run in listed_runs(project) if run.folder]
    cells = [str(read(run.folder / "notebook.ipynb").cells) for run in runs if run.folder]
    kept = sorted(path.name for path in project.html.glob("*.html"))
    return text_hash(*cells, *kept)


JOBS: dict[str, Job] = {
    "embed": Job(_embed, _embedded),
    "embed-shards, two processes": Job(_shards, _joined, processes=2),
    "search in parts": Job(_search, lambda folder: file_hash(folder / "found.npy")),
    "curate": Job(_curate, _curated),
    "train csd": Job(_csd, _weights),
    "train clip": Job(_clip, _weights),
    "train autoencoder": Job(_autoencoder, _weights),
    "train diffusion": Job(_diffusion, _weights),
    "generate": Job(_generate, _made),
    "make book": Job(_make_book, _pages, prepare=_small_book),
    "make chapter": Job(_make_chapter, _pages, prepare=_small_book),
}
