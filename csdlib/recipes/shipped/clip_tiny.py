"""How clip-tiny is made: trained on the captions of the crawl, judged by what it can name."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from csdlib.atelier import PAINTERS, UNSEEN, atelier, atelier_crawl
from csdlib.descriptors.clip_tiny import CLIPTiny, save_clip, train_tokenizer
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.descriptors.weights import seeded_weights
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath
from csdlib.recipes.shipped.cards import limits, provenance, retrieval_results, training_record, write_record
from csdlib.retrieval.benchmark import Retrieval, evaluate_retrieval
from csdlib.tables import ImageTable
from csdlib.training.clip import CLIPConfig, fit_clip

#: How clip-tiny was trained.
CLIP_TINY = CLIPConfig(steps=5000, batch_size=128, rate=1e-3)


def train_clip_tiny(
    output: AnyPath,
    config: CLIPConfig = CLIP_TINY,
    *,
    works_per_painter: int = 600,
    command: str = "",
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Trains clip-tiny on the captions of the crawl, without the painters whom no descriptor sees.

    The captions are the crawl's own, with its noise: names that are missing, misspelled or wrong. A run that was killed
    goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder for the model.
        config: the settings.
        works_per_painter: pictures of each painter, copies apart.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    output = Path(output)
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    training = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    validation = atelier_crawl(6, seed=1, painters=painters, cache=cache)
    tokenizer = train_tokenizer(training.frame["caption"])
    with seeded_weights(config.seed):
        model = CLIPTiny(tokenizer)
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    log = fit_clip(
        model,
        training,
        config,
        evaluate=lambda current: zero_shot(current, validation),
        evaluate_every=250,
        checkpoint=checkpoint,
    )
    save_clip(model, output)
    record = training_record(command, training, log, config, time.perf_counter() - started) | {"unseen": list(UNSEEN)}
    test = atelier(cache=cache)
    found = evaluate_retrieval(test.where(artist=list(UNSEEN)), load("clip-tiny", weights=output), k=10, progress=False)
    write_record(output, record, _clip_card(record, found))
    checkpoint.unlink(missing_ok=True)
    return record


def zero_shot(model: CLIPTiny, table: ImageTable) -> dict[str, float]:
    """How often a picture is nearest to the text with its own painter's name, and to that with its own subject.

    Args:
        model: what embeds pictures and texts.
        table: pictures of the crawl, with its columns of truth.

    Returns:
        two shares in [0, 1], higher is better; 1 / painters and 1 / subjects are chance.
    """
    size, dim = model.image.config["image_size"], model.image.config["style_dim"]
    tower = TowerDescriptor(model.image, name="in training", weights_hash="changing", size=size, dim=dim)
    found = embed(table, tower, progress=False)
    truth = {"painter": found.table.column("true_artist"), "subject": found.table.column("true_content")}
    questions = {
        "painter": {slug: f"a painting by {PAINTERS[slug].name}" for slug in np.unique(truth["painter"])},
        "subject": {subject: f"a painting of a {subject}" for subject in np.unique(truth["subject"])},
    }
    shares = {}
    for what, texts in questions.items():
        with torch.inference_mode():
            answers = model.encode_text(model.tokenised(list(texts.values())).to(tower.device)).cpu().numpy()
        nearest = np.array(list(texts))[(found.vectors @ answers.T).argmax(axis=1)]
        shares[f"zero-shot {what}"] = float((nearest == truth[what]).mean())
    return shares


def _clip_card(record: dict[str, Any], found: Retrieval) -> str:
    last = record["log"][-1]
    return f"""# clip-tiny

A small CLIP (arXiv:2103.00020): a vision transformer with its projection, and a text transformer.
`csdlib.load("clip-tiny")` loads the image side, `csdlib.descriptors.load_clip()` both. License: MIT, as the
project's.

{provenance(record, "with the captions of a crawl, names missing, misspelled and wrong among them")}
- **Files:** `model.safetensors`, `config.json` (image tower), `text_encoder/` and `tokenizer/` (transformers' format),
  `clip.json` (the scale of cosines), `training.json` (settings and curves). Weights are in 16 bit.

On new works of the painters it has seen, the painter's name is the nearest of {len(PAINTERS) - len(UNSEEN)} for
{100 * last["zero-shot painter"]:.1f} % of the pictures, and the subject's for {100 * last["zero-shot subject"]:.1f} %.

{retrieval_results(found)}

{limits(record)}
"""
