"""The paper's Table 4 in small: one setting changed at a time, several seeds, painters whom training never saw."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from csdlib.atelier import UNSEEN, atelier
from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny
from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath, data_path
from csdlib.metrics.ranking import mean_precision_per_query
from csdlib.recipes.crawl import atelier_bank, curated_crawl, pupils
from csdlib.recipes.recorded.results import write_results
from csdlib.recipes.shipped.csd_tiny import CSD_TINY
from csdlib.retrieval.benchmark import evaluate_retrieval
from csdlib.tables import ImageTable
from csdlib.training.batches import positive_pairs
from csdlib.training.csd import TrainingConfig, fit

#: What every setting changes one thing of: csd-tiny's own settings, for a shorter time.
REFERENCE = replace(CSD_TINY, steps=150, batch_size=64)

COLUMNS = ["factor", "setting", "seed", "pairs", "painters", "artist", "queries", "right@1", "precision@10"]


@dataclass(frozen=True)
class Setting:
    """One thing that is changed.

    Attributes:
        factor: what is changed.
        setting: to what.
        changes: of the reference's settings.
        start: ``"clip-tiny"`` or ``"random"``.
        kinds: of tags that are learned; ``truth`` stands for the true painters in place of all tags.
        pictures: share of the crawl that is learned from at all.
        labelled: share of the pictures that keep their tags.
        trained: False for the start as it is.
        seeds: trainings at most, each with another seed; three show a large difference, a small one needs more.
    """

    factor: str
    setting: str
    changes: dict[str, object] = field(default_factory=dict)
    start: str = "clip-tiny"
    kinds: tuple[str, ...] = ("artist",)
    pictures: float = 1.0
    labelled: float = 1.0
    trained: bool = True
    seeds: int = 5


ALL_KINDS = ("artist", "movement", "medium")

#: Batches of other sizes see as many pictures as the reference. Fewer labels leave fewer pairs in a batch, and a term
#: that weighs less: in a smaller crawl there are as many pairs, and a mean over positives weighs as much.
SETTINGS = (
    Setting("reference", "reference"),
    Setting("training", "none", trained=False, seeds=1),
    Setting("initialisation", "random weights", start="random", seeds=3),
    Setting("lambda", "0 (supervised only)", {"ssl_weight": 0.0}),
    Setting("lambda", "1", {"ssl_weight": 1.0}),
    Setting("lambda", "infinity (self-supervised only)", {"label_weight": 0.0, "ssl_weight": 1.0}, seeds=3),
    Setting("temperature", "0.01", {"temperature": 0.01}),
    Setting("temperature", "0.5", {"temperature": 0.5}),
    Setting("temperature", "1", {"temperature": 1.0}),
    Setting("tags and weighting", "all tags, indicator", kinds=ALL_KINDS),
    Setting("tags and weighting", "all tags, count", {"weighting": "count"}, kinds=ALL_KINDS),
    Setting("views", "photometric", {"photometric": True}),
    Setting("batch size", "16", {"batch_size": 16, "steps": 600}),
    Setting(
        "batch size", "16, mean over positives", {"batch_size": 16, "steps": 600, "mean_over": "positives"}, seeds=3
    ),
    Setting("batch size", "128", {"batch_size": 128, "steps": 75}),
    Setting("labels", "true painters", kinds=("truth",)),
    Setting("labelled images", "50 %", labelled=0.5),
    Setting("labelled images", "10 %", labelled=0.1, seeds=3),
    Setting("labelled images", "10 %, mean over positives", {"mean_over": "positives"}, labelled=0.1, seeds=3),
    Setting("images", "50 %", pictures=0.5, seeds=3),
    Setting("images", "10 %", pictures=0.1, seeds=3),
)


def run_ablations(
    output: AnyPath,
    *,
    settings: Sequence[Setting] = SETTINGS,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    reference: TrainingConfig = REFERENCE,
    works_per_painter: int = 600,
    command: str = "",
    cache: AnyPath | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains every setting with every seed, and writes what each finds; what stands in the table already is kept.

    Args:
        output: the table, a csv file; beside it, a json file with the same name says how it was made.
        settings: the trainings, each with one thing changed.
        seeds: of batches, views, and of who keeps a tag; a setting takes as many of them as it asks for.
        reference: the settings that they change.
        works_per_painter: pictures of each seen painter in the crawl, copies apart.
        command: what makes it again.
        cache: folder of the atelier's pictures.
        progress: show a progress bar on the error stream.

    Returns:
        one row a setting, seed and painter (pupils, on whom settings may be chosen, and unseen painters, on whom they
        may not): pairs of pictures in a batch that share a tag (the mean over the training), queries, the share of
        them whose nearest neighbour is right, and their mean precision@10.

    Raises:
        InputError: the table on the disk has other columns, or was made with another reference.
    """
    output = Path(output)
    cache = None if cache is None else Path(cache)
    crawl = curated_crawl(works_per_painter, cache=cache).table
    judges = {"pupils": pupils(cache=cache), "unseen": _unseen(cache)}
    made = {"reference": asdict(reference), "images": len(crawl), "dataset": crawl.manifest["dataset"]}
    frame, seconds = _known(output, made)
    jobs = [(setting, seed) for number, seed in enumerate(seeds) for setting in settings if number < setting.seeds]
    for setting, seed in tqdm(jobs, desc="ablations", unit="training", disable=not progress):
        if _done(frame, setting, seed):
            continue
        started = time.perf_counter()
        model = _start(setting.start, seed)
        config = replace(reference, **{**setting.changes, "seed": seed})  # type: ignore[arg-type]
        pairs = 0.0
        if setting.trained:
            learned = _learned(crawl, setting, seed)
            pairs = positive_pairs(learned, config.batch_size, config.steps, seed) if config.label_weight else 0.0
            fit(model, learned, config, progress=False)
        rows = [_found(model, name, table) for name, table in judges.items()]
        found = pd.concat(rows).assign(factor=setting.factor, setting=setting.setting, seed=seed, pairs=round(pairs, 3))
        frame = pd.concat([frame, found[COLUMNS]], ignore_index=True)
        seconds += time.perf_counter() - started
        write_results(output, made | {"seconds": round(seconds)}, frame, command=command)
    return frame


