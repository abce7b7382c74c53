"""Style descriptors behind one protocol: ``load("csd-tiny")`` gives one, ``list_descriptors()`` names all."""

from csdlib.descriptors import (
    clip,
    clip_tiny,
    colour,
    copies,
    csd,
    gda,
    gram,
    introstyle,
    patch_gram,
    pixels,
    released,
    selfsupervised,
    sscd,
    vgg_gram,
)
from csdlib.descriptors.protocol import Descriptor, Fittable, Metric, encode_images
from csdlib.descriptors.registry import list_descriptors, load, maker, register

__all__ = [
    "Descriptor",
    "Fittable",
    "Metric",
    "clip",
    "clip_tiny",
    "colour",
    "copies",
    "csd",
    "encode_images",
    "gda",
    "gram",
    "introstyle",
    "list_descriptors",
    "load",
    "maker",
    "patch_gram",
    "pixels",
    "register",
    "released",
    "selfsupervised",
    "sscd",
    "vgg_gram",
]
