"""An autoencoder in the form of a descriptor."""

import torch
from diffusers import AutoencoderTiny

from csdlib.descriptors.protocol import Descriptor, encode_images, require_descriptor
from csdlib.generation.latents import LatentDescriptor
from tests.conftest import stripes


def test_latents_keep_the_contract_of_a_descriptor() -> None:
    channels = {"encoder_block_out_channels": (8, 8), "decoder_block_out_channels": (8, 8)}
    model = AutoencoderTiny(**channels, num_encoder_blocks=(0, 1), num_decoder_blocks=(1, 0))
    descriptor = LatentDescriptor(model, "hash", 32)
    require_descriptor(descriptor)
    assert isinstance(descriptor, Descriptor)
    picture = stripes(1, 5, 2)
    found = encode_images(descriptor, [picture, picture.rotate(90)])
    assert (found.dtype, found.shape) == (torch.float32, (2, descriptor.dim))
    with torch.inference_mode():
        expected = model.encode(descriptor.preprocess(picture)[None]).latents.flatten()
    torch.testing.assert_close(found[0], expected, atol=1e-5, rtol=0)


def test_the_descriptor_computes_where_its_autoencoder_is() -> None:
    model = AutoencoderTiny()
    descriptor = LatentDescriptor(model, "hash", 32)
    assert descriptor.device == torch.device("cpu")
    model.to("meta")
    assert descriptor.device == torch.device("meta")
