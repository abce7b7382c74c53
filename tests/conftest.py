"""Small worlds for the tests."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from csdlib.descriptors.clip_tiny import train_tokenizer
from csdlib.generation.diffusion import SCHEDULE
from csdlib.tables import ImageTable

GOLDEN = Path(__file__).parent / "golden"


def stripes(colour: int, width: int, seed: int, side: int = 64) -> Image.Image:
    """A picture whose "style" is a hue and a stripe width, and whose "content" is where the stripes lie."""
    random = np.random.default_rng(seed)
    shift, noise = random.integers(width), random.normal(0, 12, (side, side, 3))
    bright = ((np.arange(side) + shift) // width % 2)[:, None, None]
    hue = np.array([[220, 60, 40], [40, 90, 200], [60, 160, 70], [200, 180, 60]])[colour]
    return Image.fromarray(np.clip(bright * hue + (1 - bright) * hue // 3 + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def striped_table(tmp_path_factory: pytest.TempPathFactory) -> ImageTable:
    """Four artists of ten pictures each: four queries, six in the database."""
    root = tmp_path_factory.mktemp("stripes")
    rows = []
    for artist in range(4):
        for number in range(10):
            path = f"artist-{artist}_{number}.png"
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(root / path)
            rows.append(
                {
                    "image_id": f"{artist}-{number}",
                    "path": path,
                    "split": "query" if number < 4 else "database",
                    "artist": f"artist-{artist}",
                    "styles": [f"artist-{artist}", "stripes"],
                    "source": "painting",
                    "content": ["wide", "tall"][number % 2],
                    "movement": ["odd", "even"][artist % 2],
                }
            )
    return ImageTable(pd.DataFrame(rows), root)


@pytest.fixture(scope="session")
def art() -> Path:
    """The folder of real images, or a skip."""
    if not os.environ.get("CSD_ART"):
        pytest.skip("CSD_ART is not set: no real images here")
    return Path(os.environ["CSD_ART"])


@pytest.fixture(scope="session")
def micro_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole diffusers pipeline with random weights, for pictures of 16 pixels."""
    folder = tmp_path_factory.mktemp("micro-pipeline")
    torch.manual_seed(0)
    tokenizer = train_tokenizer(["a painting in the style of ann lee"], 520)
    tokenizer.model_max_length = 48
    width = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    text = CLIPTextConfig(vocab_size=len(tokenizer), max_position_embeddings=48, projection_dim=32, **width, **ends)
    small = {"layers_per_block": 1, "norm_num_groups": 4, "block_out_channels": (8, 16)}
    StableDiffusionPipeline(
        vae=AutoencoderTiny(
            encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8),
            num_encoder_blocks=(0, 1),
            num_decoder_blocks=(1, 0),
        ),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=8,
            cross_attention_dim=32,
            attention_head_dim=2,
            down_block_types=("CrossAttnDownBlock2D",) * 2,
            up_block_types=("CrossAttnUpBlock2D",) * 2,
            **small,
        ),
        scheduler=DDIMScheduler(**SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder
