"""Can a descriptor tell a collection's styles apart? Pictures that are near to everything, styles near to others."""

from dataclasses import dataclass

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.metrics.estimate import Estimate
from csdlib.similarity.gaps import negative_share
from csdlib.similarity.hubs import Hubness, hubness
from csdlib.similarity.readouts import NEIGHBOURS as CROWD
from csdlib.similarity.readouts import readout

#: Neighbours that are counted.
NEIGHBOURS = 10

#: Pictures of each group, and groups, that are compared at a time: shares of negative gaps depend on both.
WORKS, GROUPS = 10, 24

#: Beyond this skewness a few pictures are the neighbours of very many.
SKEWED = 1.0

#: Beyond this share of the others that have one picture among their nearest it is worth a look.
OFTEN = 0.1


@dataclass(frozen=True)
class Fitness:
    """How well a collection's styles stand apart, by one descriptor.

    Attributes:
        hubs: how unequally pictures are the neighbours of others; None of too few pictures.
        hub: the id of the picture that is the neighbour of most others; empty of too few.
        gaps: read-out -> the share of groups with a negative gap, see ``negative_share``; empty of too few groups.
        design: (groups, pictures of each) that were compared at a time.
        why: why something is missing, a sentence each.
    """

    hubs: Hubness | None
    hub: str
    gaps: dict[str, Estimate]
    design: tuple[int, int]
    why: list[str]

    def facts(self) -> dict[str, object]:
        """The numbers with their intervals as texts, and why some are missing."""
        found: dict[str, object] = {}
        if self.hubs:
            found |= {"neighbours": self.hubs.k, "skewness": str(self.hubs.skewness), "orphans": str(self.hubs.orphans)}
            found |= {"biggest hub": self.hub, "has it among its nearest": round(self.hubs.hub_share, 3)}
        names = {"cosine": "negative gaps", "csls": "negative gaps by csls"}
        found |= {names[name]: str(share) for name, share in self.gaps.items()}
        if self.gaps:
            found["groups compared, pictures of each"] = list(self.design)
        return found | ({"missing": self.why} if self.why else {})

    def advice(self) -> list[str]:
        """What follows, a sentence each."""
        found = []
        if self.hubs and self.hubs.hub_share > OFTEN and self.hubs.skewness.value > SKEWED:
            found.append(
                f"{self.hub} is among the {self.hubs.k} nearest of {self.hubs.hub_share:.0%} of the other pictures: a "
                "high score with such a hub says little. Look at it, and at csls beside the mean"
            )
        if self.gaps and self.gaps["cosine"].value > 0:
            groups, works = self.design
            found.append(
                f"of {groups} groups with {works} pictures each, {self.gaps['cosine'].value:.0%} are more like another "
                f"group than like themselves ({self.gaps['csls'].value:.0%} by csls): a high score does not single "
                "these out"
            )
        return found


def fitness(images: Embeddings, groups: np.ndarray) -> Fitness:
    """How well a collection's styles stand apart.

    Args:
        images: of n pictures, with metric cosine.
        groups: (n,) the style of each; empty for none.
    """
    why, hubs, hub, gaps = [], None, "", {}
    if len(images) > NEIGHBOURS:
        # Who is in no group is drawn alone.
        units = np.where(groups == "", images.ids, groups)
        hubs = hubness(images, readout("cosine", images), k=NEIGHBOURS, groups=units)
        hub = str(images.ids[hubs.hub])
    else:
        why.append(f"hubs: {len(images)} pictures, and {NEIGHBOURS + 1} are needed")
    design = _design(groups)
    if min(design) > 1:
        # Of a small collection CSLS has fewer neighbours to look at.
        ks = {"cosine": None, "csls": min(CROWD, design[0] * design[1] - 1)}
        gaps = {name: negative_share(images, groups, *design, name=name, k=k) for name, k in ks.items()}
    else:
        why.append("negative gaps: two groups with two pictures or more are needed")
    return Fitness(hubs, hub, gaps, design, why)


def _design(groups: np.ndarray) -> tuple[int, int]:
    """How many groups, and pictures of each, can be compared: ten of each, or fewer where few groups have as many."""
    counts = np.sort(np.unique(groups[groups != ""], return_counts=True)[1])[::-1]
    if len(counts) < 2:
        return 0, 0
    works = int(min(WORKS, counts[: max(2, len(counts) // 2)].min()))
    return int(min(GROUPS, (counts >= works).sum())), works
