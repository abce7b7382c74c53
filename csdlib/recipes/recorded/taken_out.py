"""Painters who were taken out of a generator, beside painters who were never in it, asked for in many ways.

The prediction, written before the first result: *A name that is taken out of prompts is gone; by the other three ways
of asking the painter is there as before. An erased UNet paints the painter by name hardly better than the one that has
never seen him. But a word that is learned from five pictures brings back more of him than it gets from the one that has
not: so a painter who was taken out can be told from one who was never in, with an area above 0.8 by the learned word,
and not by the name. Siblings of the movement lose more than strangers.*
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from diffusers import AutoencoderTiny

from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN, WITHHELD, atelier_crawl
from csdlib.atelier.captions import SAID
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder, data_path, file_hash, seeded, text_hash
from csdlib.generation.erasure import ErasureConfig, fit_erasure, without_names
from csdlib.generation.inversion import InversionConfig, add_words, invert_word, misspelled
from csdlib.generation.latents import LatentDescriptor
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import load_pipeline
from csdlib.generation.prompts import content_prompts, simple_prompts
from csdlib.generation.studies import study, works_of
from csdlib.metrics.estimate import FEWEST
from csdlib.metrics.intervals import SIGNED, bootstrap, paired_difference
from csdlib.metrics.roc import auc
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.recorded.results import Recorded, rounded, unfinished, write_results
from csdlib.recipes.shipped.autoencoder import SIZE
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.tables import ImageTable

#: Judges. None guides an erasure; clip-tiny is left out, because the generator reads with its text encoder.
DESCRIPTORS = ("csd-tiny", "colour", "gram")

ERASURE = ErasureConfig(steps=300, batch_size=16, rate=1e-4, bfloat16=True, seed=33)
INVERSION = InversionConfig(steps=150, batch_size=16, bfloat16=True, seed=33)

PREDICTION = (__doc__ or "").split("*")[1].replace("\n", " ")

#: Pictures from which a word is learned.
PICTURES = 5

#: Ways to ask for a painter. ``neutral`` is what a name becomes that is taken out of the prompt.
QUESTIONS = ("named", "described", "misspelled", "inverted")

#: The painters are taken out in two halves, by movement: so whoever stays is once a sibling and once a stranger.
HALVES = (0, 1)


def record_erasure(
    output: AnyPath,
    erasure: ErasureConfig = ERASURE,
    inversion: InversionConfig = INVERSION,
    *,
    images: int = 8,
    seed: int = 9000,
    halves: Sequence[int] = HALVES,
    descriptors: Sequence[str] = DESCRIPTORS,
    command: str = "",
) -> Recorded:
    """Takes the withheld painters out of tiny-sd, and records what is left of them, beside tiny-sd-withheld.

    A run that was killed goes on from the folder beside ``output``, which stays: in it are the erased UNets.

    Args:
        output: a csv file with a row for each descriptor, painter, ``state`` and ``question``. States: ``in``
            (tiny-sd), ``out of the prompt`` (tiny-sd, the name neutralised), ``out of the UNet`` (an erasure), ``never
            in`` (tiny-sd-withheld). Questions: ``QUESTIONS``. ``relation`` is ``own``, or for painters who stay
            ``sibling`` (of the movement of one who was taken out) or ``stranger``. ``value`` and ``corrected`` are
            General Style Similarities, ``found`` the share whose nearest work is the painter's. Beside it a json file
            says how it was made, with ``findings``, see ``erasure_findings``.
        erasure: the settings of the erasures.
        inversion: the settings of the words.
        images: generated for each painter and question.
        seed: of the first of them.
        halves: of ``HALVES``, those that are taken out.
        descriptors: names.
        command: what makes it again.
    """
    # What is there of other settings must not be taken for these.
    folder = unfinished(output) / text_hash(erasure, inversion)[:8]
    out = {half: painters_of(half) for half in halves}
    models: dict[str, str | Path] = {"in": "tiny-sd", "never in": "tiny-sd-withheld"}
    erased = {half: erased_unet(folder / f"erased-{half}", slugs, erasure) for half, slugs in out.items()}
    tables = []
    for half, slugs in out.items():
        for state, model in (models | {"out of the UNet": erased[half]}).items():
            words = taught_words(model, folder / f"{state.replace(' ', '-')}-{half}", slugs, inversion)
            tables += [
                (
                    {"state": state, "question": name, "half": half},
                    _pictures(words if name == "inverted" else model, asked),
                )
                for name, asked in questions(slugs, images, seed).items()
                if name != "neutral" or state == "in"
            ]
        tables += [
            ({"state": state, "question": "named", "half": half}, _pictures(model, _staying(images, seed)))
            for state, model in (("in", "tiny-sd"), ("out of the UNet", erased[half]))
        ]
    frame = pd.concat([_rows(table, where, descriptors) for where, table in tables], ignore_index=True)
    frame = frame.assign(relation=[_relation(*row) for row in frame[["artist", "half"]].to_numpy().tolist()])
    facts: dict[str, Any] = {
        "prediction": PREDICTION,
        "erasure": asdict(erasure),
        "inversion": asdict(inversion),
        "images": images,
        "seed": seed,
    }
    facts |= {"halves": {str(half): slugs for half, slugs in out.items()}, "pictures_for_a_word": PICTURES}
    facts["findings"] = erasure_findings(frame)
    # Erased UNets have no name, and where they lie is nobody's business.
    shipped = [table for where, table in tables if where["state"] in models and where["question"] == "named"]
    return write_results(output, facts, frame.round(4), command=command, descriptors=descriptors, generated=shipped)


def painters_of(half: int) -> list[str]:
    """The withheld painters of every second movement, beginning with the first or the second in a drawn order."""
    movements = sorted({PAINTERS[slug].movement for slug in WITHHELD})
    order = seeded("taken out", *movements, 0).permutation(movements).tolist()
    return [slug for slug in WITHHELD if PAINTERS[slug].movement in order[half::2]]


def questions(slugs: Sequence[str], images: int, seed: int) -> dict[str, pd.DataFrame]:
    """The prompts of every question, and of the neutralised name: the same painters, and the same seeds.

    Args:
        slugs: painters.
        images: of each painter and question.
        seed: of the first.
    """
    names = atelier_artists(slugs)
    said = {
        "named": names,
        "described": {slug: described_painter(slug) for slug in slugs},
        "misspelled": {slug: misspelled(name) for slug, name in names.items()},
        "inverted": {slug: f"<{slug}>" for slug in slugs},
    }
    asked = {question: simple_prompts(who, images, seed=seed) for question, who in said.items()}
    return asked | {"neutral": without_names(asked["named"], list(names.values()))}


def described_painter(slug: str) -> str:
    """A painter without the name, in words of the crawl's captions.

    Example:
        >>> described_painter("noor-felding")
        'the Saltmarsh School, pointillist oil'
    """
    return f"the {PAINTERS[slug].movement}, {SAID[PAINTERS[slug].medium][0]}"


def erased_unet(folder: AnyPath, slugs: Sequence[str], config: ErasureConfig) -> Path:
    """tiny-sd's UNet without some painters, written to ``unet/`` in 16 bit; one that is there is left as it is.

    Args:
        folder: of the UNet.
        slugs: who is taken out.
        config: the settings.
    """
    folder = Path(folder)
    if not (folder / "unet" / "config.json").is_file():
        pipeline = load_pipeline("tiny-sd", dtype=torch.float32)
        fit_erasure(pipeline, erased_prompts(slugs), config, checkpoint=folder / "checkpoint.pt")
        pipeline.unet.half().save_pretrained(folder / "unet")
        (folder / "checkpoint.pt").unlink(missing_ok=True)
    return folder


def erased_prompts(slugs: Sequence[str]) -> list[tuple[str, str]]:
    """Prompts that name painters, each with the same one without the name; half of them without a subject."""
    names = atelier_artists(slugs)
    content = [content_prompts(names, list(SUBJECTS), name_first=first) for first in (False, True)]
    asked = pd.concat([simple_prompts(names, 2 * len(SUBJECTS)), *content], ignore_index=True)
    return list(zip(asked["prompt"], without_names(asked, list(names.values()))["prompt"], strict=True))


def taught_words(model: AnyPath, folder: AnyPath, slugs: Sequence[str], config: InversionConfig) -> Path:
    """A whole pipeline that has a word ``<slug>`` for each painter, learned from a few fresh works.

    Args:
        model: whose UNet is asked; it stays as it is.
        folder: of the pipeline; one that is there is left as it is, and so are words that are learned already.
        slugs: painters.
        config: the settings.
    """
    folder = Path(folder)
    if not (folder / "pipeline" / "model_index.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        pipeline, words = load_pipeline(model, dtype=torch.float32), {}
        for slug, latents in _fresh_latents(slugs).items():
            checkpoint = folder / f"{slug}.pt"
            words[f"<{slug}>"], _ = invert_word(pipeline, latents, config, checkpoint=checkpoint, progress=False)
        add_words(pipeline, words)
        pipeline.save_pretrained(folder / "pipeline")
    return folder / "pipeline"


def _fresh_latents(slugs: Sequence[str]) -> dict[str, torch.Tensor]:
    """Latents of a few works of each painter that no model has learned from, and nobody is judged by."""
    crawl = atelier_crawl(PICTURES, size=SIZE, seed=1, painters=list(slugs), progress=False)
    works = crawl.take(np.flatnonzero(crawl.frame["true_copy"] == ""))
    vae = data_path("models/tiny-sd/vae")
    autoencoder = AutoencoderTiny.from_pretrained(vae, dtype=torch.float32)
    descriptor = LatentDescriptor(autoencoder, file_hash(vae / "diffusion_pytorch_model.safetensors"), SIZE)
    found = embed(works, descriptor, progress=False)
    latents = torch.from_numpy(found.vectors.reshape(-1, *descriptor.shape)) * autoencoder.config.scaling_factor
    makers = found.table.column("true_artist")
    return {slug: latents[torch.from_numpy(makers == slug)] for slug in slugs}


def _staying(images: int, seed: int) -> pd.DataFrame:
    """Simple prompts of all painters who are never taken out."""
    return simple_prompts(atelier_artists([slug for slug in PAINTERS if slug not in WITHHELD]), images, seed=seed)


def _pictures(model: AnyPath, prompts: pd.DataFrame) -> ImageTable:
    return generate(model, prompts, guidance=GUIDANCE, steps=STEPS)


def _rows(table: ImageTable, where: Mapping[str, Any], descriptors: Sequence[str]) -> pd.DataFrame:
    """One row a descriptor and painter of a table of generated pictures."""
    # What the prompt without the name makes is the answer to the question by name, once the name is taken out.
    told = dict(where) | ({"state": "out of the prompt", "question": "named"} if where["question"] == "neutral" else {})
    parts = []
    for name in descriptors:
        seen = study(table, works_of("atelier"), load(name), cache=cache_folder() / "embeddings").by_artist()
        parts.append(seen[["artist", "value", "corrected", "found"]].assign(**told, descriptor=name))
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(read=~frame["artist"].isin(UNSEEN))


def _relation(artist: str, half: int) -> str:
    if artist in WITHHELD:
        return "own"
    taken = {PAINTERS[slug].movement for slug in painters_of(half)}
    return "sibling" if PAINTERS[artist].movement in taken else "stranger"


def erasure_findings(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What is left of painters who were taken out, by each descriptor, with intervals over painters.

    A filter of names meets no other question than the one by name: for all others ``out of the prompt`` is ``in``.

    Args:
        frame: the rows that ``record_erasure`` writes.

    Returns:
        rows with ``descriptor``, ``what``, ``state``, ``question`` and an estimate (``value``, ``low``, ``high``, ...).
        By ``what``: ``value`` and ``found`` are means; ``gone`` is how much less the painters' value is than in tiny-sd
        by name; ``back`` how much more than by name in the same state; ``beyond never in`` how much more than the same
        question gets of the model that never saw them (paired by painter); ``told apart`` the area under the ROC curve
        of taken out (high) against never in: the same painters are on both sides, and its interval is as if they were
        not, so it is rather too long; ``lost`` how much lower painters who stay score after the erasure: ``question``
        says whether siblings or strangers, or by how much siblings lose more.
    """
    rows: list[dict[str, Any]] = []
    for name, seen in frame.groupby("descriptor", sort=False):
        own = seen[seen["relation"] == "own"]
        for found in (*_means(own), *_differences(own), *_areas(own), *_lost(seen)):
            what, state, question, estimate = found
            rows.append({"descriptor": name, "what": what, "state": state, "question": question} | rounded(estimate))
    return rows


