"""Style descriptors behind one protocol: ``load("csd-tiny")`` gives one, ``list_descriptors()`` names all."""

from csdlib.descriptors import clip, clip_tiny, colour, copies, csd, gram, pixels, released
from csdlib.descriptors.protocol import Descriptor, Metric, encode_images
from csdlib.descriptors.registry import list_descriptors, load, maker, register

__all__ = [
    "Descriptor",
    "Metric",
    "clip",
    "clip_tiny",
    "colour",
    "copies",
    "csd",
    "encode_images",
    "gram",
    "list_descriptors",
    "load",
    "maker",
    "pixels",
    "register",
    "released",
]
