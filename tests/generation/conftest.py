"""A generator small enough for tests, and pictures whose style is a colour and whose content is which way bars lie.

Only these tests wait for diffusers and transformers.
"""

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


@pytest.fixture(scope="session")
def micro_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole diffusers pipeline with random weights, for pictures of 16 pixels."""
    return save_micro_pipeline(tmp_path_factory.mktemp("micro-pipeline"))


def save_micro_pipeline(folder: Path) -> Path:
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


def bars(root: Path, *, shapes: bool) -> ImageTable:
    """Six artists, each with a colour of their own, draw upright and lying bars; or noise under the same names."""
    random, rows = np.random.default_rng(0), []
    for artist in range(6):
        colour = random.uniform(0.4, 1, 3)
        for number in range(16):
            wave = 120 + 90 * np.sin(np.arange(32) / 2 + random.uniform(0, 6))
            field = np.broadcast_to(wave[None] if number % 2 else wave[:, None], (32, 32))
            grey = (field if shapes else random.uniform(0, 255, (32, 32)))[..., None]
            path = f"{artist}-{number}.png"
            Image.fromarray(np.clip(grey * colour + random.normal(0, 8, (32, 32, 3)), 0, 255).astype(np.uint8)).save(
                root / path
            )
            rows.append(
                {
                    "image_id": path,
                    "path": path,
                    "split": "train",
                    "artist": f"a{artist}",
                    "styles": [],
                    "source": "painting",
                    "content": ["lying", "upright"][number % 2],
                }
            )
    return ImageTable(pd.DataFrame(rows), root, {"unseen": ["a4", "a5"]})