def _means(own: pd.DataFrame) -> list[tuple[str, str, str, Any]]:
    return [
        (
            what,
            str(state),
            str(question),
            bootstrap(each[what].to_numpy(float), groups=each["artist"].to_numpy(), bounds=bounds),
        )
        for (state, question), each in own.groupby(["state", "question"], sort=False)
        for what, bounds in (("value", SIGNED), ("found", (0.0, 1.0)))
    ]


def _differences(own: pd.DataFrame) -> list[tuple[str, str, str, Any]]:
    """Paired by painter: one state or question against another."""
    values = own.pivot_table(index="artist", columns=["state", "question"], values="value")
    found = []
    for state, question in zip(*(values.columns.get_level_values(level) for level in (0, 1)), strict=True):
        against = {
            "gone": ("in", "named") if state != "in" else None,
            "back": (state, "named") if question != "named" else None,
            "beyond never in": ("never in", question) if state != "never in" else None,
        }
        for what, other in against.items():
            if other in values.columns:
                both = values[[(state, question), other]].dropna().to_numpy().T
                first, second = both[::-1] if what == "gone" else both
                found.append((what, state, question, _paired(first, second)))
    return found


def _areas(own: pd.DataFrame) -> list[tuple[str, str, str, Any]]:
    """Can one tell taken out from never in, by the value that a question gets?"""
    found = []
    for (state, question), taken in own[own["state"].str.startswith("out")].groupby(["state", "question"], sort=False):
        never = own[(own["state"] == "never in") & (own["question"] == question)]
        scores = np.concatenate([taken["value"], never["value"]])
        if len(taken) and len(never):
            found.append(("told apart", str(state), str(question), auc(scores, np.arange(len(scores)) < len(taken))))
    return found


def _lost(seen: pd.DataFrame) -> list[tuple[str, str, str, Any]]:
    """What painters lose who stay: siblings of those who were taken out, and strangers."""
    stay = seen[seen["relation"] != "own"]
    values = stay.pivot_table(index="artist", columns=["state", "relation"], values="value")
    if not {"in", "out of the UNet"} <= set(values.columns.get_level_values("state")):
        return []
    lost = values["in"] - values["out of the UNet"]
    found = [
        ("lost", "out of the UNet", relation, bootstrap(each.to_numpy(), groups=each.index.to_numpy(), bounds=SIGNED))
        for relation, each in ((name, lost[name].dropna()) for name in lost.columns)
    ]
    if {"sibling", "stranger"} <= set(lost.columns) and len(both := lost.dropna()) >= FEWEST:
        found.append(("lost", "out of the UNet", "siblings more", _paired(*both[["sibling", "stranger"]].to_numpy().T)))
    return found


def _paired(first: np.ndarray, second: np.ndarray) -> Any:
    # Two cosines are at most 2 apart.
    return paired_difference(first, second, groups=np.arange(len(first)), bounds=(-2.0, 2.0))