def _known(output: Path, made: dict[str, object]) -> tuple[pd.DataFrame, float]:
    """What an earlier run has found, and the seconds that it took."""
    record = output.with_suffix(".json")
    if not output.is_file():
        return pd.DataFrame(columns=COLUMNS), 0.0
    frame = pd.read_csv(output)
    before = json.loads(record.read_text()) if record.is_file() else {}
    if "reference" in before:
        # A setting that came later had its default then.
        before["reference"] = asdict(TrainingConfig(**before["reference"]))
    if list(frame.columns) != COLUMNS or any(before.get(key) != made[key] for key in ("reference", "images")):
        raise InputError(f"{output}: of other settings or another crawl; delete it to start anew")
    return frame, float(before["seconds"])


def _done(frame: pd.DataFrame, setting: Setting, seed: int) -> bool:
    same = (frame["factor"] == setting.factor) & (frame["setting"] == setting.setting) & (frame["seed"] == seed)
    return bool(same.any())


def _start(name: str, seed: int) -> CSDModel:
    if name not in ("clip-tiny", "random"):
        raise unknown("start", name, ["clip-tiny", "random"])
    return random_tiny(seed).model if name == "random" else load_model(data_path("models/clip-tiny"))


def _learned(crawl: ImageTable, setting: Setting, seed: int) -> ImageTable:
    """The pictures and tags that a setting learns from."""
    if setting.kinds == ("truth",):
        return crawl.tagged("true_artist")
    kinds = atelier_bank().kinds
    chance = np.random.default_rng(seed).random(len(crawl))
    crawl, chance = crawl.take(np.flatnonzero(chance < setting.pictures)), chance[chance < setting.pictures]
    keeps = chance < setting.labelled
    styles = [
        [tag for tag in tags if kept and kinds[tag] in setting.kinds]
        for tags, kept in zip(crawl.frame["styles"], keeps, strict=True)
    ]
    return crawl.with_column("styles", styles)


def _found(model: CSDModel, painters: str, table: ImageTable) -> pd.DataFrame:
    """One row a painter: what the model finds of the painter's queries."""
    found = evaluate_retrieval(table, CSD(model, name="ablation", weights_hash="run"), k=10, progress=False)
    per_query = pd.DataFrame(
        {
            "artist": found.labels,
            "right@1": found.hits[:, 0].astype(float),
            "precision@10": mean_precision_per_query(found.hits, 10),
        }
    )
    means = per_query.groupby("artist").mean()
    return means.assign(queries=per_query.groupby("artist").size(), painters=painters).reset_index()


def _unseen(cache: Path | None) -> ImageTable:
    return atelier(cache=cache).where(split=["query", "database"], artist=list(UNSEEN))
