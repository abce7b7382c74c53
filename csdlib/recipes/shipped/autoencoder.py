"""How tiny-sd's autoencoder is made, and how much of a painter's hand survives it."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.atelier import PAINTERS, WITHHELD, atelier, atelier_crawl
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, atomic_path, data_path
from csdlib.generation.autoencoder import AutoencoderConfig, fit_autoencoder, pictures, random_autoencoder
from csdlib.generation.diffusion import SCHEDULE, random_unet
from csdlib.generation.judges import painter_found
from csdlib.generation.latents import LatentDescriptor
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.recipes.shipped.cards import limits, provenance, training_record, write_record
from csdlib.tables import ImageTable

#: Side of tiny-sd's pictures in pixels.
SIZE = 96

#: Captions that a generator learns from. From one with a wrong or a second name it would learn a painter's hand under
#: another's name, and nobody could say any more whose works it has seen.
CAPTIONS = ("clean", "misspelled", "missing")

#: How tiny-sd's autoencoder was trained.
AUTOENCODER = AutoencoderConfig(steps=12_000, batch_size=16, rate=1e-3, bfloat16=True)

#: Tokens that the text encoder of clip-tiny reads.
_TOKENS = 40


def generator_pictures(
    works_per_painter: int = 600, *, withheld: bool = True, seed: int = 0, cache: AnyPath | None = None
) -> ImageTable:
    """The captioned pictures that a generator learns from: the crawl without copies, and without misleading names.

    Args:
        works_per_painter: pictures of each painter, before captions with wrong names are taken out.
        withheld: leave out the painters of ``WITHHELD``; nothing by them is drawn, and no caption names them.
        seed: which works; another one gives pictures to judge by.
        cache: folder of the atelier's pictures.
    """
    painters = [slug for slug in PAINTERS if not (withheld and slug in WITHHELD)]
    crawl = atelier_crawl(works_per_painter, size=SIZE, seed=seed, painters=painters, cache=cache)
    told = crawl.frame["true_noise"].isin(CAPTIONS) & (crawl.frame["true_copy"] == "")
    return crawl.take(np.flatnonzero(told))


def train_autoencoder(
    output: AnyPath,
    config: AutoencoderConfig = AUTOENCODER,
    *,
    works_per_painter: int = 600,
    command: str = "",
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Trains tiny-sd's autoencoder on what ``tiny-sd-withheld`` may see, and writes all of the pipeline but the UNet.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder of the pipeline, in diffusers' format, 16 bit; ``vae/`` has ``training.json`` and a card.
        config: the settings.
        works_per_painter: pictures of each painter.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    output = Path(output)
    training = generator_pictures(works_per_painter, cache=cache)
    validation = generator_pictures(4, seed=1, cache=cache)
    model = random_autoencoder(config.seed)
    started, checkpoint = time.perf_counter(), output / "checkpoint.pt"
    log = fit_autoencoder(
        model,
        training,
        config,
        evaluate=lambda current: {"signal_to_noise": float(signal_to_noise(current, validation).mean())},
        evaluate_every=1000,
        checkpoint=checkpoint,
    )
    set_scale(model, training.take(np.arange(0, len(training), max(1, len(training) // 1024))))
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"unseen": list(WITHHELD), "scaling_factor": model.config.scaling_factor}
    _write_pipeline(model, output)
    write_record(output / "vae", record, _card(record))
    checkpoint.unlink(missing_ok=True)
    return record


def _write_pipeline(model: AutoencoderTiny, output: Path) -> None:
    """Writes all of the pipeline but the UNet: the autoencoder, the text encoder of clip-tiny, and the schedule."""
    clip = data_path("models/clip-tiny")
    whole = StableDiffusionPipeline(
        vae=model,
        text_encoder=CLIPTextModel.from_pretrained(clip / "text_encoder"),
        tokenizer=CLIPTokenizer.from_pretrained(clip / "tokenizer", model_max_length=_TOKENS),
        unet=random_unet(),
        scheduler=DDIMScheduler(**SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to(torch.float16)
    for name in ("vae", "text_encoder", "tokenizer", "scheduler"):
        getattr(whole, name).save_pretrained(output / name)
    whole.save_config(output)
    # diffusers writes this into the autoencoder's configuration, and complains about it when it reads it.
    _change(output / "vae" / "config.json", block_out_channels=None)
    # The weights are kept in 16 bit. Without a wish of the caller all parts are to compute in 32 bit, as diffusers' do.
    _change(output / "text_encoder" / "config.json", dtype="float32")


def _change(config: Path, **values: str | None) -> None:
    """Changes entries of a configuration; None takes an entry out."""
    entries = json.loads(config.read_text()) | values
    kept = {name: value for name, value in entries.items() if name not in values or value is not None}
    with atomic_path(config) as path:
        path.write_text(json.dumps(kept, indent=2) + "\n")


def judge_autoencoder(output: AnyPath, *, cache: AnyPath | None = None) -> dict[str, Any]:
    """Adds to the record and the card of a trained autoencoder what pictures lose on their way through it.

    Args:
        output: folder that ``train_autoencoder`` has written.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    output = Path(output)
    model = AutoencoderTiny.from_pretrained(output / "vae", dtype=torch.float32)
    record = json.loads((output / "vae" / "training.json").read_text())
    loss = reconstruction_loss(model, cache=cache)
    record |= {
        "reconstruction": {group: {name: value.row() for name, value in found.items()} for group, found in loss.items()}
    }
    write_record(output / "vae", record, _card(record))
    return record


