"""DomainNet (ai.bu.edu/M3SDA, arXiv:1812.01754) as a benchmark: the domain is the style, the class the content.

The release is a folder of images for each domain, ``clipart/aircraft_carrier/clipart_001_000001.jpg``, and two lists
for each, ``clipart_train.txt`` and ``clipart_test.txt``, with lines such as
``clipart/aircraft_carrier/clipart_001_000001.jpg 0``. The cleaned lists of the five domains other than quickdraw hold
414,075 images.

The paper on CSD clusters the class words, so that queries and database share no content, and counts 20,000 queries and
206,768 database images: half of all. The split itself was never published; this one follows that description.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from csdlib.datasets.lists import listed
from csdlib.datasets.splits import content_split, kept_split, split_file
from csdlib.errors import InputError, require_names, unknown
from csdlib.files import AnyPath, data_path
from csdlib.tables import ImageTable
from csdlib.texts import as_on_disk, read_csv

DOMAINS = ("clipart", "infograph", "painting", "quickdraw", "real", "sketch")

#: The domains that are read if none are named: the paper leaves quickdraw out.
USUAL = tuple(domain for domain in DOMAINS if domain != "quickdraw")

CLUSTERS = "metadata/domainnet_clusters.csv"


def domainnet(
    root: AnyPath,
    *,
    domains: Sequence[str] | None = None,
    seed: int = 0,
    queries: float = 20_000,
    clusters: AnyPath | None = None,
    split: AnyPath | None = None,
) -> ImageTable:
    """Images of DomainNet, queries and database without a common content, and a split that is kept beside them.

    Both lists of every domain are read together. Classes are grouped into clusters of related words; those of a random
    half of the images give the queries, and the others the database. ``styles`` holds the domain, ``content`` the class
    and ``cluster`` its cluster. Images of query clusters that were not drawn are left out. The split depends on the
    lists only; of its images, those that are not there are left out afterwards and counted by domain in the manifest.

    Args:
        root: the folder of the lists and of the domains' folders.
        domains: names, by default all but quickdraw.
        seed: which clusters, and which images, are queries.
        queries: how many there are, in proportion to the images of each domain; all images of the query clusters where
            these hold fewer. Below 1 it is their share.
        clusters: csv with the columns ``class`` and ``cluster``; by default the 24 divisions of DomainNet's authors.
        split: the file of the split; by default one in ``root`` that is named after domains, seed and queries, or in
            the cache where nothing may be written there. Where it is there, it decides, and not seed or queries.

    Raises:
        InputError: an unknown domain, a list that is missing, a line that is malformed, leaves the root, stands twice
            or names a class that is in no cluster (with file and line); none of the images; a domain without a query or
            without database; or the split of other images than these.
    """
    root = Path(root)
    if queries <= 0:
        raise InputError(f"queries must be above 0, got {queries}")
    kinds = require_names("domains", USUAL if domains is None else domains, dict.fromkeys(DOMAINS))
    for kind in kinds:
        if kind not in DOMAINS:
            raise unknown("domain", kind, list(DOMAINS))
    rows = _listed_images(root, kinds, _clusters(clusters or data_path(CLUSTERS)))
    usual = "" if set(kinds) == set(USUAL) else "-".join(["", *sorted(kinds)])
    file = split_file(root, f"domainnet{usual}-seed{seed}-queries{queries}.csv", split)
    kept = kept_split(file, rows, lambda drawn: content_split(drawn, queries=queries, seed=seed))
    used = kept[kept["split"] != "unused"]
    used = used.assign(path=as_on_disk(root, used["path"]))
    there = used[used["path"].isin(_present(root, used["path"]))]
    if there.empty:
        raise InputError(f"{root}: none of the listed images is here; unpack {kinds[0]}.zip and its siblings here")
    missing = used["domain"].value_counts().sub(there["domain"].value_counts(), fill_value=0).astype(int)
    manifest = {
        "dataset": "domainnet",
        "domains": list(kinds),
        "split": str(file),
        "listed": len(kept),
        "unused": len(kept) - len(used),
        "missing": missing[missing > 0].to_dict(),
        "query_clusters": sorted(set(kept.loc[kept["split"] != "database", "cluster"])),
    }
    return ImageTable(_as_frame(there), root, manifest)


def _clusters(file: AnyPath) -> dict[str, str]:
    """The cluster of every class."""
    rows = read_csv(file, columns=("class", "cluster"))
    wrong = rows["class"].duplicated() | (rows["class"] == "") | (rows["cluster"] == "")
    if wrong.any():
        line = rows.index[int(wrong.to_numpy().argmax())]
        raise InputError(f"{file}: line {line}: a class or cluster is empty, or the class stands twice")
    return dict(zip(rows["class"], rows["cluster"], strict=True))


def _listed_images(root: Path, domains: Sequence[str], clusters: dict[str, str]) -> pd.DataFrame:
    """The images of all lists, sorted by path."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    for domain in domains:
        for file in (root / f"{domain}_{part}.txt" for part in ("train", "test")):
            for line, path, _ in listed(file, " "):
                folder, _, rest = path.partition("/")
                content, slash, _ = rest.partition("/")
                if folder != domain or not slash:
                    raise InputError(f"{file}: line {line}: {path!r} is not {domain}/<class>/<image>")
                if content not in clusters:
                    raise InputError(f"{file}: line {line}: the class {content!r} is in no cluster")
                if path in rows:
                    raise InputError(f"{file}: line {line}: {path!r} stands in the lists twice")
                rows[path] = (path, domain, content, clusters[content])
    return pd.DataFrame(sorted(rows.values()), columns=["path", "domain", "content", "cluster"])


def _present(root: Path, paths: pd.Series) -> set[str]:
    """Which images are there, by the listings of their folders: no file is opened, or asked for one by one."""
    folders = [folder for folder in paths.str.rpartition("/")[0].unique() if (root / folder).is_dir()]
    return {f"{folder}/{image.name}" for folder in folders for image in (root / folder).iterdir()}


def _as_frame(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": rows["path"],
            "path": rows["path"],
            "split": rows["split"],
            "artist": "",
            "styles": [[domain] for domain in rows["domain"]],
            "source": "painting",
            "content": rows["content"],
            "cluster": rows["cluster"],
            "domain": rows["domain"],
        }
    )
