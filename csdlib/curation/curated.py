"""The pipeline: captions to tags, copies to one image, rare and flooded tags out, and a card that says so."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.curation.bank import TagBank
from csdlib.curation.duplicates import duplicate_groups, merged_tags
from csdlib.curation.tagging import Tagger
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class CurationConfig:
    """The settings of a curation.

    Attributes:
        threshold: cosine above which two images are copies; it belongs to the copy descriptor (``threshold_for``).
        minimum: images that a tag needs to be kept; the paper asks for 1.
        maximum: images that a tag may have; the paper drops tags with more than 100,000.
        spelling: whether one slip in a name is forgiven.
        cues: whether ambiguous phrases need a cue.
        keep_untagged: whether images without a tag stay, without style: training learns from them, too.
    """

    threshold: float
    minimum: int = 1
    maximum: int = 100_000
    spelling: bool = True
    cues: bool = True
    keep_untagged: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.minimum <= self.maximum:
            raise InputError(f"need 1 <= minimum <= maximum, got {self.minimum} and {self.maximum}")


@dataclass(frozen=True)
class Curated:
    """What a curation made.

    Attributes:
        table: the kept images with their ``styles``; ``artist`` is the artist tag where there is exactly one,
            ``copies`` how many near-duplicates were merged into the image.
        funnel: what went in and what was left after each step: columns step, images, tagged, tags.
        tags: one row a tag that was found: tag, kind, images, kept (after the limits).
        config: the settings.
    """

    table: ImageTable
    funnel: pd.DataFrame
    tags: pd.DataFrame
    config: CurationConfig

    def save(self, folder: AnyPath) -> None:
        """Writes the table, and ``README.md``: the data set's card."""
        folder = Path(folder)
        self.table.save(folder)
        with atomic_path(folder / "README.md") as path:
            path.write_text(_card(self))


def curate(table: ImageTable, bank: TagBank, embeddings: Embeddings, config: CurationConfig) -> Curated:
    """Makes a style-labelled data set from captioned images (arXiv:2404.01292, Section 3.1).

    Args:
        table: images with captions; one without (null or empty) has no tags. No label of the table is read.
        bank: phrases and tags.
        embeddings: of the images by a copy descriptor; images that could not be embedded are left out, and counted.
        config: the settings.

    Raises:
        InputError: no image has a caption, none of the images has an embedding, or no tag is left.
    """
    tagged = _tagged(table, Tagger(bank, spelling=config.spelling, cues=config.cues))
    embedded = embeddings.of(tagged)
    merged = _merged(embedded.table, duplicate_groups(embedded.vectors, config.threshold))
    tags = _counted(merged, bank, config)
    limited = _limited(merged, set(tags.loc[tags["kept"], "tag"]))
    steps = {
        "captioned images": tagged,
        "can be read": embedded.table,
        "copies merged": merged,
        "rare and flooded tags dropped": limited,
    }
    if not config.keep_untagged:
        limited = steps["untagged images dropped"] = limited.take(np.flatnonzero(limited.frame["styles"].map(len)))
    made = {"curation": asdict(config) | {"copy_descriptor": embeddings.fingerprint}, "source": _origin(table)}
    named = _with_artists(limited, bank)
    whole = ImageTable(named.frame, table.root, table.manifest | {"dataset": "curated"} | made)
    return Curated(whole, pd.DataFrame([_counts(name, step) for name, step in steps.items()]), tags, config)


def _tagged(table: ImageTable, tagger: Tagger) -> ImageTable:
    """The table with the tags of its captions."""
    captions = table.frame["caption"]
    if not captions.map(lambda text: isinstance(text, str) and bool(text.strip())).any():
        raise InputError("no image of the table has a caption: there is nothing to find tags in")
    return table.with_column("styles", [tagger.tags(caption) for caption in captions])


def _merged(table: ImageTable, groups: np.ndarray) -> ImageTable:
    """The first image of every group, with the tags of all, and the number of its copies."""
    merged = table.with_column("styles", merged_tags(list(table.frame["styles"]), groups))
    first, sizes = np.unique(groups, return_counts=True)
    return merged.take(first).with_column("copies", (sizes - 1).tolist())


def _counted(table: ImageTable, bank: TagBank, config: CurationConfig) -> pd.DataFrame:
    """How many images every tag has, and whether that is within the limits; the most frequent tag first."""
    counts, kinds = Counter(tag for tags in table.frame["styles"] for tag in tags), bank.kinds
    rows = [
        (tag, kinds[tag], images, config.minimum <= images <= config.maximum) for tag, images in counts.most_common()
    ]
    tags = pd.DataFrame(rows, columns=["tag", "kind", "images", "kept"])
    if not tags["kept"].any():
        limits = f"between {config.minimum} and {config.maximum} images"
        raise InputError(f"no tag has {limits}: widen the limits, or the bank")
    return tags


def _limited(table: ImageTable, kept: set[str]) -> ImageTable:
    return table.with_column("styles", [[tag for tag in tags if tag in kept] for tags in table.frame["styles"]])


def _with_artists(table: ImageTable, bank: TagBank) -> ImageTable:
    """The table with the artist of the images that name exactly one."""
    kinds = bank.kinds
    artists = [[tag for tag in tags if kinds[tag] == "artist"] for tags in table.frame["styles"]]
    return table.with_column("artist", [names[0] if len(names) == 1 else "" for names in artists])


def _origin(table: ImageTable) -> dict[str, object]:
    """What the source's manifest says, without its lists of hashes and names."""
    return {key: value for key, value in table.manifest.items() if not isinstance(value, (list, dict))}


def _counts(name: str, table: ImageTable) -> dict[str, object]:
    styles = table.frame["styles"]
    return {"step": name, "images": len(table), "tagged": int(styles.map(bool).sum()), "tags": len(table.tags)}


def _card(curated: Curated) -> str:
    """The data set's card, in Markdown. Tags come from captions' makers: nothing of them is read as markup."""
    kept = curated.tags[curated.tags["kept"]]
    funnel = "\n".join(
        f"| {row.step} | {row.images} | {row.tagged} | {row.tags} |" for row in curated.funnel.itertuples()
    )
    kinds = "\n".join(
        f"| {kind} | {len(part)} | {part['images'].median():.0f} | {part['images'].max()} "
        f"| {_code(part['tag'].iloc[0])} |"
        for kind, part in kept.groupby("kind", sort=True)
    )
    return f"""# A style-labelled data set

Made by `csdlib.curation.curate` from captioned images, as the CSD paper makes LAION-Styles (arXiv:2404.01292, 3.1).

| step | images | with a tag | tags |
|---|---|---|---|
{funnel}

| kind | tags | images a tag (median) | most | of |
|---|---|---|---|---|
{kinds}

- **Settings:** `{json.dumps(asdict(curated.config))}`
- **Source:** {_code(json.dumps(curated.table.manifest["source"], default=str))}
- **Labels are what captions say.** A tag means that a phrase stood in the caption of the image or of one of its
  copies; it does not mean that the artist made the image. Images without a tag may well be by an artist of the bank.
- **People.** Tags of artists are names of people. Whoever trains on them should know whom they name, and leave out who
  asks for it.
"""


def _code(text: str) -> str:
    """Text as a code span that its own backticks and bars cannot leave."""
    return "`" + text.replace("`", "'").replace("|", "/").replace("\n", " ") + "`"