def signal_to_noise(model: AutoencoderTiny, table: ImageTable) -> np.ndarray:
    """How well pictures survive the way to the latents and back: peak signal-to-noise ratios.

    Args:
        model: the autoencoder.
        table: the pictures.

    Returns:
        (n,) float64, decibels, higher is better.
    """
    descriptor = LatentDescriptor(model, "measured", SIZE)
    found = []
    for row in range(len(table)):
        image = descriptor.preprocess(table.open(row))[None].to(model.device)
        with torch.inference_mode():
            painted = model.decode(model.encode(image).latents).sample.clamp(-1, 1)
        found.append(float(10 * torch.log10(4 / (painted - image).square().mean())))
    return np.array(found)


def set_scale(model: AutoencoderTiny, table: ImageTable) -> None:
    """Sets ``scaling_factor`` so that the latents of a table's pictures have unit deviation."""
    found = embed(table, LatentDescriptor(model, "in training", SIZE), progress=False)
    model.register_to_config(scaling_factor=round(1 / float(found.vectors.std()), 4))


def reconstruction_loss(model: AutoencoderTiny, *, cache: AnyPath | None = None) -> dict[str, dict[str, Estimate]]:
    """What a painter's pictures lose on the way to the latents and back, for painters that it has seen, and the others.

    Args:
        model: the autoencoder, which has not seen the painters of ``WITHHELD``.
        cache: folder of the atelier's pictures.

    Returns:
        for both groups, ``seen`` and ``withheld``: the peak signal-to-noise ratio in ``decibels``, the share of
        pictures whose painter ``csd-tiny`` finds (``painter_found``: mAP@1 in the database of the exhibition), and by
        how much painting them again lowers it (``painter_lost``), with 95 % bootstrap intervals over painters.
    """
    table = atelier(size=SIZE, cache=cache)
    query, database = table.where(split="query"), table.where(split="database")
    tiny = load("csd-tiny")
    before = painter_found(query, database, tiny)
    with TemporaryDirectory() as folder:
        again = painted_again(model, query, Path(folder))
        after = painter_found(again, database, tiny)
    decibels = signal_to_noise(model, query)
    groups = {"seen": [slug for slug in PAINTERS if slug not in WITHHELD], "withheld": list(WITHHELD)}
    artists = query.column("artist")
    found: dict[str, dict[str, Estimate]] = {}
    for group, members in groups.items():
        own = np.isin(artists, members)
        found[group] = {
            "decibels": bootstrap(decibels[own], groups=artists[own], bounds=None),
            "painter_found": bootstrap(after[own], groups=artists[own]),
            "painter_lost": paired_difference(before[own], after[own], groups=artists[own]),
        }
    return found


def painted_again(model: AutoencoderTiny, table: ImageTable, folder: AnyPath) -> ImageTable:
    """The pictures of a table after the way to the latents and back, written into a folder under their ids."""
    folder = Path(folder)
    descriptor = LatentDescriptor(model, "measured", SIZE)
    names = [f"{row}.png" for row in range(len(table))]
    for row, name in enumerate(names):
        image = descriptor.preprocess(table.open(row))[None].to(model.device)
        with torch.inference_mode():
            pictures(model.decode(model.encode(image).latents).sample)[0].save(folder / name)
    return ImageTable(table.frame.assign(path=names), folder, table.manifest)


def _card(record: dict[str, Any]) -> str:
    return f"""# The autoencoder of tiny-sd

Pictures of {SIZE} pixels to 24 x 24 x 8 numbers and back: diffusers' `AutoencoderTiny`, in 16 bit. License: MIT, as
the project's.

{provenance(record, "without labels")}
- **Scale:** latents are multiplied by {record["scaling_factor"]} to have unit deviation.

{_losses(record["reconstruction"]) if "reconstruction" in record else "It has not been judged yet."}

{limits(record)}
"""


def _losses(reconstruction: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {group} | {loss['decibels']['value']:.1f} dB | {Estimate.from_row(loss['painter_found']).percent()} "
        f"| {Estimate.from_row(loss['painter_lost']).percent()} |"
        for group, loss in reconstruction.items()
    )
    return f"""New pictures of the exhibition after the way to the latents and back: peak signal-to-noise ratio, the
share whose painter `csd-tiny` still finds (mAP@1, percent) and how much was lost, with 95 % bootstrap intervals over
painters:

| painters | signal to noise | painter found | lost |
|---|---|---|---|
{rows}"""
