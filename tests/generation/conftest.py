"""A generator small enough for tests. Only they wait for diffusers and transformers."""

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from csdlib.descriptors.clip_tiny import train_tokenizer
from csdlib.generation.diffusion import SCHEDULE


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
