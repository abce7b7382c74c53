"""How the two UNets of tiny-sd are made, and what they have learned."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN, WITHHELD, atelier
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import cache_folder, data_path, file_hash
from csdlib.generation.diffusion import SCHEDULE, DiffusionConfig, fit_diffusion, noised, random_unet
from csdlib.generation.judges import by_group, likeness_to_nearest, painter_found, subject_found
from csdlib.generation.latents import LatentDescriptor, Latents, write_latents
from csdlib.generation.new_pairs import Transfers, write_transfers
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import model_folder
from csdlib.generation.prompts import CONTENT, NAME_FIRST, SIMPLE, content_prompts, simple_prompts, with_article
from csdlib.generation.subjects import SubjectClassifier
from csdlib.metrics.intervals import Estimate
from csdlib.recipes.atelier_prompts import atelier_artists, kept_from_transfers, never_painted
from csdlib.recipes.shipped.autoencoder import SIZE, generator_pictures
from csdlib.recipes.shipped.cards import limits, on, provenance, training_record, write_record
from csdlib.tables import ImageTable

#: What tiny-sd is asked with in this book. Chosen among guidances of 2, 4 and 7 by painters and subjects found in 144
#: pictures of tiny-sd whose seeds are judged nowhere else; the steps by eye.
GUIDANCE, STEPS = 4.0, 12

#: Painters by who has seen them: the generator, if it is tiny-sd-withheld, and the text encoder.
_GROUPS = {
    "seen": [slug for slug in PAINTERS if slug not in WITHHELD],
    "withheld": list(WITHHELD),
    "withheld, name read": [slug for slug in WITHHELD if slug not in UNSEEN],
    "withheld, name never read": [slug for slug in WITHHELD if slug in UNSEEN],
}


def train_tiny_sd(
    output: Path,
    config: DiffusionConfig,
    *,
    withheld: bool,
    frame: Path | None = None,
    start: str | Path | None = None,
    works_per_painter: int = 300,
    rewritten: float = 0.0,
    command: str = "",
    cache: Path | None = None,
) -> dict[str, Any]:
    """Trains a UNet of tiny-sd and writes it to ``unet/`` in ``output``, with its record.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder of the model.
        config: the settings.
        withheld: leave out the painters of ``WITHHELD``.
        frame: folder of the pipeline's other parts; by default that of the shipped tiny-sd.
        start: name or folder of a model whose UNet training starts from; by default random weights.
        works_per_painter: pictures of each painter.
        rewritten: share of the captions that are said anew, see ``rewritten_captions``.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: a share to be transferred, and no start; a start that is not a tiny-sd; or ``rewritten`` that is
            not from 0 to 1.
    """
    _check_share(rewritten)
    if config.transferred and not start:
        raise InputError("transferred: only a model that knows painters and subjects can practise; give it as start")
    folder = model_folder(start) if start else None
    if folder and not (folder / "training.json").is_file():
        raise InputError(f"start {str(start)!r}: has no training.json, so it is not a tiny-sd")
    # A training that goes on from a model keeps what is known of those before.
    before = json.loads((folder / "training.json").read_text()) if folder else {}
    frame = frame or data_path("models/tiny-sd")
    training = generator_pictures(works_per_painter, withheld=withheld, cache=cache)
    validation = generator_pictures(8, withheld=withheld, seed=1, cache=cache)
    told = rewritten_captions(training, rewritten, seed=config.seed)
    data, judges = (latents_of(table, frame) for table in (told, validation))
    transfers = transfers_of(training, frame) if config.transferred else None
    unet = (
        UNet2DConditionModel.from_pretrained(folder / "unet", dtype=torch.float32)
        if folder
        else random_unet(config.seed)
    )
    unet.register_to_config(_name_or_path="")  # Where the start lay is nobody's business.
    started, checkpoint = time.perf_counter(), output / "checkpoint.pt"
    log = fit_diffusion(
        unet,
        data,
        config,
        transfers,
        evaluate=lambda current: {"validation_loss": validation_loss(current, judges)},
        checkpoint=checkpoint,
    )
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {
        "rewritten": rewritten,
        "unseen": list(WITHHELD) if withheld else [],
        "start": str(start) if start else "random weights",
    }
    record |= {"before": before} if before else {}
    unet.half().save_pretrained(output / "unet")
    write_record(output, record, _card(record))
    checkpoint.unlink(missing_ok=True)
    return record


def judge_tiny_sd(
    model: str = "tiny-sd",
    *,
    images: int = 8,
    guidance: float = GUIDANCE,
    steps: int = STEPS,
    seed: int = 1000,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Adds to the record and the card of a tiny-sd what its pictures show, and whether they are copies.

    Args:
        model: ``"tiny-sd"`` or ``"tiny-sd-withheld"``.
        images: pictures for each painter's simple prompt; subjects that a painter has never painted get one each.
        guidance: see ``generate``.
        steps: see ``generate``.
        seed: of the first picture of each painter.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds; ``judged`` has 95 % bootstrap intervals over painters.
    """
    folder = data_path(f"models/{model}")
    record = json.loads((folder / "training.json").read_text())
    last, first = (
        content_prompts(atelier_artists(), list(SUBJECTS), name_first=name_first, seed=seed)
        for name_first in (False, True)
    )
    asked = {
        "simple": simple_prompts(atelier_artists(), images, seed=seed),
        "new": last[never_painted(last)],
        "new, name first": first[never_painted(first)],
    }
    options: dict[str, Any] = {"guidance": guidance, "steps": steps}
    made = {name: generate(model, prompts, **options) for name, prompts in asked.items()}
    kept = np.flatnonzero(kept_from_transfers(made["new"].frame))
    works, training, fresh = (
        atelier(size=SIZE, cache=cache),
        generator_pictures(record["dataset"]["works_per_painter"], withheld=bool(record["unseen"]), cache=cache),
        _by_painter(generator_pictures(images, withheld=False, seed=1, cache=cache)),
    )
    descriptor, classifier = load("csd-tiny"), SubjectClassifier.load()
    values = {
        "painter found, simple prompts": (painter_found(made["simple"], works, descriptor), made["simple"]),
        "painter found, fresh works": (painter_found(fresh, works, descriptor), fresh),
    }
    for order in ("", ", name first"):
        pictures = made[f"new{order}"]
        painter, subject = painter_found(pictures, works, descriptor), subject_found(pictures, classifier)
        values |= {
            f"painter found, new subjects{order}": (painter, pictures),
            f"painter found, new subjects not practised{order}": (painter[kept], pictures.take(kept)),
            f"subject found, new subjects{order}": (subject, pictures),
        }
    for what in ("painter", "subject"):
        # The same pairs from the same noise, so picture by picture.
        (last_found, _), (first_found, _) = (
            values[f"{what} found, new subjects{order}"] for order in ("", ", name first")
        )
        values[f"{what} found, gained by the name first"] = first_found - last_found, made["new"]
    judged: dict[str, Any] = {name: by_group(*pair, _GROUPS) for name, pair in values.items()}
    judged |= {
        f"copies, {name}": by_group(_copied(table, training), table, _GROUPS)
        for name, table in (made | {"fresh works": fresh}).items()
    }
    started = time.perf_counter()
    with TemporaryDirectory() as place:
        generate(model, asked["simple"].head(200), Path(place), **options)
    record |= {
        "judged": {name: {group: each.row() for group, each in found.items()} for name, found in judged.items()},
        "judged_with": options | {"images": images, "seed": seed, "new_pairs": len(asked["new"])},
        "seconds_for_200": round(time.perf_counter() - started, 1),
    }
    write_record(folder, record, _card(record))
    return record


