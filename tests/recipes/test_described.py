"""Real pictures as numbers are read like the data sets that they were."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.datasets import load_dataset
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.recipes.recorded.described import COMPONENTS, record_described
from csdlib.retrieval.benchmark import evaluate_embeddings, evaluate_retrieval

pytestmark = pytest.mark.usefixtures("own_cache")


def test_who_has_the_numbers_only_finds_the_same(outside_world: Path, imagenet_weights: Path, tmp_path: Path) -> None:
    record_described(
        outside_world,
        tmp_path,
        csv="generated.csv",
        descriptors=("colour",),
        components=6,
        weights=imagenet_weights,
        command="c",
    )
    works = load_dataset("wikiart", root=tmp_path)
    described = Embeddings.load(tmp_path / "colour", root=tmp_path)
    mine = evaluate_embeddings(works, described, k=5, name="colour")
    truth = evaluate_retrieval(load_dataset("wikiart", root=outside_world), load("colour"), k=5, progress=False)
    assert np.array_equal(mine.hits, truth.hits)
    made = load_dataset("generated", root=tmp_path, csv="generated.csv")
    whole = load_dataset("generated", root=outside_world, csv="generated.csv")
    assert made.column("artist").tolist() == ["artist-0", "artist-0", "artist-1", "artist-1"]
    own = embed(whole.where(artist=["artist-0", "artist-1"]), load("colour"), progress=False)
    np.testing.assert_allclose(described.of(made).vectors, own.vectors, atol=1e-3)
    components = Embeddings.load(tmp_path / COMPONENTS, root=tmp_path).of(works).vectors
    assert components.shape == (32, 6)
    deviation = components.std(axis=0)
    assert deviation[0] == pytest.approx(1, abs=1e-2)
    assert (np.diff(deviation) <= 1e-3).all()


def test_a_picture_that_cannot_be_described_is_named(outside_world: Path, tmp_path: Path) -> None:
    for source in (outside_world / "wikiart.csv", outside_world / "generated.csv", *outside_world.glob("*/*.png")):
        copy = tmp_path / source.relative_to(outside_world)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(source.read_bytes())
    (tmp_path / "style" / "1_4.png").write_text("no picture")
    with pytest.raises(InputError, match=r"1 images cannot be described, first style/1_4\.png"):
        record_described(tmp_path, tmp_path / "out", csv="generated.csv", descriptors=("colour",))
