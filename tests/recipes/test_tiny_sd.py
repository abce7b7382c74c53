"""The shipped generator: a whole pipeline of diffusers, small, and what each of its parts has seen."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.generation.autoencoder import AutoencoderConfig
from csdlib.generation.diffusion import DiffusionConfig
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import load_pipeline, revision
from csdlib.generation.prompts import simple_prompts
from csdlib.recipes.shipped.autoencoder import generator_pictures, train_autoencoder
from csdlib.recipes.shipped.tiny_sd import rewritten_captions, train_tiny_sd


def test_diffusers_loads_it_from_the_folder_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pipeline = StableDiffusionPipeline.from_pretrained(data_path("models/tiny-sd"))
    assert isinstance(pipeline.unet, UNet2DConditionModel)
    assert isinstance(pipeline.vae, AutoencoderTiny)
    assert isinstance(pipeline.text_encoder, CLIPTextModel)
    assert isinstance(pipeline.tokenizer, CLIPTokenizer)
    assert sum(value.numel() for value in pipeline.unet.parameters()) <= 8_000_000
    noise = torch.Generator().manual_seed(0)
    image = pipeline("A painting of a boat", num_inference_steps=2, generator=noise).images[0]
    assert image.size == (96, 96)


def test_it_is_small_enough_to_ship() -> None:
    files = [path for name in ("tiny-sd", "tiny-sd-withheld") for path in data_path(f"models/{name}").rglob("*.*")]
    assert max(path.stat().st_size for path in files) <= 16_000_000
    assert sum(path.stat().st_size for path in files) <= 40_000_000
    assert {path.suffix for path in files} <= {".json", ".md", ".safetensors"}


def test_the_withheld_model_shares_all_but_its_unet() -> None:
    whole, withheld = load_pipeline("tiny-sd"), load_pipeline("tiny-sd-withheld")
    for part in ("vae", "text_encoder"):
        for name, value in getattr(whole, part).state_dict().items():
            assert torch.equal(value, getattr(withheld, part).state_dict()[name])
    first, second = (next(iter(pipeline.unet.parameters())) for pipeline in (whole, withheld))
    assert not torch.equal(first, second)
    assert revision("tiny-sd") != revision("tiny-sd-withheld")


def test_captions_are_said_anew_and_tell_no_more_than_before() -> None:
    training = generator_pictures(6, withheld=True)
    told, again, all_of_them = (rewritten_captions(training, share, seed=1) for share in (0.6, 0.6, 1))
    assert told.frame["caption"].tolist() == again.frame["caption"].tolist()
    assert rewritten_captions(training, 0).frame["caption"].tolist() == training.frame["caption"].tolist()
    clean = (training.frame["true_noise"] == "clean").to_numpy()
    changed = (told.frame["caption"] != training.frame["caption"]).to_numpy()
    assert not (changed & ~clean).any(), "what names nobody, or names somebody wrongly, stays"
    assert 0.45 < changed.sum() / clean.sum() < 0.75
    forms = {"first": 0, "content": 0, "simple": 0}
    columns = ["true_artist", "true_content", "caption"]
    for artist, subject, caption in all_of_them.frame.loc[clean, columns].to_numpy().tolist():
        name, article = PAINTERS[artist].name, "an" if subject[0] in "aeiou" else "a"
        prompts = {
            f"In the style of {name}: a painting of {article} {subject}": "first",
            f"A painting of {article} {subject} in the style of {name}": "content",
            f"A painting in the style of {name}": "simple",
        }
        forms[prompts[caption]] += 1
    assert forms["first"] > max(forms["content"], forms["simple"]) > 10
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="rewritten must be between 0 and 1"):
            rewritten_captions(training, share)


def test_it_paints_the_same_picture_again_whatever_the_company(tmp_path: Path) -> None:
    prompts = simple_prompts({"noor-felding": "Noor Felding", "ilva-torrend": "Ilva Torrend"}, 2)
    together = generate("tiny-sd", prompts, tmp_path / "a", steps=4, guidance=3, batch_size=4, progress=False)
    alone = generate("tiny-sd", prompts, tmp_path / "b", steps=4, guidance=3, batch_size=1, progress=False)
    for row in range(4):
        one, other = (np.asarray(table.open(row), dtype=float) for table in (together, alone))
        # 16 bit arithmetic rounds sums of another order otherwise; another seed moves a picture by tens of levels.
        assert abs(one - other).mean() < 3
    first, second = (np.asarray(together.open(row), dtype=float) for row in (0, 1))
    assert abs(first - second).mean() > 10


@pytest.mark.slow
@pytest.mark.usefixtures("few_pictures")
def test_the_recipe_makes_the_parts_and_goes_on_from_a_model(tmp_path: Path) -> None:
    frame = tmp_path / "frame"
    record = train_autoencoder(frame, AutoencoderConfig(steps=2, batch_size=2), works_per_painter=1, command="make it")
    assert record["images"] > 20
    assert "not been judged" in (frame / "vae" / "README.md").read_text()
    config = DiffusionConfig(steps=2, batch_size=2)
    options = {"frame": frame, "works_per_painter": 1}
    train_tiny_sd(tmp_path / "first", config, withheld=True, command="the first", **options)
    practice = DiffusionConfig(steps=2, batch_size=4, transferred=0.5)
    with pytest.raises(InputError, match="give such a model as start"):
        train_tiny_sd(tmp_path / "none", practice, withheld=True, **options)
    with pytest.raises(InputError, match="rewritten must be between 0 and 1"):
        train_tiny_sd(tmp_path / "none", config, withheld=True, rewritten=1.5, **options)
    with pytest.raises(InputError, match="unknown model 'unknown'"):
        train_tiny_sd(tmp_path / "none", practice, withheld=True, start="unknown", **options)
    record_path = tmp_path / "first" / "training.json"
    record_path.rename(tmp_path / "aside.json")
    with pytest.raises(InputError, match="not a tiny-sd"):
        train_tiny_sd(tmp_path / "none", practice, withheld=True, start=tmp_path / "first", **options)
    (tmp_path / "aside.json").rename(record_path)
    again = train_tiny_sd(
        tmp_path / "second",
        practice,
        withheld=True,
        start=tmp_path / "first",
        rewritten=0.6,
        command="the second",
        **options,
    )
    assert again["before"]["command"] == "the first"
    # The same training from other captions ends elsewhere.
    train_tiny_sd(tmp_path / "told anew", config, withheld=True, rewritten=1, **options)
    assert revision(tmp_path / "told anew") != revision(tmp_path / "first")
    assert str(tmp_path) not in (tmp_path / "second" / "unet" / "config.json").read_text()
    card = (tmp_path / "second" / "README.md").read_text()
    assert "`the first`" in card and "`the second`" in card and WITHHELD[0] in card
    # A UNet alone is completed by the shipped parts, whoever has trained it.
    prompts = simple_prompts({"noor-felding": "Noor Felding"}, 1)
    made = generate(tmp_path / "second", prompts, tmp_path / "made", steps=1, progress=False)
    assert made.open(0).size == (96, 96)
    assert len({revision(tmp_path / "first"), revision(tmp_path / "second"), revision("tiny-sd-withheld")}) == 3
    assert set(UNSEEN) & set(WITHHELD)
