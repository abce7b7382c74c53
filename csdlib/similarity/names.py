"""What an artist's name does to generated pictures, beside the names of others."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.artists import prototypes, require_pair


def own_above_others(
    made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray, others: Sequence[str]
) -> pd.Series:
    """How much an artist's name alone does: own prompts against the prompts of others, beside the same works.

    Some works are like everything that a generator paints, and some like nothing: that is in both terms, and cancels.

    Args:
        made: generated images.
        asked: (g,) in whose name each was made.
        works: the artists' own images, by the same descriptor, with metric cosine.
        artists: (n,) whose work each is.
        others: artists who stand for *any other name*, themselves left out: such as the generator has never seen.

    Returns:
        for every artist on both sides the similarity (cosine of prototypes) of the works with what was made in the
        artist's own name, minus the mean similarity with what was made in the others' names; in [-2, 2], about 0 where
        the name means nothing.

    Raises:
        InputError: as ``general_style_similarity``, or nothing was made in the names of two others.

    Example:
        >>> two = Embeddings(np.eye(2, dtype=np.float32), np.array(["0", "1"]), "f", "cosine")
        >>> own_above_others(two, np.array(["a", "b"]), two, np.array(["a", "b"]), ["a", "b"]).to_dict()
        {'a': 1.0, 'b': 1.0}
    """
    cosines = _works_and_names(made, asked, works, artists)
    if len(stand := cosines.columns.intersection(list(others))) < 2:
        raise InputError("own_above_others needs pictures in the names of two others or more")
    both = cosines.index.intersection(cosines.columns)
    return pd.Series({name: cosines.loc[name, name] - cosines.loc[name, stand[stand != name]].mean() for name in both})


def imitated(made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray) -> pd.DataFrame:
    """Whose works are nearer to what was made in the artist's own name than to nearly all made in other names.

    An exact test, and one without assumptions: if a name meant nothing, its pictures would come first among those of n
    names in one of n cases. Ask all names for the same subjects: what is not a matter of names must be the same.

    Args:
        made: generated images.
        asked: (g,) in whose name each was made.
        works: the artists' own images, by the same descriptor, with metric cosine.
        artists: (n,) whose work each is.

    Returns:
        one row an artist on both sides: ``artist``; ``rank`` of the own name's pictures among those of all ``names``,
        by the cosine of prototypes with the artist's works, 1 = nearest; ``p``, rank / names; ``q``, the same corrected
        for the number of artists (Benjamini and Hochberg 1995): of the artists with q below 0.05, some 5 % are expected
        to be there by chance; and ``above``, see ``own_above_others``, with all names as the others.

    Raises:
        InputError: as ``own_above_others``.

    Example:
        >>> two = Embeddings(np.eye(2, dtype=np.float32), np.array(["0", "1"]), "f", "cosine")
        >>> imitated(two, np.array(["a", "b"]), two, np.array(["a", "b"])).to_dict("records")[0]
        {'artist': 'a', 'rank': 1, 'names': 2, 'p': 0.5, 'q': 0.5, 'above': 1.0}
    """
    cosines = _works_and_names(made, asked, works, artists)
    above = own_above_others(made, asked, works, artists, list(cosines.columns))
    ranks = np.array([int((cosines.loc[name] >= cosines.loc[name, name]).sum()) for name in above.index])
    p = ranks / cosines.shape[1]
    columns = {"artist": above.index, "rank": ranks, "names": cosines.shape[1], "p": p}
    return pd.DataFrame(columns | {"q": false_discovery_control(p), "above": above.to_numpy()})


def _works_and_names(made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray) -> pd.DataFrame:
    """Cosines of prototypes: artists by their works in rows, names by what was made in them in columns."""
    require_pair(made, works)
    names, generated, _ = prototypes(made.vectors, asked)
    painters, painted, _ = prototypes(works.vectors, artists)
    return pd.DataFrame(painted.astype(float) @ generated.T.astype(float), index=painters, columns=names)
