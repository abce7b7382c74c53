"""A case study: what a generator made in artists' names, beside their own works (arXiv:2404.01292, Section 6)."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import listed_artists
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.metrics.ranking import mean_precision_per_query, recall_per_query
from csdlib.retrieval.relevance import Matches, matches
from csdlib.similarity.artists import artists_of
from csdlib.similarity.scores import general_style_similarity
from csdlib.tables import ImageTable

#: Works that are looked at for each generated image.
SEARCHED = 10

#: Side of the atelier's works, in pixels: that of tiny-sd's pictures, so that size cannot tell them apart.
SIZE = 96


@dataclass(frozen=True)
class Study:
    """Generated images and works, seen by one descriptor.

    Attributes:
        descriptor: its name.
        generated: the generated images; ``artist`` is in whose name each was made.
        references: the artists' works.
    """

    descriptor: str
    generated: Embedded
    references: Embedded

    @property
    def made(self) -> ImageTable:
        """The generated images that could be read."""
        return self.generated.table

    @property
    def works(self) -> ImageTable:
        """The artists' works that could be read."""
        return self.references.table

    @property
    def asked(self) -> np.ndarray:
        """In whose name each generated image was made, (g,) strings."""
        return self.made.column("artist")

    @property
    def painted(self) -> np.ndarray:
        """Whose work each reference is, (n,) strings."""
        return self.works.column("artist")

    @cached_property
    def matches(self) -> Matches:
        """The SEARCHED works nearest to each generated image; those by the artist in the prompt are right."""
        return matches(self.generated, self.references, SEARCHED)

    @property
    def hits(self) -> np.ndarray:
        """Which of the nearest works are by the artist in the prompt, (g, SEARCHED) bool."""
        return self.matches.hits

    def sampled(self, works: int, made: int, *, random: np.random.Generator) -> "Study":
        """The same study with fewer pictures, drawn at random.

        Args:
            works: of each artist, at most.
            made: generated images in each artist's name, at most.
            random: what draws them.
        """
        references, generated = (
            seen.of(seen.table.take(_some_of_each(names, count, random)))
            for seen, names, count in ((self.references, self.painted, works), (self.generated, self.asked, made))
        )
        return Study(self.descriptor, generated, references)

    def retrieval(self) -> dict[str, Estimate]:
        """Generated images as queries among the works (the paper's Table 2), with 95 % intervals over artists.

        Returns:
            ``mAP@1`` and ``mAP@10`` (the paper's: mean precision@k), ``recall@10``, and ``chance``: the share of the
            works that are by the artist in the prompt.
        """
        values = {
            "mAP@1": mean_precision_per_query(self.hits, 1),
            "mAP@10": mean_precision_per_query(self.hits, SEARCHED),
            "recall@10": recall_per_query(self.hits, SEARCHED),
            "chance": self.matches.n_relevant / len(self.works),
        }
        return {name: bootstrap(each, groups=self.asked) for name, each in values.items()}

    def by_artist(self) -> pd.DataFrame:
        """Every artist's General Style Similarity, how often the artist is found, and how varied the works are.

        Returns:
            the columns of ``general_style_similarity``, ``found`` (share of the artist's generated images whose nearest
            work is by the artist) and ``spread`` of the works, see ``csdlib.similarity.artists``. Artists without works
            are there with a note, those for whom nothing was generated are left out.
        """
        similarity = general_style_similarity(self.generated, self.asked, self.references, self.painted)
        found = pd.Series(self.hits[:, 0]).groupby(self.asked).mean()
        artists = artists_of(self.references, self.painted)
        spread = pd.Series(artists.spread, index=artists.names)
        frame = similarity[similarity["generated"] > 0].reset_index(drop=True)
        return frame.assign(found=frame["artist"].map(found), spread=frame["artist"].map(spread))

    def mistaken(self, column: str = "movement") -> pd.DataFrame:
        """Where generated images go: the group of the artist in the prompt against that of the nearest work.

        Args:
            column: of ``works``, for example ``movement``; an artist's group is that of most of the works.

        Returns:
            (groups, groups) shares in [0, 1]; each row, the asked, sums to 1.
        """
        groups = np.where(self.works.column(column) == "", "unknown", self.works.column(column))
        of_artist = pd.Series(groups).groupby(self.painted).agg(lambda names: names.mode().iloc[0])
        nearest = self.matches.neighbours.rows[:, 0]
        asked = pd.Series(self.asked).map(of_artist)
        return pd.crosstab(asked.rename("asked"), pd.Series(groups[nearest], name="found"), normalize="index")