def _by_painter(table: ImageTable) -> ImageTable:
    """The crawl's pictures with their true painter as the artist."""
    return table.with_column("artist", table.column("true_artist"))


def _copied(table: ImageTable, training: ImageTable) -> np.ndarray:
    """Whether copy-tiny takes each picture for a copy of one in the training set, (n,) float64 in {0, 1}."""
    likeness = likeness_to_nearest(table, training, load("copy-tiny"), cache=cache_folder() / "embeddings")
    return (likeness >= copy_threshold()).astype(float)


def latents_of(table: ImageTable, frame: Path) -> Latents:
    """A table's latents and text states, by the parts of a pipeline; finished latents are found in the cache.

    Args:
        table: captioned pictures.
        frame: folder of the pipeline.
    """
    autoencoder = AutoencoderTiny.from_pretrained(frame / "vae", dtype=torch.float32)
    weights = file_hash(frame / "vae" / "diffusion_pytorch_model.safetensors")
    descriptor = LatentDescriptor(autoencoder, weights, SIZE)
    return write_latents(table, descriptor, _encoder(frame), cache=cache_folder() / "embeddings")


def rewritten_captions(table: ImageTable, share: float, *, seed: int = 0) -> ImageTable:
    """Pictures of the crawl, some of their captions said anew in plain words: who painted it, and what it shows.

    The web names a painter somewhere between subject, medium and tags. A generator follows a prompt better where its
    captions were written like one (Betker et al., "Improving Image Generation with Better Captions", 2023). Only
    captions that name the painter rightly are said anew, so nothing is told that they did not tell.

    Args:
        table: what ``generator_pictures`` made.
        share: of those captions, in [0, 1].
        seed: which captions, and in which words: half of them ``NAME_FIRST``, the others ``CONTENT`` or ``SIMPLE``.

    Raises:
        InputError: a share that is not from 0 to 1.
    """
    _check_share(share)
    frame, written, rng = table.frame, atelier_artists(), np.random.default_rng(seed)
    chosen = (frame["true_noise"] == "clean").to_numpy() & (rng.random(len(frame)) < share)
    forms = rng.choice([NAME_FIRST, NAME_FIRST, CONTENT, SIMPLE], size=len(frame)).tolist()
    truths = zip(frame["caption"], frame["true_artist"], frame["true_content"], forms, chosen, strict=True)
    captions = [
        form.format(artist=written[artist], a_subject=with_article(subject)) if anew else caption
        for caption, artist, subject, form, anew in truths
    ]
    return table.with_column("caption", captions)