def study(made: ImageTable, works: ImageTable, descriptor: Descriptor, *, cache: AnyPath | None = None) -> Study:
    """Looks at generated images and works by one descriptor.

    Args:
        made: generated images by one model.
        works: the artists' works; of artists in whose name nothing was made, too: they can be mistaken for others.
        descriptor: with metric cosine.
        cache: folder for finished descriptors.

    Raises:
        InputError: images of several models, or none that can be read.
    """
    models = sorted(made.frame["model"].dropna().astype(str).unique())
    if len(models) > 1:
        raise InputError(f"generated images of several models ({', '.join(models)}): study one, table.where(model=...)")
    generated, references = (embed(table, descriptor, cache=cache, progress=False) for table in (made, works))
    return Study(descriptor.name, generated, references)


def pairs(first: Study, second: Study) -> tuple[np.ndarray, np.ndarray]:
    """Which pictures of two studies are partners: the same artist asked for, the same seed, other words.

    Never by position: a safety checker drops pictures, broken files are left out, and equally many may remain.

    Args:
        first: of images with ``artist`` and ``seed``.
        second: the same.

    Returns:
        rows of the first's images and of the second's, (p,) each; those without a partner are in neither.

    Raises:
        InputError: an image without a seed, or two by one artist and seed in one study.
    """
    rows = []
    for each in (first, second):
        frame = each.made.frame
        if "seed" not in frame or frame["seed"].isna().any():
            raise InputError("pairs need the seed of every image: a column 'seed' in the table of generated images")
        keys = pd.DataFrame({"artist": each.asked, "seed": frame["seed"].to_numpy(), "row": range(len(frame))})
        if keys.duplicated(["artist", "seed"]).any():
            twice = keys[keys.duplicated(["artist", "seed"])].iloc[0]
            raise InputError(f"two images by artist {twice['artist']!r} with seed {twice['seed']}: who is the partner?")
        rows.append(keys)
    both = rows[0].merge(rows[1], on=["artist", "seed"], suffixes=("", "_other"))
    return both["row"].to_numpy(), both["row_other"].to_numpy()


def works_of(dataset: str, root: AnyPath = "") -> ImageTable:
    """The artists' works of a data set, among which generated images are looked for.

    Args:
        dataset: a name that ``load_dataset`` knows; of the atelier, the whole exhibition.
        root: the folder of the images.

    Raises:
        InputError: as ``load_dataset``.
    """
    if dataset == "atelier":
        return load_dataset(dataset, size=SIZE, progress=False)
    return load_dataset(dataset, root)


def asked_artists(works: ImageTable, listed: AnyPath = "") -> dict[str, str]:
    """In whose names images are asked for: each artist as the tables write it, and as prompts do.

    Args:
        works: by the artists.
        listed: a file with one name a line, as prompts write them; empty: all artists of the works.

    Raises:
        InputError: there is no such file, or it names nobody.

    Example:
        >>> works = load_dataset("atelier", works_per_painter=1, painters=["noor-felding"], progress=False)
        >>> asked_artists(works)
        {'noor-felding': 'Noor Felding'}
    """
    if listed:
        return {"-".join(name.lower().split()): name for name in listed_artists(Path(listed))}
    return {slug: works.name_of(slug) for slug in sorted(set(works.frame["artist"]) - {""})}


def made_or_found(
    prompts: pd.DataFrame, model: str, found: AnyPath, *, declared: str = "", **options: Any
) -> ImageTable:
    """Generated images: made by a model now, or found in a folder where somebody has put them.

    Args:
        prompts: what is asked for, if a model makes them.
        model: see ``generate``.
        found: a folder that ``load_dataset("generated", ...)`` reads; empty: the model makes the images.
        declared: what made the images of a folder without a table.
        options: of ``generate``.

    Raises:
        InputError: as ``generate`` or the loader.
    """
    if found:
        return load_dataset("generated", found, **({"model": declared} if declared else {}))
    return generate(model, prompts, progress=False, **options)


def _some_of_each(labels: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Rows of at most so many images of each label."""
    return np.concatenate([random.permutation(np.flatnonzero(labels == name))[:count] for name in np.unique(labels)])