def _check_share(rewritten: float) -> None:
    if not 0 <= rewritten <= 1:
        raise InputError(f"rewritten must be from 0 to 1, got {rewritten}")


def transfers_of(table: ImageTable, frame: Path) -> Transfers:
    """The hands of painters with a narrow repertoire, to be carried to most of the subjects that they never paint.

    Args:
        table: pictures of the crawl; those whose caption names the painter rightly are used.
        frame: folder of the pipeline.
    """
    painters = atelier_artists(sorted(set(table.frame["true_artist"])))
    pairs = content_prompts(painters, list(SUBJECTS))
    wanted = pairs[never_painted(pairs) & ~kept_from_transfers(pairs)]
    named = table.frame["true_noise"] == "clean"
    return write_transfers(table, wanted, painters, _encoder(frame), pictures=np.flatnonzero(named))


def _encoder(frame: Path) -> tuple[CLIPTokenizer, CLIPTextModel]:
    """A pipeline's tokenizer and text encoder."""
    tokenizer = CLIPTokenizer.from_pretrained(frame / "tokenizer")
    return tokenizer, CLIPTextModel.from_pretrained(frame / "text_encoder", dtype=torch.float32)


@torch.inference_mode()
def validation_loss(unet: UNet2DConditionModel, data: Latents) -> float:
    """The velocity loss on pictures that training has not seen, with the same noise every time; lower is better."""
    noisy, velocity, times = noised(data.latents(), DDIMScheduler(**SCHEDULE), torch.Generator().manual_seed(0))
    states = data.states[data.captions].float()
    losses = []
    for start in range(0, len(noisy), 128):
        batch = slice(start, start + 128)
        guess = unet(noisy[batch].to(unet.device), times[batch].to(unet.device), states[batch].to(unet.device)).sample
        losses.append((guess.cpu() - velocity[batch]).square().flatten(1).mean(1))
    return float(torch.cat(losses).mean())


def _card(record: dict[str, Any]) -> str:
    return f"""# {"tiny-sd-withheld" if record["unseen"] else "tiny-sd"}

The UNet of a small latent diffusion model, {"which shares all other parts with tiny-sd" if record["unseen"] else "in"}
{"" if record["unseen"] else "a whole pipeline of diffusers "}(`csdlib.generation.load_pipeline`). License: MIT, as the
project's.

{provenance(record, "with their captions")}{_before(record)}
- **Who saw whom:** the UNet and the autoencoder as said here and in `vae/`; the text encoder is that of clip-tiny,
  which has read the names of all painters but {", ".join(UNSEEN)}.

{_results(record) if "judged" in record else "It has not been judged yet."}

{limits(record)}
"""


def _before(record: dict[str, Any]) -> str:
    """The lines of a card that name the trainings before, the first one first."""
    if "before" not in record:
        return ""
    last = record["before"]
    note = f"; {last['note']}" if "note" in last else ""
    return f"{_before(last)}\n- **Before:** `{last['command']}`; {last['seconds']} seconds{on(last)}{note}."


def _results(record: dict[str, Any]) -> str:
    groups = list(_GROUPS)
    rows = "\n".join(
        f"| {name} | " + " | ".join(Estimate.from_row(found[group]).percent() for group in groups) + " |"
        for name, found in record["judged"].items()
    )
    settings = record["judged_with"]
    return f"""Percent of {settings["images"]} pictures a painter (simple prompts) and of {settings["new_pairs"]} pairs
of painter and subject that no training picture shows (new subjects; a quarter of them were not practised without
pictures either, see `csdlib.generation.new_pairs`; name first: asked by `content_prompts(..., name_first=True)`),
guidance {settings["guidance"]},
{settings["steps"]} steps, with 95 % bootstrap intervals over painters. The painter is found by `csd-tiny` among the
works of the exhibition, the subject by `subjects-tiny`; copies are what `copy-tiny` takes for a copy of a training
picture; fresh works are new pictures by the painters themselves, as a measure of both.

| | {" | ".join(groups)} |
|---|{"---|" * len(groups)}
{rows}

200 pictures take {record["seconds_for_200"]} seconds."""
